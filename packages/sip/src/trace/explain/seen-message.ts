// A message of a document with what was read of it: parsed once, when a rule asks for it.
import type { Message, Request, Response } from '../../message/message.ts';
import { findPart } from '../../message/multipart.ts';
import type { MessageProblem } from '../../message/problem.ts';
import type { SessionDescription } from '../../sdp/description.ts';
import type { SdpProblem } from '../../sdp/parse.ts';
import { readDescription, readText } from '../correlate/read-text.ts';
import type { MessageDocument } from '../document/document.ts';

/** A message of the document, with its headers and its SDP. Whatever the text is, nothing here throws. */
export class SeenMessage {
  readonly row: MessageDocument;
  #read: { readonly message?: Message; readonly problem?: MessageProblem } | undefined;
  #description: { readonly sdp?: SessionDescription; readonly problem?: SdpProblem } | undefined;

  constructor(row: MessageDocument) {
    this.row = row;
  }

  /** Its number in the document. */
  get number(): number {
    return this.row.number;
  }

  /** Its frame, by which it is cited. */
  get frame(): number {
    return this.row.frame;
  }

  /** Milliseconds since 1970. */
  get at(): number {
    return this.row.at;
  }

  /** Of the request, or of CSeq in a response. */
  get method(): string {
    return this.row.method;
  }

  /** Undefined for a request. */
  get status(): number | undefined {
    return this.row.status;
  }

  /** The message; undefined when the text is none. */
  get message(): Message | undefined {
    return this.#reading().message;
  }

  /** It, when it is a request. */
  get request(): Request | undefined {
    const { message } = this;
    return message?.kind === 'request' ? message : undefined;
  }

  /** It, when it is a response. */
  get response(): Response | undefined {
    const { message } = this;
    return message?.kind === 'response' ? message : undefined;
  }

  /** Why the parser refuses it; undefined when it does not. */
  get problem(): MessageProblem | undefined {
    return this.#reading().problem;
  }

  /** Its session description; undefined when it has none, or a malformed one. */
  get sdp(): SessionDescription | undefined {
    return this.#describing().sdp;
  }

  /** Why its session description cannot be read; undefined when it can, or when there is none. */
  get sdpProblem(): SdpProblem | undefined {
    return this.#describing().problem;
  }

  #reading(): { readonly message?: Message; readonly problem?: MessageProblem } {
    if (this.#read === undefined) {
      const parsed = readText(this.row.text);
      this.#read = parsed.ok ? { message: parsed.value } : { problem: parsed.error };
    }
    return this.#read;
  }

  #describing(): { readonly sdp?: SessionDescription; readonly problem?: SdpProblem } {
    if (this.#description !== undefined) return this.#description;
    const text = this.message === undefined ? undefined : sdpText(this.message);
    if (text === undefined) return (this.#description = {});
    const parsed = readDescription(text);
    return (this.#description = parsed.ok ? { sdp: parsed.value } : { problem: parsed.error });
  }
}

function sdpText(message: Message): string | undefined {
  const part = findPart(message, 'application/sdp');
  return part.ok ? part.value?.text : undefined;
}
