// Many timers on few of the platform's: all of one length wait in one queue, whose first is the next to fire.

/** The queues that have timers, by length in milliseconds. */
const queues = new Map<number, TimerQueue>();

/** A platform fires longer timers at once, so they are set again on the way. */
const longest = 2 ** 31 - 1;

/** The queue of the timers that run `milliseconds`, a whole number above 0. */
export function waitingFor(milliseconds: number): TimerQueue {
  const found = queues.get(milliseconds);
  if (found !== undefined) return found;
  const made = new TimerQueue(milliseconds);
  queues.set(milliseconds, made);
  return made;
}

/**
 * Timers of one length in the order of their making, which is that of their firing. A stack has two timers for each
 * message of the last half minute, and a platform's own takes five times the memory of a place in this queue.
 */
export class TimerQueue {
  readonly #milliseconds: number;
  #first: QueuedTimer | undefined;
  #last: QueuedTimer | undefined;
  #platform: ReturnType<typeof setTimeout> | undefined;
  #arming = false;

  constructor(milliseconds: number) {
    this.#milliseconds = milliseconds;
  }

  /** Starts a timer. */
  add(fire: () => void): QueuedTimer {
    const timer = new QueuedTimer(this, performance.now() + this.#milliseconds, fire);
    if (this.#last === undefined) this.#first = timer;
    else this.#last.next = timer;
    timer.previous = this.#last;
    this.#last = timer;
    if (this.#platform === undefined && !this.#arming) {
      // Many are stopped before the event that started them is over; for those the platform is not bothered.
      this.#arming = true;
      queueMicrotask(this.#arm);
    }
    return timer;
  }

  /** Takes a timer of this queue out. */
  remove(timer: QueuedTimer): void {
    const { previous, next } = timer;
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    timer.previous = undefined;
    timer.next = undefined;
    // A timer of the platform that nobody waits for would keep the process alive.
    if (this.#first === undefined) this.#end();
  }

  #end(): void {
    queues.delete(this.#milliseconds);
    if (this.#platform === undefined) return;
    clearTimeout(this.#platform);
    this.#platform = undefined;
  }

  readonly #arm = (): void => {
    this.#arming = false;
    if (this.#first === undefined || this.#platform !== undefined) return;
    const left = Math.max(1, Math.ceil(this.#first.due - performance.now()));
    this.#platform = setTimeout(this.#wake, Math.min(left, longest));
  };

  readonly #wake = (): void => {
    this.#platform = undefined;
    try {
      this.#fireDue();
    } finally {
      // What fires may throw; the timers after it are not its matter.
      this.#arm();
    }
  };

  #fireDue(): void {
    // Platforms count whole milliseconds, so they wake up to one too early.
    const now = performance.now() + 1;
    for (let timer = this.#first; timer !== undefined && timer.due <= now; timer = this.#first) {
      const { fire } = timer;
      timer.cancel();
      fire?.();
    }
  }
}

/** A timer in its queue. */
export class QueuedTimer {
  readonly due: number;
  previous: QueuedTimer | undefined;
  next: QueuedTimer | undefined;
  /** Undefined once it was fired or cancelled. */
  fire: (() => void) | undefined;
  readonly #queue: TimerQueue;

  constructor(queue: TimerQueue, due: number, fire: () => void) {
    this.#queue = queue;
    this.due = due;
    this.previous = undefined;
    this.next = undefined;
    this.fire = fire;
  }

  /** Stops it; does nothing to one that has fired or was stopped. */
  cancel(): void {
    if (this.fire === undefined) return;
    this.fire = undefined;
    this.#queue.remove(this);
  }
}
