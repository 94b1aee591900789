// Which calls are traced when there is more than can be written: those that began before, whole, and no new ones.
import type { Observation } from '@offhook/sip';
import { callIdWithin, owned } from './facts.ts';

/** How many calls without trace are remembered. */
const mostUntraced = 50_000;
/** And how long after the last of them, in milliseconds: few calls last longer, and asking costs each message of all others. */
const remembered = 4 * 3_600_000;

/** Turns calls away, each for good: half a trace would be explained wrongly. */
export class Admission {
  /** Call-IDs of calls that began while there was too much to do, the eldest first. */
  readonly #untraced = new Set<string>();
  /** When the last was, in milliseconds since 1970. */
  #lastAt = 0;
  /** How many calls were turned away. */
  calls = 0;

  /** True when no call is without trace. */
  get isWhole(): boolean {
    return this.#untraced.size === 0;
  }

  /** Whether an observation is kept; `isFull` while no new calls are. */
  admits(observation: Observation, isFull: boolean): boolean {
    if (!isFull && observation.at - this.#lastAt > remembered) this.#untraced.clear();
    if (!isFull && this.#untraced.size === 0) return true;
    const callId = callIdOf(observation);
    if (callId === undefined) return !isFull;
    if (this.#untraced.has(callId)) return false;
    if (!isFull || !begins(observation)) return true;
    if (observation.kind === 'message' && observation.text.startsWith('INVITE ')) this.calls += 1;
    this.#lastAt = observation.at;
    this.#untraced.add(owned(callId));
    for (const eldest of this.#untraced) {
      if (this.#untraced.size <= mostUntraced) break;
      this.#untraced.delete(eldest);
    }
    return false;
  }
}

/** True for the first request of a call: who was asked for credentials, or is in a dialog, was heard of before. */
function begins(observation: Observation): boolean {
  return (
    observation.kind === 'message' &&
    !observation.text.startsWith('SIP/2.0 ') &&
    !/^(?:To|t)[ \t]*:[^\r\n]*;[ \t]*tag=|^(?:Proxy-)?Authorization[ \t]*:/im.test(observation.text)
  );
}

function callIdOf(observation: Observation): string | undefined {
  switch (observation.kind) {
    case 'message':
    case 'dropped':
      return callIdWithin(observation.text);
    case 'transaction':
    case 'dialog':
    case 'session':
    case 'subscription':
      return observation.callId;
    case 'offer-answer':
    case 'media':
    case 'flow':
    case 'registration':
      return undefined;
  }
}
