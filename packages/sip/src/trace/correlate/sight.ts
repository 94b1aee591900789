// When two sightings are of one message: at the two ends of its hop, or by an endpoint and by a capture beside it.
import type { MessageObserved } from '../../base/tap.ts';
import { messageHash, textHash } from './identity.ts';
import { addressText } from './parties.ts';
import type { MessageRowRecord } from './rows.ts';

/** How far apart in time an endpoint and a capture beside it may see one message, in milliseconds. */
const sameSight = 100;

/** Whether `row` is the same message on the same hop, seen by an endpoint and by a capture. */
export function isSameSight(row: MessageRowRecord, seen: MessageObserved, hop: string): boolean {
  return (
    row.hop === hop &&
    !row.sides.has(seen.endpoint) &&
    (seen.endpoint === '' || row.sides.has('')) &&
    Math.abs(row.at - seen.at) <= sameSight
  );
}

/** The two addresses of a message, from its source to its destination. */
export function hopOf({ direction, local, remote }: MessageObserved): string {
  const [source, destination] = direction === 'out' ? [local, remote] : [remote, local];
  return `${addressText(source)} > ${addressText(destination)}`;
}

/** A text's hash among what endpoints see, and among what a capture sees: there the same text on another hop was passed on, not sent again. */
export function hashesOf(
  seen: MessageObserved,
  hop: string,
): readonly [inside: number, outside: number] {
  const hash = messageHash(seen.text);
  return [hash, textHash(`${hash} ${hop}`)];
}

/** Whether `row` lacks just the end at which `seen` was seen. */
export function isOtherEnd(row: MessageRowRecord, seen: MessageObserved): boolean {
  if (row.sides.has(seen.endpoint)) return false;
  return seen.direction === 'in' ? row.receivedAt === undefined : row.sentAt === undefined;
}
