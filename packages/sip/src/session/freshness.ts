// The session timer of one answered call: runs its figure, and says what its requests and answers carry (RFC 4028 §7, §9, §10).
import type { Clock } from '../base/clock.ts';
import { Machine } from '../base/machine.ts';
import type { MachineWork, Step } from '../base/machine.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request, Response } from '../message/message.ts';
import {
  grantedInterval,
  grantHeaders,
  grantInterval,
  largerMinimum,
  leastSeconds,
  minimumOf,
  refuseInterval,
  timerLength,
} from './interval.ts';
import type { Interval } from './interval.ts';
import { observeSession } from './observe.ts';
import type { SessionSurroundings } from './surroundings.ts';
import { timerFigure } from './timer.figure.ts';
import type { TimerAction, TimerEvent, TimerName, TimerState } from './timer.figure.ts';

/** What a session timer needs of its session. */
export interface FreshnessOptions {
  /** Id of the session, for the tap. */
  readonly id: string;
  readonly surroundings: SessionSurroundings;
  readonly dialog: Dialog;
  /** Half of the interval has passed, and it is on us to refresh. */
  readonly refresh: () => void;
  /** Nobody refreshed. */
  readonly expired: () => void;
}

/** Keeps the interval that was agreed on, and sees that it is kept to. */
export class Freshness implements MachineWork<
  TimerState,
  TimerEvent,
  TimerAction,
  TimerName,
  undefined
> {
  /** It is its own machine's work, which saves half a kilobyte with each call. */
  readonly figure: typeof timerFigure = timerFigure;
  readonly #options: FreshnessOptions;
  /** Made when there is an interval: most of what a call lives through needs none. */
  #machine: Machine<TimerState, TimerEvent, TimerAction, TimerName> | undefined;
  #seconds = 0;
  /** The largest Min-SE that was seen in this dialog (RFC 4028 §7.4). */
  #least = 0;

  constructor(options: FreshnessOptions) {
    this.#options = options;
  }

  /** What a re-INVITE or UPDATE of ours says: who refreshes is to stay so (RFC 4028 §7.4). */
  get headers(): readonly HeaderInit[] {
    const min: readonly HeaderInit[] =
      this.#least > leastSeconds ? [['Min-SE', String(this.#least)]] : [];
    const state = this.#machine?.state ?? 'Off';
    if (state === 'Off' || state === 'Over') return min;
    const seconds = Math.max(this.#seconds, this.#least);
    const refresher = state === 'Theirs' ? 'uas' : 'uac';
    return [['Session-Expires', `${seconds};refresher=${refresher}`], ...min];
  }

  /** A 422 to a request of ours: true when it can be tried again, with a longer interval (RFC 4028 §7.3). */
  mayRetry(response: Response): boolean {
    const larger = largerMinimum(response, this.#least);
    this.#least = larger ?? this.#least;
    return larger !== undefined;
  }

  /** A request of the peer that our 2xx cannot grant. */
  refusal(
    request: Request,
  ): { readonly status: 422; readonly headers: readonly HeaderInit[] } | undefined {
    return refuseInterval(request, this.#options.surroundings.interval);
  }

  /** Our 2xx to `request` goes out: what it says of the timer, which starts anew. */
  grant(request: Request): readonly HeaderInit[] {
    this.#least = Math.max(this.#least, minimumOf(request));
    const interval = grantInterval(request, this.#options.surroundings.interval);
    this.#start(interval, 'uas');
    return grantHeaders(request, interval);
  }

  /** A 2xx to a session refresh request of ours came: the timer starts anew, or ends (RFC 4028 §7.2). */
  granted(response: Response): void {
    this.#start(grantedInterval(response), 'uac');
  }

  /** Our refresh was refused; it is tried again. */
  refused(): void {
    this.#machine?.on('refused');
  }

  /** The session is over. */
  end(): void {
    this.#machine?.on('session ended');
  }

  #start(interval: Interval | undefined, role: Interval['refresher']): void {
    if (interval === undefined) {
      this.#machine?.on('no timer');
      return;
    }
    this.#seconds = interval.seconds;
    this.#machine ??= new Machine(this, 'Off');
    this.#machine.on(interval.refresher === role ? 'we refresh' : 'peer refreshes');
  }

  perform(action: TimerAction): void {
    this.#options.surroundings.endpoint.guard(() => this.#act(action));
  }

  observe(taken: Step<TimerState>): void {
    const { id, surroundings, dialog } = this.#options;
    observeSession(surroundings.endpoint, id, dialog, taken, this.#machine?.timers ?? [], 'timer');
  }

  run(event: () => void): void {
    this.#options.surroundings.endpoint.run(event);
  }

  get clock(): Clock {
    return this.#options.surroundings.endpoint.clock;
  }

  #act(action: TimerAction): void {
    switch (action) {
      case 'refresh':
        this.#options.refresh();
        break;
      case 'hang up':
        this.#options.expired();
        break;
    }
  }

  length(timer: TimerName): number {
    return timerLength(timer, this.#seconds);
  }
}
