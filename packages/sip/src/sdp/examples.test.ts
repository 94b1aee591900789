// The worked examples of RFC 3264 §10 and RFC 4317 §2, each played from both sides.
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../base/random.ts';
import { acceptAnswer } from './accept.ts';
import { createAnswer } from './answer.ts';
import type { SessionDescription } from './description.ts';
import type { Agreement, NegotiatedStream } from './match.ts';
import type { Direction } from './negotiator.ts';
import { createOffer } from './offer.ts';
import type { OpenOffer } from './offer.ts';
import { LocalOrigin } from './origin.ts';
import type { Codec, MediaSlot } from './slot.ts';

const alice = '192.0.2.1';
const bob = '192.0.2.2';

function codec(payloadType: number, name: string, clockRate = 8000): Codec {
  return { payloadType, name, clockRate };
}

const pcmu = codec(0, 'PCMU');
const pcma = codec(8, 'PCMA');
const g723 = codec(4, 'G723');
const g729 = codec(18, 'G729');
const ilbc = codec(97, 'iLBC');
const h261 = codec(31, 'H261', 90_000);
const mpv = codec(32, 'MPV', 90_000);
const event = (payloadType: number): Codec => codec(payloadType, 'telephone-event');

function slot(
  host: string,
  port: number,
  codecs: readonly Codec[],
  direction: Direction = 'sendrecv',
): MediaSlot {
  const media = codecs.every(({ clockRate }) => clockRate === 90_000) ? 'video' : 'audio';
  return { media, codecs, local: { host, port }, direction };
}

class Party {
  readonly #origin: LocalOrigin;
  agreement: Agreement | undefined;

