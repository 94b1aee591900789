// Max-Breadth: how many branches of one request may be under way at once (RFC 5393 §5.3).
import type { Request } from '@offhook/sip/message';

/** What a request without the header gets, and the most that we take over (RFC 5393 §5.3.3). */
export const greatestBreadth = 60;

/** The breadth that came in, at most 60; undefined when the header is malformed. */
export function incomingBreadth(request: Request): number | undefined {
  const rows = request.rows('Max-Breadth');
  const [row] = rows;
  if (row === undefined) return greatestBreadth;
  if (rows.length > 1 || !/^\d+$/.test(row)) return undefined;
  return Math.min(Number(row), greatestBreadth);
}
