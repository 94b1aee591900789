// Messages to and from us: each is a transaction alone, without dialog or session (RFC 3428).
import { latin1, own, utf8, utf8Bytes } from '../base/bytes.ts';
import { Feed } from '../base/feed.ts';
import type { AgentSurroundings, Received } from '../endpoint/usage.ts';
import { headerText } from '../message/build.ts';
import type { HeaderInit } from '../message/build.ts';
import { contentType } from '../message/header/content-type.ts';
import type { MediaType } from '../message/header/media-type.ts';
import type { NameAddress } from '../message/name-address.ts';
import type { Response } from '../message/message.ts';
import { createResponse } from '../message/respond.ts';
import { unquote } from '../message/scan.ts';
import type { Uri } from '../message/uri.ts';
import { accepted, ask } from './ask.ts';
import { checkEncoding } from './checks.ts';
import type { Refusal } from './checks.ts';

/** A message that somebody sent us. */
export interface IncomingMessage {
  readonly from: NameAddress;
  readonly to: NameAddress;
  readonly callId: string;
  /** Such as `text/plain`, in lower case and without parameters. */
  readonly contentType: string;
  /** The body as text: of UTF-8, unless its charset says ISO-8859-1. */
  readonly text: string;
  readonly body: Uint8Array;
}

/** How a message is sent. */
export interface MessageOptions {
  /** `text/plain;charset=UTF-8` unless said. */
  readonly contentType?: string | undefined;
  readonly headers?: readonly HeaderInit[] | undefined;
}

/** How many messages wait for their reader; more than this are refused with 503. */
const waitingLimit = 1000;

/** The messages of one user agent. */
export class Messages {
  readonly incoming: Feed<IncomingMessage> = new Feed(waitingLimit);
  readonly #surroundings: AgentSurroundings;
  readonly #from: string;
  /** Body types that are taken, in lower case. */
  readonly types: readonly string[];

  /** `types` are the body types that are taken. */
  constructor(surroundings: AgentSurroundings, from: string, types: readonly string[]) {
    this.#surroundings = surroundings;
    this.#from = from;
    this.types = types.map((type) => type.toLowerCase());
  }

  /** Sends one; resolves with the 2xx, of which 202 means that it waits for somebody. Throws a TypeError for malformed headers. */
  async send(
    target: Uri,
    body: string | Uint8Array,
    options: MessageOptions = {},
  ): Promise<Response> {
    const headers: readonly HeaderInit[] = [
      ...(options.headers ?? []),
      ['Content-Type', options.contentType ?? 'text/plain;charset=UTF-8'],
    ];
    headerText(headers);
    const response = await ask(this.#surroundings, {
      method: 'MESSAGE',
      target,
      from: this.#from,
      headers,
      body: typeof body === 'string' ? utf8Bytes(body) : body,
      // RFC 3428 §8: larger than 1300 bytes only where congestion is controlled.
      sending: { congestionControl: true },
    });
    return accepted(response);
  }

  /** RFC 3428 §7: answers at once, and hands it to whoever reads. */
  take({ request, transaction }: Received): void {
    const type = request.get(contentType);
    const refusal = checkEncoding(request) ?? this.#check(type);
    const answer = (status: number, headers: readonly HeaderInit[] = []): void =>
      transaction.respond(
        createResponse(request, status, { toTag: transaction.localTag, headers }),
      );
    if (refusal !== undefined) answer(refusal.status, refusal.headers);
    else if (this.incoming.full) answer(503, [['Retry-After', '10']]);
    else {
      // RFC 3428 §7: the 2xx has neither a body nor a Contact.
      answer(200);
      // It may wait long for its reader, and must not keep a whole datagram alive.
      const body = request.body.slice();
      this.incoming.push({
        from: request.from,
        to: request.to,
        callId: own(request.callId),
        contentType: type === undefined ? 'text/plain' : nameOf(type),
        text: textOf(type, body),
        body,
      });
    }
  }

  // RFC 3428 §7: text/plain must be taken; without a type there is nothing better to take it for.
  #check(type: MediaType | undefined): Refusal | undefined {
    if (type === undefined || this.types.includes(nameOf(type))) return undefined;
    return { status: 415, headers: [['Accept', this.types.join(', ')]] };
  }
}

function nameOf({ type, subtype }: MediaType): string {
  return own(`${type}/${subtype}`);
}

function textOf(type: MediaType | undefined, body: Uint8Array): string {
  const charset = unquote(type?.parameters.get('charset') ?? '').toLowerCase();
  return charset === 'iso-8859-1' ? latin1(body) : utf8(body);
}
