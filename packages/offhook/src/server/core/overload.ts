// How much new work is taken: less as soon as there is more than can be done in time (RFC 3261 §21.5.4).
import type { Clock, Timer } from '@offhook/sip';
import { authorization, proxyAuthorization } from '@offhook/sip/message';
import type { Request } from '@offhook/sip/message';

/** How busy a process was since it was last asked. */
export interface Busyness {
  /** The share of the time in which it had something to do, from 0 to 1. */
  readonly utilization: number;
  /** The share of the time in which a processor worked for it, from 0 on; far below `utilization` where others have it. */
  readonly worked: number;
  /** How much waits in its UDP sockets now, 1 being too much; undefined where the system does not tell. */
  readonly waiting: number | undefined;
}

/** What tells how much there is to do. */
export interface OverloadOptions {
  readonly clock: Clock;
  readonly busyness: () => Busyness;
  /** How many transactions wait for a final response now. */
  readonly unfinished: () => number;
  /** From how many of them on no new work is taken; 80 000 unless said. */
  readonly mostUnfinished?: number | undefined;
}

/** How often it is looked at, in milliseconds. */
const step = 50;
/** With so much in the sockets there is room for more. */
const comfortable = 0.25;
/** Where the system does not tell what waits, the time that is left over has to. */
const saturated = 0.97;
const relaxed = 0.9;
/** So many milliseconds after its time a look is too late, when we ourselves had the processor for at least that share. */
const late = 100;
const ours = 0.5;
/** With fewer new requests a second it is not they that are too much: the machine is slow, or it stalls. */
const many = 50;
/** More are not counted, so that a flood is forgotten within two seconds. */
const mostCounted = 4 * many;
/** A burst of so many milliseconds is worked off; only after that is anything refused, while T1 is not over yet. */
const patience = 250;
const least = 0.05;
const slower = 0.85;
const faster = 0.02;

/**
 * Refuses a growing share of new requests as long as more of them wait than are served, and a smaller one when less does.
 * A machine that is slow, or has other work, is no reason: only many requests of ours are. What is going on already, in dialogs and by CANCEL, is never refused: to end calls makes room.
 */
export class Overload {
  readonly #options: OverloadOptions;
  #timer: Timer | undefined;
  /** The share of new requests that is taken. */
  #taken = 1;
  #busyFor = 0;
  /** New requests in about the last second; older ones count less and less. */
  #lately = 0;
  /** How much of the next request is taken already; each whole one is a request. */
  #credit = 0;

  constructor(options: OverloadOptions) {
    this.#options = options;
  }

  /** The share of new requests that is taken, from 0.05 to 1. */
  get taken(): number {
    return this.#taken;
  }

  /** Looks every 50 milliseconds from now on. */
  start(): void {
    const { clock } = this.#options;
    let due = clock.now() + step;
    const again = (): void => {
      this.look(clock.now() - due);
      due = clock.now() + step;
      this.#timer = clock.after(step, again);
    };
    this.#timer = clock.after(step, again);
  }

  stop(): void {
    this.#timer?.cancel();
  }

  /** Takes in how busy the last 50 milliseconds were, and how many more it took. */
  look(more = 0): void {
    const { utilization, worked, waiting } = this.#options.busyness();
    this.#lately *= Math.exp(-(step + more) / 1_000);
    const isLate =
      this.#lately >= many &&
      ((more > late && worked >= ours) ||
        (waiting === undefined ? utilization >= saturated && worked >= ours : waiting > 1));
    // One long stall, as at the start, is no overload: it is worked off.
    this.#busyFor = isLate ? this.#busyFor + step : 0;
    if (isLate) {
      if (this.#taken < 1 || this.#busyFor >= patience)
        this.#taken = Math.max(least, this.#taken * slower);
    } else if (waiting === undefined ? utilization < relaxed : waiting < comfortable) {
      this.#taken = Math.min(1, this.#taken + faster);
    }
  }

  /** True for a new request that is to be refused; each new one that comes is to be asked about, since they are counted. */
  refuses(request: Request): boolean {
    if (!isNewWork(request)) return false;
    this.#lately = Math.min(this.#lately + 1, mostCounted);
    const { unfinished, mostUnfinished = 80_000 } = this.#options;
    if (unfinished() >= mostUnfinished) return true;
    // A lone call is taken, whatever has just been.
    if (this.#taken === 1 || this.#lately < many || answersChallenge(request)) return false;
    this.#credit += this.#taken;
    if (this.#credit < 1) return true;
    this.#credit -= 1;
    return false;
  }
}

// It was taken when it got its challenge: to refuse it now would waste that work. Who sends a proof unasked counts further.
function answersChallenge(request: Request): boolean {
  const [proof] = request.get(proxyAuthorization) ?? request.get(authorization) ?? [];
  return proof?.parameters.get('nc') === '00000001';
}

function isNewWork({ method, toTag }: Request): boolean {
  return toTag === undefined && method !== 'CANCEL' && method !== 'ACK';
}
