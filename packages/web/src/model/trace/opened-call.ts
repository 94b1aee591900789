// A call that is looked at: told anew each time its line in the source changes, with what is selected in it.
import { computed, effect, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import type { CallSummary } from '@offhook/sip/trace';
import type { ToldCall } from './ask.ts';
import { firstLegOf } from './first-leg.ts';
import type { Selection } from './selection.ts';
import type { TraceSource } from './source.ts';

/** How far the telling is. */
export type Telling =
  | { readonly is: 'asking' }
  | { readonly is: 'told'; readonly told: ToldCall }
  | { readonly is: 'gone' };

/** A call of a source, by its id. */
export interface CallKey {
  readonly source: TraceSource;
  readonly id: string;
}

/** A call that is looked at. */
export class OpenedCall implements CallKey {
  readonly source: TraceSource;
  readonly id: string;
  readonly selection: Selection;
  readonly telling: ReadonlySignal<Telling>;
  /** Its line in the list. */
  readonly summary: ReadonlySignal<CallSummary | undefined>;
  readonly #told: Signal<Telling> = signal({ is: 'asking' });
  readonly #off: () => void;
  #asking = false;
  #again = false;
  #isClosed = false;

  /** `extended`: with all its legs, else the first one alone. */
  constructor({ source, id }: CallKey, selection: Selection, extended: ReadonlySignal<boolean>) {
    this.source = source;
    this.id = id;
    this.selection = selection;
    this.summary = computed(() =>
      source.calls.value.find((call) => call.id === id || call.legs.includes(id)),
    );
    this.telling = computed(() => {
      const telling = this.#told.value;
      if (telling.is !== 'told' || extended.value) return telling;
      return { is: 'told', told: firstLegOf(telling.told) };
    });
    this.#off = effect(() => {
      // What the list shows of it has changed, so that there is more to tell.
      void this.summary.value;
      void this.#ask();
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#off();
  }

  async #ask(): Promise<void> {
    if (this.#asking) {
      this.#again = true;
      return;
    }
    this.#asking = true;
    do {
      this.#again = false;
      const told = await this.source.told(this.summary.peek()?.id ?? this.id);
      if (this.#isClosed) return;
      if (told !== undefined) this.#told.value = { is: 'told', told };
      else if (this.#told.peek().is === 'asking' && this.#isAllThere())
        this.#told.value = { is: 'gone' };
    } while (this.#again);
    this.#asking = false;
  }

  // While a capture is still read the call may come yet.
  #isAllThere(): boolean {
    const { is } = this.source.state.peek();
    return is === 'ready' || is === 'failed';
  }
}
