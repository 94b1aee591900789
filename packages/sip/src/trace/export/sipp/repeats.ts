// Who repeats when a scenario is played: SIPp by its own timers, or the scenario with a send for each.
import type { SeenMessage } from '../../explain/seen-message.ts';

/** How long before the next message of the peer a repeat is left out, in milliseconds: the two may change places. */
const crossing = 1200;

/** Whether a party repeats what has been answered: an ACK that is not taken, a response that is not heard. */
export function isDeaf(all: readonly SeenMessage[], party: number): boolean {
  return all.some((seen) => isDeafRepeat(seen, all, party) && !isCrossing(seen, all, party));
}

/** Whether a message has a step of its own in the scenario; repeats have none where SIPp makes or hears them by itself. */
export function isOwnSend(
  seen: SeenMessage,
  all: readonly SeenMessage[],
  party: number,
  deaf: boolean,
): boolean {
  const { row } = seen;
  // Over a stream SIPp neither repeats nor knows a repeat (RFC 3261 §17.1.1.2).
  if (row.resend === 0 || row.protocol !== 'UDP') return true;
  if (row.from !== party || isCrossing(seen, all, party)) return false;
  if (deaf) return isTimed(seen);
  const first = all.find((other) => other.row.number === row.resendOf);
  return first !== undefined && isTimed(first) && !isPlayedBySipp(first, all, party);
}

/** Whether SIPp repeats a message in time: it sends nothing else before something stops the repeats. */
export function isPlayedBySipp(
  seen: SeenMessage,
  all: readonly SeenMessage[],
  party: number,
): boolean {
  if (!isTimed(seen)) return false;
  const later = all.filter(({ row, number }) => number > seen.number && row.resend === 0);
  const next = later.find(({ row }) => row.from === party);
  const stop = later.find((other) => other.row.to === party && isStop(other));
  return next === undefined || (stop !== undefined && stop.number < next.number);
}

/** What a party repeats by a timer: requests, final answers to INVITE and reliable ringing over UDP. */
function isTimed({ row, method, status, message }: SeenMessage): boolean {
  if (row.protocol !== 'UDP') return false;
  return status === undefined
    ? method !== 'ACK'
    : method === 'INVITE' && (status >= 200 || (message?.rows('RSeq').length ?? 0) > 0);
}

/** Whatever stops SIPp's repeats, also when it answers something else. */
function isStop({ method, status }: SeenMessage): boolean {
  if (status === undefined) return ['ACK', 'BYE', 'CANCEL', 'PRACK'].includes(method);
  return status >= 200 || method === 'INVITE';
}

function isDeafRepeat(
  { row, message, number, method, status }: SeenMessage,
  all: readonly SeenMessage[],
  party: number,
): boolean {
  if (row.from !== party || row.resend === 0 || row.protocol !== 'UDP') return false;
  return all.some(
    (other) =>
      other.row.to === party &&
      other.number > (row.resendOf ?? row.number) &&
      other.number < number &&
      other.message?.cseq.number === message?.cseq.number &&
      (status === undefined
        ? other.status !== undefined && other.method === method
        : other.method === 'ACK' && other.status === undefined),
  );
}

function isCrossing(
  { number, at }: SeenMessage,
  all: readonly SeenMessage[],
  party: number,
): boolean {
  const next = all.find(
    ({ row, number: later }) => row.to === party && row.resend === 0 && later > number,
  );
  return next !== undefined && next.at - at <= crossing;
}
