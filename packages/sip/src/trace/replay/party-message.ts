// A message as one side of a dialog has it: what it sent, what it received, and what that was to the dialog.
import type { Message } from '../../message/message.ts';

/** A message that the party sent or received; lists of them are in the order of time. */
export interface PartyMessage {
  /** Number of the message in its document. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of the request itself; of CSeq in a response. */
  readonly method: string;
  readonly status: number | undefined;
  readonly cseq: number | undefined;
  /** True when the party sent it. */
  readonly sent: boolean;
  /** True when the same bytes were seen before. */
  readonly repeated: boolean;
  /** True of the request that created the dialog, its answers, its ACK, its CANCEL. */
  readonly creates: boolean;
  /** True also of the requests that were tried before that one or after it, with theirs. */
  readonly attempts: boolean;
  /** True when it has the tags of the dialog. */
  readonly within: boolean;
  /** Its part in offer and answer (RFC 3264). */
  readonly sdp: 'offer' | 'answer' | undefined;
  /** Undefined when its text is no valid message. */
  readonly message: Message | undefined;
}

/** Whether it is a final answer that succeeds. */
export function succeeds({ status = 0 }: PartyMessage): boolean {
  return status >= 200 && status < 300;
}

/** Whether it is a final answer that fails. */
export function fails({ status = 0 }: PartyMessage): boolean {
  return status >= 300;
}

/** Whether it is a provisional answer that must be acknowledged by PRACK (RFC 3262 §4). */
export function isReliable({ status = 0, message }: PartyMessage): boolean {
  return status > 100 && status < 200 && message !== undefined && message.rows('RSeq').length > 0;
}
