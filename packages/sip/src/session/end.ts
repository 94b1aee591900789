// How a call ended, in words that an application can act on.
import { readable } from '../base/bytes.ts';
import type { SipError } from '../message/errors.ts';
import { reason as reasonField } from '../message/header/reason.ts';
import type { Message } from '../message/message.ts';
import { unquote } from '../message/scan.ts';

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

/** The text of a Reason header, if there is one (RFC 3326 §2). */
export function reasonText(message: Message): string | undefined {
  const [first] = message.get(reasonField) ?? [];
  const text = first?.parameters.get('text');
  return text === undefined ? undefined : readable(text.startsWith('"') ? unquote(text) : text);
}
