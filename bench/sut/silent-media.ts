// The media of a call without sound: real offers and answers of G.711, and no socket opened.
import { systemRandom } from '@offhook/sip';
import type { MediaEngine } from '@offhook/sip';
import {
  acceptAnswer,
  createAnswer,
  createOffer,
  LocalOrigin,
  NoCommonMedia,
  telephoneEvent,
} from '@offhook/sip/sdp';
import type {
  AgreedStream,
  Agreement,
  MediaWish,
  Negotiator,
  OpenOffer,
  SessionDescription,
  Terms,
} from '@offhook/sip/sdp';

const codecs = [
  { name: 'PCMU', clockRate: 8000, payloadType: 0 },
  { name: 'PCMA', clockRate: 8000, payloadType: 8 },
  telephoneEvent(),
];

/** Media for the measuring of signalling. */
export const silentMedia: MediaEngine = { open: () => new SilentMedia() };

class SilentMedia implements Negotiator {
  readonly #origin = new LocalOrigin({ random: systemRandom, host: '127.0.0.1' });
  #agreement: Agreement | undefined;
  #before: Agreement | undefined;
  #offer: OpenOffer | undefined;

  get streams(): readonly AgreedStream[] {
    return this.#agreement?.streams ?? [];
  }

  createOffer(wish: MediaWish): Promise<SessionDescription> {
    this.#offer = createOffer(this.#terms(wish));
    return Promise.resolve(this.#offer.description);
  }

  createAnswer(offer: SessionDescription, wish: MediaWish): Promise<SessionDescription> {
    const answered = createAnswer(offer, this.#terms(wish));
    if (!answered.ok) return Promise.reject(new NoCommonMedia(answered.error.text));
    this.#agree(answered.value);
    return Promise.resolve(answered.value.local);
  }

  applyAnswer(answer: SessionDescription): Promise<void> {
    const accepted = this.#offer === undefined ? undefined : acceptAnswer(this.#offer, answer);
    if (accepted?.ok !== true) return Promise.reject(new NoCommonMedia('The answer does not fit'));
    this.#agree(accepted.value.agreement);
    return Promise.resolve();
  }

  rollback(): void {
    this.#agreement = this.#before;
    this.#offer = undefined;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #agree(agreement: Agreement): void {
    this.#before = this.#agreement;
    this.#agreement = agreement;
    this.#offer = undefined;
  }

  #terms({ direction }: MediaWish): Terms {
    const slot = { media: 'audio', codecs, local: { host: '127.0.0.1', port: 6000 }, direction };
    return { origin: this.#origin, slots: [slot], previous: this.#agreement };
  }
}
