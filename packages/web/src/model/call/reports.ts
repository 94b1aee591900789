// What this phone saw of its own calls, sent to the server, so that both sides of a call stand on one time line there.
import type { Clock, Observation, Tap, Timer } from '@offhook/sip';
import { formatTapLine } from '@offhook/sip/trace';
import { ServerRefusal } from '../ports.ts';

/** Where it goes: resolves when it was taken, rejects with a `ServerRefusal` when it was not. */
export type ReportPort = (lines: string) => Promise<void>;

/** How often something is sent, in milliseconds; after a refusal or a failure twice as long each time, up to the longest. */
const period = 2_000;
const longestPause = 300_000;
/** Records that wait at most, and characters of one report. */
const mostWaiting = 4_000;
const longestReport = 200_000;
/** Calls and sessions that are remembered as ours. */
const mostNames = 500;

/** Gathers and sends; what is refused is dropped, and counted. Secrets are masked before anything is sent. */
export class Reports implements Tap {
  /** Records that the server did not take, or that were too many. */
  dropped = 0;
  readonly #clock: Clock;
  readonly #send: ReportPort;
  readonly #also: Tap | undefined;
  #waiting: Observation[] = [];
  #timer: Timer | undefined;
  #pause = period;
  /** Call-IDs of INVITEs, and sessions of those calls: a registration or a chat is not told. */
  readonly #calls = new Set<string>();
  readonly #sessions = new Set<string>();
  #sending: Promise<void> | undefined;
  #isClosed = false;

  constructor(clock: Clock, send: ReportPort, also: Tap | undefined) {
    this.#clock = clock;
    this.#send = send;
    this.#also = also;
  }

  observe(observation: Observation): void {
    this.#also?.observe(observation);
    if (this.#isClosed) return;
    this.#waiting.push(observation);
    if (this.#waiting.length > mostWaiting) {
      this.dropped += this.#waiting.length - mostWaiting;
      this.#waiting = this.#waiting.slice(-mostWaiting);
    }
    this.#wait();
  }

  /** Sends what is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#timer?.cancel();
    await this.#sending;
    if (this.#waiting.length > 0) await this.#report();
  }

  #wait(): void {
    if (this.#sending === undefined)
      this.#timer ??= this.#clock.after(this.#pause, () => {
        this.#timer = undefined;
        this.#sending = this.#report().finally(() => {
          this.#sending = undefined;
          if (this.#waiting.length > 0 && !this.#isClosed) this.#wait();
        });
      });
  }

  async #report(): Promise<void> {
    const own = this.#own(this.#waiting);
    const { lines, taken } = cut(own);
    this.#waiting = own.slice(taken);
    if (taken === 0) return;
    try {
      await this.#send(lines);
      this.#pause = period;
    } catch (error) {
      this.#pause = Math.min(longestPause, 2 * this.#pause);
      // Who was not reached may be reached later; a no is a no.
      if (error instanceof ServerRefusal) this.dropped += taken;
      else this.#waiting = [...own.slice(0, taken), ...this.#waiting];
    }
  }

  #own(observations: readonly Observation[]): readonly Observation[] {
    for (const one of observations) this.#learn(one);
    return observations.filter((one) => {
      switch (one.kind) {
        case 'message':
          return this.#calls.has(callIdOf(one.text) ?? '');
        case 'transaction':
        case 'dialog':
        case 'session':
        case 'subscription':
          return this.#calls.has(one.callId);
        case 'offer-answer':
        case 'media':
          return this.#sessions.has(one.session);
        case 'dropped':
        case 'flow':
        case 'registration':
          return false;
      }
    });
  }

  #learn(one: Observation): void {
    if (one.kind === 'session') {
      remember(this.#calls, one.callId);
      remember(this.#sessions, one.id);
    } else if (one.kind === 'transaction' && one.method === 'INVITE') {
      remember(this.#calls, one.callId);
    }
  }
}

/** As many whole lines as a report may have; one that is longer than any report goes alone. */
function cut(observations: readonly Observation[]): {
  readonly lines: string;
  readonly taken: number;
} {
  let lines = '';
  let taken = 0;
  for (const observation of observations) {
    const line = `${formatTapLine(observation)}\n`;
    if (taken > 0 && lines.length + line.length > longestReport) break;
    lines += line;
    taken += 1;
  }
  return { lines, taken };
}

function callIdOf(message: string): string | undefined {
  return /^(?:Call-ID|i)[ \t]*:[ \t]*(\S+)[ \t]*\r?$/im.exec(message)?.[1];
}

function remember(names: Set<string>, name: string): void {
  names.delete(name);
  names.add(name);
  for (const eldest of names) {
    if (names.size <= mostNames) return;
    names.delete(eldest);
  }
}
