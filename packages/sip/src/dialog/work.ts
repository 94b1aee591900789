// What the machine of a dialog works with: no timers, nothing to do, and a tap to tell. An object of its own, since closures
// would take a quarter of a kilobyte with each dialog.
import type { Clock } from '../base/clock.ts';
import type { MachineWork, Step } from '../base/machine.ts';
import { dialogFigure } from './dialog.figure.ts';
import type { DialogAction, DialogEvent, DialogState } from './dialog.figure.ts';
import type { DialogSurroundings } from './dialog.ts';
import type { DialogId } from './id.ts';

/** Whose steps are told, and to whom. */
export interface DialogWorkOptions {
  readonly id: DialogId;
  readonly key: string;
  /** The transaction that made it. */
  readonly transaction: string | undefined;
  readonly surroundings: DialogSurroundings;
}

/** Tells the tap of each step of one dialog. */
export class DialogWork implements MachineWork<
  DialogState,
  DialogEvent,
  DialogAction,
  never,
  undefined
> {
  readonly figure: typeof dialogFigure = dialogFigure;
  readonly #options: DialogWorkOptions;

  constructor(options: DialogWorkOptions) {
    this.#options = options;
  }

  get clock(): Clock {
    return this.#options.surroundings.clock;
  }

  length(): undefined {
    return undefined;
  }

  perform(): void {
    // RFC 4235 figure 3 only informs; who made a step knows of it.
  }

  observe(taken: Step<DialogState>): void {
    const { id, key, transaction, surroundings } = this.#options;
    const { tap, clock, endpoint } = surroundings;
    tap?.observe({
      v: 1,
      kind: 'dialog',
      at: clock.wall(),
      endpoint,
      id: key,
      callId: id.callId,
      localTag: id.localTag,
      remoteTag: id.remoteTag,
      transaction,
      event: taken.event,
      before: taken.before === 'Trying' ? undefined : taken.before,
      after: taken.after,
      actions: taken.actions,
      timers: [],
      stray: taken.stray ? true : undefined,
    });
  }
}