  constructor(host: string) {
    this.#origin = new LocalOrigin({
      random: randomFrom((length) => new Uint8Array(length).fill(7)),
      host,
    });
  }

  offer(...slots: readonly MediaSlot[]): OpenOffer {
    return createOffer({ origin: this.#origin, slots, previous: this.agreement });
  }

  answer(offer: SessionDescription, ...slots: readonly MediaSlot[]): SessionDescription {
    const answered = createAnswer(offer, { origin: this.#origin, slots, previous: this.agreement });
    if (!answered.ok) throw new Error(answered.error.text);
    this.agreement = answered.value;
    return answered.value.local;
  }

  accept(offer: OpenOffer, answer: SessionDescription): void {
    const accepted = acceptAnswer(offer, answer);
    if (!accepted.ok) throw new Error(accepted.error.text);
    expect(accepted.value.problems).toEqual([]);
    this.agreement = accepted.value.agreement;
  }

  get streams(): readonly string[] {
    return (this.agreement?.streams ?? []).map(tell);
  }
}

function tell({ media, codec: name, direction, local, remote }: NegotiatedStream): string {
  return name === undefined
    ? `${media} refused`
    : `${media} ${name} ${direction} ${local?.port}>${remote?.port}`;
}

function lines(description: SessionDescription): readonly string[] {
  return description.media.map(
    ({ lines: [first = ''], direction }) => `${first.slice(2)} ${direction}`,
  );
}

describe('The examples', () => {
  test('RFC 3264 §10.1: one of two videos is refused, then a line is added below and the audio port moves', () => {
    const [a, b] = [new Party(alice), new Party(bob)];
    const first = a.offer(
      slot(alice, 49_170, [pcmu]),
      slot(alice, 51_372, [h261]),
      slot(alice, 53_000, [mpv]),
    );
    const answer = b.answer(first.description, slot(bob, 49_920, [pcmu]), slot(bob, 53_002, [mpv]));
    expect(lines(answer)).toEqual([
      'audio 49920 RTP/AVP 0 sendrecv',
      'video 0 RTP/AVP 31 sendrecv',
      'video 53002 RTP/AVP 32 sendrecv',
    ]);
    a.accept(first, answer);
    expect(a.streams).toEqual([
      'audio PCMU sendrecv 49170>49920',
      'video refused',
      'video MPV sendrecv 53000>53002',
    ]);

    const keys = codec(110, 'telephone-events');
    const later = b.offer(
      slot(bob, 65_422, [pcmu]),
      slot(bob, 53_002, [mpv]),
      slot(bob, 51_434, [keys], 'recvonly'),
    );
    expect(lines(later.description)).toEqual([
      'audio 65422 RTP/AVP 0 sendrecv',
      'video 0 RTP/AVP 31 sendrecv',
      'video 53002 RTP/AVP 32 sendrecv',
      'audio 51434 RTP/AVP 110 recvonly',
    ]);
    const mine = [
      slot(alice, 49_170, [pcmu]),
      slot(alice, 51_372, [h261]),
      slot(alice, 53_000, [mpv]),
    ];
    b.accept(later, a.answer(later.description, ...mine, slot(alice, 53_122, [keys])));
    expect(b.streams).toEqual([
      'audio PCMU sendrecv 65422>49170',
      'video refused',
      'video MPV sendrecv 53002>53000',
      'audio telephone-events recvonly 51434>53122',
    ]);
    expect(a.streams.at(-1)).toBe('audio telephone-events sendonly 53122>51434');
  });

  test('RFC 3264 §10.2: several codecs are offered inactive, then one of them is chosen', () => {
    const [a, b] = [new Party(alice), new Party(bob)];
    const first = a.offer(slot(alice, 62_986, [pcmu, g723, g729], 'inactive'));
    const answer = b.answer(first.description, slot(bob, 54_344, [pcmu, g723]));
    expect(lines(answer)).toEqual(['audio 54344 RTP/AVP 0 4 inactive']);
    a.accept(first, answer);
    expect(a.streams).toEqual(['audio PCMU inactive 62986>54344']);
    const second = a.offer(slot(alice, 62_986, [g723]));
    a.accept(second, b.answer(second.description, slot(bob, 54_344, [pcmu, g723])));
    expect(a.streams).toEqual(['audio G723 sendrecv 62986>54344']);
    expect(second.description.origin).toEqual({ ...first.description.origin, sessionVersion: '2' });
  });

  test('RFC 4317 §2.1: Bob has one audio and one video codec of those offered', () => {
    const [a, b] = [new Party(alice), new Party(bob)];
    const offer = a.offer(
      slot(alice, 49_170, [pcmu, pcma, ilbc]),
      slot(alice, 51_372, [h261, mpv]),
    );
    const answer = b.answer(offer.description, slot(bob, 49_174, [pcmu]), slot(bob, 49_170, [mpv]));
    expect(lines(answer)).toEqual([
      'audio 49174 RTP/AVP 0 sendrecv',
      'video 49170 RTP/AVP 32 sendrecv',
    ]);
    a.accept(offer, answer);
    expect(a.streams).toEqual([
      'audio PCMU sendrecv 49170>49174',
      'video MPV sendrecv 51372>49170',
    ]);
  });

  test('RFC 4317 §2.2: Bob takes two audio codecs and no video, and Alice then settles on one', () => {
    const [a, b] = [new Party(alice), new Party(bob)];
    const video = slot(alice, 51_372, [h261, mpv]);
    const first = a.offer(slot(alice, 49_170, [pcmu, pcma, ilbc]), video);
    const answer = b.answer(first.description, slot(bob, 49_172, [pcmu, pcma]));
    expect(lines(answer)).toEqual([
      'audio 49172 RTP/AVP 0 8 sendrecv',
      'video 0 RTP/AVP 31 sendrecv',
    ]);
    a.accept(first, answer);
    const second = a.offer(slot(alice, 51_372, [pcmu]));
    expect(lines(second.description)).toEqual([
      'audio 51372 RTP/AVP 0 sendrecv',
      'video 0 RTP/AVP 31 sendrecv',
    ]);
    a.accept(second, b.answer(second.description, slot(bob, 49_172, [pcmu, pcma])));
    expect(a.streams).toEqual(['audio PCMU sendrecv 51372>49172', 'video refused']);
  });

  test('RFC 4317 §2.4: keys pressed have a line of their own', () => {
    const [a, b] = [new Party(alice), new Party(bob)];
    const offer = a.offer(
      slot(alice, 49_170, [pcmu, ilbc]),
      slot(alice, 49_172, [event(98)], 'sendonly'),
    );
    const answer = b.answer(
      offer.description,
      slot(bob, 49_172, [ilbc]),
      slot(bob, 49_174, [event(98)]),
    );
    expect(lines(answer)).toEqual([
      'audio 49172 RTP/AVP 97 sendrecv',
      'audio 49174 RTP/AVP 98 recvonly',
    ]);
    a.accept(offer, answer);
    expect(a.streams).toEqual([
      'audio iLBC sendrecv 49170>49172',
      'audio telephone-event sendonly 49172>49174',
    ]);
  });

  test('RFC 4317 §2.6: of two audio lines the one with keys pressed is taken', () => {
    const [a, b] = [new Party(alice), new Party(bob)];
    const offer = a.offer(slot(alice, 49_170, [pcmu]), slot(alice, 51_372, [ilbc, event(101)]));
    const answer = b.answer(offer.description, slot(bob, 49_170, [g723, ilbc, event(101)]));
    expect(lines(answer)).toEqual([
      'audio 0 RTP/AVP 0 sendrecv',
      'audio 49170 RTP/AVP 97 101 sendrecv',
    ]);
    a.accept(offer, answer);
    expect(a.streams).toEqual(['audio refused', 'audio iLBC sendrecv 51372>49170']);
    expect(a.agreement?.streams[1]?.telephoneEvents.send?.payloadType).toBe(101);
  });
});
