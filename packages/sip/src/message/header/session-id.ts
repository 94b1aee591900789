// Session-ID (RFC 7989 §5): one name for a communication, whatever middle boxes do to its Call-ID.
import { formatParameters, parseParameters } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** The two halves of a session's name, as the sender of the message has them. */
export interface SessionId {
  /** The sender's half: 32 lower-case hexadecimal digits; all zero when it is not known. */
  readonly local: string;
  /** The half of whom it is sent to; undefined where nothing is said, as before RFC 7989. */
  readonly remote?: string | undefined;
  readonly parameters: Parameters;
}

/** The half that nobody knows yet (RFC 7989 §5). */
export const nilSessionId: string = '0'.repeat(32);

/** One name for a communication, whatever middle boxes do to its Call-ID. */
export const sessionId: HeaderField<SessionId> = single('Session-ID', readSessionId, (value) => {
  const { local, remote, parameters: found } = value;
  const written = remote === undefined ? found : new Map(found).set('remote', remote);
  return `${local}${formatParameters(written)}`;
});

function readSessionId(text: string): SessionId | undefined {
  const local = text.slice(0, 32);
  const found = isUuid(local) ? parseParameters(text, 32) : undefined;
  if (found === undefined) return undefined;
  const remote = found.get('remote');
  if (remote === undefined) return { local, parameters: found };
  return isUuid(remote) ? { local, remote, parameters: found } : undefined;
}

function isUuid(text: string): boolean {
  return /^[0-9a-f]{32}$/.test(text);
}
