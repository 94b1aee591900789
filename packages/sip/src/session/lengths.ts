// How long the timers of a call run, before its answer and after it.
import type { Dialog } from '../dialog/dialog.ts';
import { expires } from '../message/header/expires.ts';
import type { Request } from '../message/message.ts';
import type { AnswerKeeper } from './answered.ts';
import type { IncomingTimer } from './incoming.figure.ts';
import type { ProvisionalTimer } from './provisional.figure.ts';
import type { SessionTimer } from './session.figure.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What they depend on. */
export interface Lengths {
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  /** The 2xx of ours that waits for its ACK. */
  readonly answers: AnswerKeeper;
}

/** The length of `timer` in milliseconds. */
export function sessionTimerLength(
  timer: SessionTimer,
  { surroundings, dialog, answers }: Lengths,
): number {
  const { endpoint, callMilliseconds, ringMilliseconds } = surroundings;
  const { settings, random } = endpoint;
  switch (timer) {
    case '2xx':
      return answers.untilRepeat(settings);
    case 'ACK':
    case 'media':
      return 64 * settings.t1;
    case 'glare':
      // RFC 3261 §14.1: whoever made the Call-ID waits longer, both in steps of 10 ms.
      return dialog.initiator
        ? 2100 + 10 * Math.floor(random.fraction() * 191)
        : Math.max(10 * Math.floor(random.fraction() * 201), 1);
    case 'length':
      return callMilliseconds;
    case 'answer':
      return ringMilliseconds;
  }
}

/** RFC 3261 §13.3.1.1: at least once a minute. */
const repeatMilliseconds = 60_000;

/** The length of `timer` of a call to us in milliseconds; undefined when it never runs. */
export function incomingTimerLength(
  timer: IncomingTimer,
  {
    request,
    surroundings,
  }: { readonly request: Request; readonly surroundings: SessionSurroundings },
): number | undefined {
  const { ringMilliseconds } = surroundings;
  switch (timer) {
    case 'expires': {
      const milliseconds = (request.get(expires) ?? Infinity) * 1000;
      // What is longer than the ring timer never fires first, and might be longer than a timer can be.
      return milliseconds > ringMilliseconds ? undefined : Math.max(milliseconds, 1);
    }
    case 'repeat':
      return repeatMilliseconds;
    case 'ring':
      return ringMilliseconds;
  }
}

/** How long a timer runs, in milliseconds; the repeats are not capped at T2, as those of a 2xx are (RFC 3262 §3). */
export function provisionalLength(timer: ProvisionalTimer, resets: number, t1: number): number {
  return timer === 'PRACK' ? 64 * t1 : t1 * 2 ** resets;
}
