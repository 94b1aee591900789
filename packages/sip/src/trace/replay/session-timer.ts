// The session timer of one side: who refreshes, and when the session would expire (RFC 4028).
import { grantedInterval, timerLength } from '../../session/interval.ts';
import { timerFigure } from '../../session/timer.figure.ts';
import type { TimerEvent, TimerName } from '../../session/timer.figure.ts';
import type { CallToReplay } from './call.ts';
import { fails, succeeds } from './party-message.ts';
import type { PartyMessage } from './party-message.ts';
import { runScore } from './run.ts';
import type { Cue } from './run.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

/** Runs the figure over the answers that agree on an interval; undefined when none does. */
export function replaySessionTimer({
  party,
  label,
  messages,
  until,
}: CallToReplay): Replayed | undefined {
  const refreshes = messages.filter(
    ({ method, repeated, within }) =>
      within && !repeated && (method === 'INVITE' || method === 'UPDATE' || method === 'BYE'),
  );
  const first = refreshes.find((message) => interval(message) !== undefined);
  if (first === undefined) return undefined;
  // Each length is of the interval that was agreed on last before the timer starts.
  const agreed = refreshes.flatMap((message) => {
    const granted = interval(message);
    return granted === undefined ? [] : { at: message.at, seconds: granted.seconds };
  });
  const cues = refreshes.flatMap((message, index): readonly Cue<TimerEvent, TimerName>[] => {
    const { at, number } = message;
    const event = eventOf(message, refreshes.slice(index + 1));
    if (event !== undefined) return [{ at, message: number, event, optional: true }];
    const asks = message.sent && message.status === undefined && message.method !== 'BYE';
    return asks ? [{ at, message: number, shows: ['refresh', 'retry'] }] : [];
  });
  const secondsAt = (at: number): number =>
    agreed.findLast((one) => one.at <= at)?.seconds ?? agreed[0]?.seconds ?? 0;
  const run = runScore(
    {
      figure: timerFigure,
      start: 'Off',
      length: (timer, _resets, _state, at) => timerLength(timer, secondsAt(at)),
      shown: ['refresh', 'retry'],
      patient: ['refresh', 'retry'],
    },
    { birth: { at: first.at, message: undefined }, cues, until },
  );
  return tell(run, { figure: 'session-timer', party, label, subject: 'timer' });
}

function eventOf(message: PartyMessage, later: readonly PartyMessage[]): TimerEvent | undefined {
  const { method, status, sent } = message;
  // Who says BYE waits for its answer, who hears it is done.
  if (method === 'BYE') return sent || (status ?? 200) < 200 ? undefined : 'session ended';
  if (status === undefined || status < 200) return undefined;
  // RFC 3261 §14.1: what met a change of the peer is tried again soon.
  if (fails(message))
    return sent || status === 491 || isMended(message, later) ? undefined : 'refused';
  const granted = interval(message);
  if (granted === undefined) return 'no timer';
  // Who answers is the UAS of this exchange.
  return granted.refresher === (sent ? 'uas' : 'uac') ? 'we refresh' : 'peer refreshes';
}

/** Statuses after which the same refresh goes out otherwise at once: a longer interval (RFC 4028 §7.4), credentials, by INVITE. */
const mendable: ReadonlySet<number> = new Set([401, 407, 422, 405, 501]);

/** Whether another is sent at once; a 481 or 408 ends the session itself (RFC 4028 §10). */
function isMended({ status = 0, at }: PartyMessage, later: readonly PartyMessage[]): boolean {
  if (status === 481 || status === 408) return true;
  const next = later.find((one) => one.sent && one.status === undefined && one.method !== 'BYE');
  return mendable.has(status) && next !== undefined && next.at - at < 1000;
}

function interval(message: PartyMessage): ReturnType<typeof grantedInterval> {
  const response = message.message;
  return response?.kind === 'response' && succeeds(message) ? grantedInterval(response) : undefined;
}
