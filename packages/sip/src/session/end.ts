// How a call ended, in words that an application can act on.
import { readable } from '../base/bytes.ts';
import { SipError } from '../message/errors.ts';
import { reason as reasonField } from '../message/header/reason.ts';
import type { Message, Response } from '../message/message.ts';
import { unquote } from '../message/scan.ts';
import { mediaError } from './media-refusal.ts';

/** Who ended a call, why, and what the protocol said. */
export interface SessionEnd {
  readonly by: 'local' | 'remote' | 'network';
  /** `timeout`: silence. `no ack`: our answer was never acknowledged. `media`: the two sides could not agree on media. */
  readonly cause:
    | 'bye'
    | 'cancel'
    | 'rejected'
    | 'timeout'
    | 'unreachable'
    | 'no ack'
    | 'media'
    | 'expired'
    | 'too long'
    | 'closed';
  readonly status?: number | undefined;
  /** The reason phrase, or the text of a Reason header (RFC 3326). */
  readonly reason?: string | undefined;
}

/** The end that a failed request means (RFC 3261 §8.1.3.1). */
export function endOfFailure(status: 408 | 487 | 503, error: SipError): SessionEnd {
  if (status === 408) return { by: 'network', cause: 'timeout', status, reason: error.message };
  if (status === 487) return { by: 'local', cause: 'cancel', status };
  return { by: 'network', cause: 'unreachable', status, reason: error.message };
}

/** What went wrong in an answered call: a refusal of the peer, or a failure of ours. */
export interface Trouble {
  readonly response?: Response;
  readonly error?: Error;
}

/** Why we hang up when our user did not ask for it; `unacknowledged` when our 2xx waits for its ACK in vain. */
export function endOfTrouble({ error, response }: Trouble, unacknowledged: boolean): SessionEnd {
  if (unacknowledged) return { by: 'network', cause: 'no ack' };
  if (error instanceof SipError && error.status === 408) return endOfFailure(408, error);
  if (response !== undefined) {
    const { status, reason } = response;
    return { by: 'remote', cause: 'closed', status, reason };
  }
  if (error !== undefined) return { by: 'local', cause: 'media', reason: error.message };
  return { by: 'local', cause: 'too long' };
}

/** What a user is told whose change of the session came to nothing. */
export function errorOfTrouble({ response, error }: Trouble): SipError {
  if (error instanceof SipError) return error;
  if (response === undefined) return mediaError(error);
  const { status, reason } = response;
  const message = `The peer refused: ${status} ${reason}`.trim();
  return new SipError('SIP_REJECTED', { status, response, message });
}

/** The text of a Reason header, if there is one (RFC 3326 §2). */
export function reasonText(message: Message): string | undefined {
  const [first] = message.get(reasonField) ?? [];
  const text = first?.parameters.get('text');
  return text === undefined ? undefined : readable(text.startsWith('"') ? unquote(text) : text);
}
