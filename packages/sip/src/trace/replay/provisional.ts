// Reliable provisional responses of the side that was called: each repeated until PRACK (RFC 3262 §3).
import { provisionalLength } from '../../session/lengths.ts';
import { provisionalFigure } from '../../session/provisional.figure.ts';
import type { ProvisionalEvent, ProvisionalTimer } from '../../session/provisional.figure.ts';
import { defaultSettings } from '../../transaction/timers.ts';
import type { CallToReplay } from './call.ts';
import { isReliable } from './party-message.ts';
import type { PartyMessage } from './party-message.ts';
import { runScore } from './run.ts';
import type { Cue } from './run.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

/** Runs the figure; undefined when this side sent no reliable response. */
export function replayProvisionals({
  party,
  label,
  messages,
  until,
}: CallToReplay): Replayed | undefined {
  const first = messages.find((message) => message.sent && isReliable(message));
  if (first === undefined) return undefined;
  const run = runScore(
    {
      figure: provisionalFigure,
      start: 'Quiet',
      length: (timer, resets) => provisionalLength(timer, resets, defaultSettings.t1),
      shown: ['1xx'],
    },
    { birth: { at: first.at, message: undefined }, cues: messages.flatMap(cuesOf), until },
  );
  return tell(run, { figure: 'provisional', party, label, subject: '1xx' });
}

function cuesOf(message: PartyMessage): readonly Cue<ProvisionalEvent, ProvisionalTimer>[] {
  const { at, number, method, status, sent, repeated, creates, within } = message;
  const cue = { at, message: number, optional: true } as const;
  if (sent && creates && isReliable(message)) {
    return [repeated ? { ...cue, shows: ['1xx'] } : { ...cue, event: 'reliable 1xx' }];
  }
  if (repeated) return [];
  if (sent && creates && method === 'INVITE' && (status ?? 0) >= 200)
    return [{ ...cue, event: 'final' }];
  // RFC 3262 §3: one that fits nothing is answered 481, one that cannot be read 400; what a fitting one offers may be refused all the same.
  return sent &&
    within &&
    method === 'PRACK' &&
    (status ?? 0) >= 200 &&
    status !== 400 &&
    status !== 481
    ? [{ ...cue, event: 'PRACK' }]
    : [];
}
