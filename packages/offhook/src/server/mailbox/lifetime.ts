// How long a message may wait: what its Expires says, counted from its Date (RFC 3428 §7).
import { date, expires } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';

// A phone whose date is further off than this has none to count from.
const largestError = 86_400_000;

/** When `request` ends, in milliseconds since 1970: `longest` after it came at the latest. */
export function endOf(request: Request, received: number, longest: number): number {
  const seconds = request.get(expires);
  if (seconds === undefined) return received + longest;
  // oxlint-disable-next-line no-restricted-globals -- this reads a text, not a clock
  const written = Date.parse(request.get(date) ?? '');
  const from = Math.abs(written - received) <= largestError ? written : received;
  return Math.min(from + seconds * 1000, received + longest);
}
