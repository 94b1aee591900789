// What our user agents can do, said the same way everywhere: Allow, Accept, Supported (RFC 3261 §11.2, §20).
import { fixedHeaders } from '../message/build.ts';
import type { HeaderInit } from '../message/build.ts';

/** Methods of calls, and what answers our own subscriptions: every user agent serves them. */
const callMethods: readonly string[] = [
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'PRACK',
  'UPDATE',
  'INFO',
  'NOTIFY',
];

/** Body types of calls that it understands, at the top or inside multipart. */
export const acceptedTypes: readonly string[] = [
  'application/sdp',
  'multipart/mixed',
  'multipart/alternative',
];

/** Option tags that every user agent knows. */
export const supportedOptions: readonly string[] = [
  '100rel',
  'timer',
  'replaces',
  'norefersub',
  'tdialog',
  'from-change',
];

/** What one user agent can do. It grows with what its application listens to: nothing is accepted that nobody reads. */
export class Abilities {
  readonly product: string;
  /** Option tags that a caller must list, in lower case. */
  readonly requires: readonly string[];
  readonly #methods = new Set(callMethods);
  readonly #types = new Set(acceptedTypes);
  readonly #events = new Set<string>();
  readonly #options: readonly string[];
  /** Made once, since every call carries them several times; anew when something is learned. */
  #forDialogs: readonly HeaderInit[] | undefined;
  #forOptions: readonly HeaderInit[] | undefined;

  /** `options`: further option tags that it knows; `requires`: those that callers must list. Throws a TypeError when we lack one. */
  constructor(
    product: string,
    {
      options = [],
      requires = [],
    }: {
      readonly options?: readonly string[];
      readonly requires?: readonly string[] | undefined;
    } = {},
  ) {
    this.product = product;
    this.#options = [...supportedOptions, ...options];
    this.requires = requires.map((tag) => tag.toLowerCase());
    const lacking = this.requires.filter((tag) => !this.#options.includes(tag));
    if (lacking.length > 0) throw new TypeError(`No extension of ours: ${lacking.join(', ')}`);
  }

  /** Option tags that it knows when a peer requires them. */
  get options(): readonly string[] {
    return this.#options;
  }

  /** Methods that are answered with more than 405 or 501. */
  get methods(): readonly string[] {
    return [...this.#methods];
  }

  /** True when a request of `method` is served. */
  serves(method: string): boolean {
    return this.#methods.has(method);
  }

  /** From now on `method` is served, with bodies of these types. */
  learn(method: string, types: readonly string[] = []): void {
    this.#changed();
    this.#methods.add(method);
    for (const type of types) this.#types.add(type);
  }

  /** From now on one may subscribe to `event`. */
  offer(event: string): void {
    this.#changed();
    this.#methods.add('SUBSCRIBE');
    this.#events.add(event);
  }

  /** From now on nobody may subscribe to `event` any more. */
  withdraw(event: string): void {
    this.#changed();
    this.#events.delete(event);
  }

  #changed(): void {
    this.#forDialogs = undefined;
    this.#forOptions = undefined;
  }

  // RFC 6665 §4.4.4: the whole list, by those who can notify at all.
  get #allowEvents(): readonly HeaderInit[] {
    return this.#events.size === 0 ? [] : [['Allow-Events', [...this.#events].join(', ')]];
  }

  /** The headers that go into requests and answers which set up or change a dialog. */
  get sessionHeaders(): readonly HeaderInit[] {
    return (this.#forDialogs ??= [
      ['Allow', this.methods.join(', ')],
      ['Supported', this.options.join(', ')],
      ...this.#allowEvents,
      ['User-Agent', this.product],
    ]);
  }

  /** RFC 3261 §11.2: what an OPTIONS is answered with. */
  get headers(): readonly HeaderInit[] {
    return (this.#forOptions ??= fixedHeaders([
      ['Allow', this.methods.join(', ')],
      ['Accept', [...this.#types].join(', ')],
      ['Accept-Encoding', 'identity'],
      ['Accept-Language', 'en'],
      ['Supported', this.options.join(', ')],
      ...this.#allowEvents,
      ['User-Agent', this.product],
    ]));
  }
}
