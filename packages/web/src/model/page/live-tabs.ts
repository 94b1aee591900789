// Several tabs with one phone: one owns it, the others show that, and can take it over, with the calls that stand.
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { Tabs } from '../phone.ts';
import { rowOf } from '../people/rows.ts';
import type { TabsPort } from '../ports.ts';

/** What owning means. */
export interface TabsListener {
  readonly owned: () => void;
  readonly lost: () => void;
  /** The calls that stand, as the next owner can take them back. */
  readonly calls: () => string;
  /** The calls of the owner before. */
  readonly given: (calls: string) => void;
}

/** The tabs. */
export class LiveTabs implements Tabs {
  readonly owner: Signal<'nobody' | 'here' | 'there'> = signal('nobody');
  readonly #port: TabsPort;
  readonly #offs: readonly (() => void)[];
  /** Our user wants the phone in this tab. */
  #wanted = false;

  constructor(port: TabsPort, { owned, lost, calls, given }: TabsListener) {
    this.#port = port;
    const offMessages = port.onMessage((message) => {
      const handed = rowOf(message)?.text('calls');
      // It may come before the news that the phone is ours.
      if (handed !== undefined && (this.#wanted || this.owner.peek() === 'here')) given(handed);
    });
    const giveUp = port.own({
      owning: () => {
        this.owner.value = 'here';
        owned();
      },
      lost: () => {
        this.owner.value = 'there';
        this.#wanted = false;
        port.tell({ calls: calls() });
        lost();
      },
    });
    this.#offs = [offMessages, giveUp];
  }

  takeOver(): void {
    if (this.owner.value === 'here') return;
    this.#wanted = true;
    this.#port.takeOver();
  }

  close(): void {
    for (const off of this.#offs) off();
  }
}
