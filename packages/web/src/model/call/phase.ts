// What is shown of a call's figure: its phase, with the times and the outcome that belong to it.
import type { CallOutcome, CallPhase } from '../call.ts';
import type { PhoneCallState } from './phone-call.figure.ts';

/** What a phase tells besides the state. */
export interface PhaseFacts {
  /** When it was answered, in milliseconds since 1970. */
  readonly since: number | undefined;
  readonly startedAt: number;
  readonly now: number;
  /** The other side sends sound before it answers. */
  readonly early: boolean;
  readonly how: CallOutcome;
}

/** The phase of a call in `state`. */
export function phaseOf(state: PhoneCallState, facts: PhaseFacts): CallPhase {
  const { startedAt, since = startedAt, now, early, how } = facts;
  switch (state) {
    case 'New':
    case 'Calling':
      return { is: 'calling' };
    case 'Ringing there':
      return { is: 'ringing there', media: early };
    case 'Ringing here':
      return { is: 'ringing here' };
    case 'Answering':
      return { is: 'answering' };
    case 'Up':
      return { is: 'up', since };
    case 'Taking back':
    case 'Mending':
      return { is: 'mending', since };
    case 'Ending':
      return { is: 'ending' };
    case 'Over': {
      const lasted = facts.since === undefined ? 0 : now - facts.since;
      return { is: 'over', how, seconds: Math.max(0, Math.round(lasted / 1000)) };
    }
  }
}
