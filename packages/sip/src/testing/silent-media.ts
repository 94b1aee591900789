// A media engine without sockets: it makes real offers and answers, and sends nothing (RFC 3264).
import type { Random } from '../base/random.ts';
import { acceptAnswer } from '../sdp/accept.ts';
import { createAnswer } from '../sdp/answer.ts';
import type { SessionDescription } from '../sdp/description.ts';
import type { Agreement } from '../sdp/match.ts';
import { NoCommonMedia } from '../sdp/negotiator.ts';
import type { AgreedStream, MediaWish, Negotiator, StreamReport } from '../sdp/negotiator.ts';
import { createOffer } from '../sdp/offer.ts';
import type { OpenOffer, Terms } from '../sdp/offer.ts';
import { LocalOrigin } from '../sdp/origin.ts';
import type { Codec } from '../sdp/slot.ts';

/** How silent media is set up. */
export interface SilentMediaOptions {
  readonly random: Random;
  /** The numeric address in the SDP; 192.0.2.1 unless said. */
  readonly host?: string | undefined;
  /** The codecs, best first; PCMU and PCMA unless said. */
  readonly codecs?: readonly Codec[] | undefined;
  /** Waited for before each offer and answer, so that a test can let the engine take its time, or fail. */
  readonly think?: (() => Promise<void>) | undefined;
}

/** The G.711 codecs under their static numbers. */
export const silentCodecs: readonly Codec[] = [
  { name: 'PCMU', clockRate: 8000, payloadType: 0 },
  { name: 'PCMA', clockRate: 8000, payloadType: 8 },
];

/** A media engine for `new UserAgent({ media })` in tests; `sessions` are all that were ever opened. */
export class SilentMedia {
  readonly sessions: SilentSession[] = [];
  readonly #options: SilentMediaOptions;
  #port = 40_000;

  constructor(options: SilentMediaOptions) {
    this.#options = options;
  }

  /** How many sessions are not closed. */
  get size(): number {
    return this.sessions.filter(({ closed }) => !closed).length;
  }

  /** The media of one new call. */
  open(): SilentSession {
    this.#port += 2;
    const session = new SilentSession(this.#options, this.#port);
    this.sessions.push(session);
    return session;
  }
}

/** The media of one call: what was agreed on, and whether it is still open. */
export class SilentSession implements Negotiator {
  readonly #options: SilentMediaOptions;
  readonly #origin: LocalOrigin;
  readonly #port: number;
  #inForce: Agreement | undefined;
  #offer: OpenOffer | undefined;
  /** What was in force before the offer or answer that may still come to nothing. */
  #undo: { readonly before: Agreement | undefined } | undefined;
  #closed = false;

  /** Made by `SilentMedia.open`. */
  constructor(options: SilentMediaOptions, port: number) {
    this.#options = options;
    this.#port = port;
    this.#origin = new LocalOrigin({ random: options.random, host: this.#host });
  }

  /** True once `close` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Both descriptions in force; undefined before the first answer. */
  get agreement(): Agreement | undefined {
    return this.#inForce;
  }

  get streams(): readonly AgreedStream[] {
    return this.#inForce?.streams ?? [];
  }

  async createOffer(wish: MediaWish): Promise<SessionDescription> {
    await this.#think();
    this.#offer = createOffer(this.#terms(wish));
    this.#undo = { before: this.#inForce };
    return this.#offer.description;
  }

  async createAnswer(offer: SessionDescription, wish: MediaWish): Promise<SessionDescription> {
    await this.#think();
    this.#undo = { before: this.#inForce };
    const made = createAnswer(offer, this.#terms(wish));
    if (!made.ok) throw new NoCommonMedia(made.error.text);
    this.#inForce = made.value;
    return made.value.local;
  }

  async applyAnswer(answer: SessionDescription): Promise<void> {
    await this.#think();
    if (this.#offer === undefined) throw new Error('There is no offer that this would answer');
    const accepted = acceptAnswer(this.#offer, answer);
    if (!accepted.ok) throw new NoCommonMedia(accepted.error.text);
    // The offer is kept: another fork than the one heard early may answer it again.
    this.#inForce = accepted.value.agreement;
  }

  rollback(): void {
    if (this.#undo !== undefined) this.#inForce = this.#undo.before;
    this.#undo = undefined;
    this.#offer = undefined;
  }

  close(): Promise<readonly StreamReport[]> {
    this.#closed = true;
    return Promise.resolve([]);
  }

  get #host(): string {
    return this.#options.host ?? '192.0.2.1';
  }

  async #think(): Promise<void> {
    if (this.#closed) throw new Error('The media is closed');
    await this.#options.think?.();
  }

  #terms({ direction }: MediaWish): Terms {
    const slot = {
      media: 'audio',
      codecs: this.#options.codecs ?? silentCodecs,
      local: { host: this.#host, port: this.#port },
      direction,
    };
    return { origin: this.#origin, slots: [slot], previous: this.#inForce };
  }
}
