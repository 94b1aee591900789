// The field in which one dials.
import { computed, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import { trouble } from '../../words/trouble.ts';
import type { Trouble } from '../../words/trouble.ts';
import type { Party, PhoneCall } from '../call.ts';
import type { DialField } from '../phone.ts';
import { numberIn } from './address.ts';
import type { Names } from './names.ts';

/** What dialling needs. */
export interface DialOptions {
  readonly names: Names;
  /** Those called before, the last first. */
  readonly recent: () => readonly Party[];
  readonly call: (address: string) => PhoneCall | undefined;
}

const longest = 256;
const mostSuggestions = 6;

/** The dial field. */
export class LiveDial implements DialField {
  readonly text: Signal<string> = signal('');
  readonly suggestions: ReadonlySignal<readonly Party[]>;
  readonly trouble: ReadonlySignal<Trouble | undefined>;
  readonly #refused: Signal<string | undefined> = signal(undefined);
  readonly #options: DialOptions;

  constructor(options: DialOptions) {
    this.#options = options;
    this.suggestions = computed(() => options.names.like(this.text.value, mostSuggestions));
    // What is typed on is another text, and may be an address.
    this.trouble = computed(() =>
      this.#refused.value === this.text.value && this.text.value !== ''
        ? trouble('not an address', { who: this.text.value })
        : undefined,
    );
  }

  press(key: string): void {
    this.text.value = (this.text.value + key).slice(0, longest);
  }

  /** A number loses what stands between its digits; anything else is taken as it is. */
  paste(text: string): void {
    const tidy = text.trim().replaceAll(/[\r\n\t]+/g, ' ');
    const number = numberIn(tidy.replace(/^tel:/i, ''));
    this.text.value = (number ?? tidy).slice(0, longest);
  }

  erase(): void {
    this.text.value = this.text.value.replace(/.$/su, '');
  }

  call(): PhoneCall | undefined {
    const text = this.text.value.trim();
    if (text === '') {
      const [last] = this.#options.recent();
      if (last !== undefined) this.text.value = last.name.includes('@') ? last.address : last.name;
      return undefined;
    }
    const address = this.#options.names.addressOf(text);
    if (address === undefined) {
      this.#refused.value = this.text.value;
      return undefined;
    }
    this.text.value = '';
    return this.#options.call(address);
  }
}
