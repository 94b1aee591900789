// The figure of offer/answer, walked whole, and the descriptions that it keeps.
import { describe, expect, test } from 'vitest';
import type { Clock } from '../base/clock.ts';
import { step } from '../base/figure.ts';
import type { Observation } from '../base/tap.ts';
import type { SessionDescription } from './description.ts';
import { offerAnswer } from './offer-answer.figure.ts';
import type { OfferAnswerEvent, OfferAnswerState } from './offer-answer.figure.ts';
import { OfferAnswer } from './offer-answer.ts';
import { parseSdp } from './parse.ts';

const clock: Clock = { now: () => 0, wall: () => 1000, after: () => ({ cancel: () => undefined }) };

function sdp(port: number, direction = 'sendrecv'): SessionDescription {
  const text = `v=0\no=- 1 1 IN IP4 192.0.2.1\ns=-\nc=IN IP4 192.0.2.1\nt=0 0\nm=audio ${port} RTP/AVP 0\na=${direction}\n`;
  const parsed = parseSdp(text);
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

function begin(): { readonly exchange: OfferAnswer; readonly seen: Observation[] } {
  const seen: Observation[] = [];
  const tap = { observe: (observation: Observation): number => seen.push(observation) };
  return {
    exchange: new OfferAnswer({ id: 'o1', session: 's1', endpoint: 'alice', clock, tap }),
    seen,
  };
}

const [offer, answer, later] = [sdp(4000), sdp(5000), sdp(4000, 'sendonly')];

describe('Offer/answer', () => {
  test('RFC 3261 §13.2.1: INVITE/2xx and 2xx/ACK both put two descriptions in force (C132)', () => {
    const caller = begin().exchange;
    expect([caller.offerSent(offer), caller.answerReceived(answer)]).toEqual([true, true]);
    expect(caller.inForce).toEqual({ local: offer, remote: answer });
    const offerless = begin().exchange;
    expect([offerless.offerReceived(offer), offerless.answerSent(answer)]).toEqual([true, true]);
    expect(offerless.inForce).toEqual({ local: answer, remote: offer });
  });

  test('RFC 3261 §13.2.1: the first description of a 1xx is the answer, later ones are ignored (C132)', () => {
    const { exchange } = begin();
    exchange.offerSent(offer);
    expect(exchange.answerReceived(answer, 'early')).toBe(true);
    expect(exchange.answerReceived(sdp(6000), 'early')).toBe(false);
    expect(exchange.answerReceived(sdp(7000))).toBe(false);
    expect(exchange.inForce?.remote).toBe(answer);
    expect([exchange.mayOffer, exchange.confirmed(), exchange.mayOffer]).toEqual([
      false,
      true,
      true,
    ]);
    expect(exchange.answerReceived(sdp(8000))).toBe(false);
    expect(exchange.inForce?.remote).toBe(answer);
  });

  test('RFC 3264 §4: no further offer, ours or theirs, while one is open (C134)', () => {
    const ours = begin().exchange;
    ours.offerSent(offer);
    expect([ours.mayOffer, ours.offerSent(later), ours.offerReceived(later)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(ours.localOffer).toBe(offer);
    const theirs = begin().exchange;
    theirs.offerReceived(offer);
    expect([theirs.mayOffer, theirs.offerSent(later), theirs.offerReceived(later)]).toEqual([
      false,
      false,
      false,
    ]);
    expect(theirs.remoteOffer).toBe(offer);
  });

  test('RFC 3264 §4: a refused offer leaves all as it was, an early answer to it too (C119)', () => {
    const { exchange } = begin();
    exchange.offerSent(offer);
    exchange.answerReceived(answer);
    const before = exchange.inForce;
    exchange.offerSent(later);
    expect(exchange.refusedByPeer()).toBe(true);
    expect([exchange.inForce, exchange.localOffer, exchange.state]).toEqual([
      before,
      undefined,
      'Stable',
    ]);
    exchange.offerReceived(later);
    exchange.answerSent(sdp(5000, 'recvonly'), 'early');
    expect(exchange.inForce?.remote).toBe(later);
    expect(exchange.refusedByUs()).toBe(true);
    expect([exchange.inForce, exchange.remoteOffer]).toEqual([before, undefined]);
  });

  test('an answer without an offer, and anything after the end, changes nothing', () => {
    const { exchange } = begin();
    expect([
      exchange.answerReceived(answer),
      exchange.answerSent(answer),
      exchange.confirmed(),
    ]).toEqual([false, false, false]);
    exchange.end();
    expect([exchange.offerSent(offer), exchange.offerReceived(offer), exchange.state]).toEqual([
      false,
      false,
      'Ended',
    ]);
  });

  test('tells the tap each step with the streams in force, strays too', () => {
    const { exchange, seen } = begin();
    exchange.offerSent(offer);
    exchange.offerReceived(later);
    exchange.answerReceived(answer);
    expect(
      seen.map((each) =>
        each.kind === 'offer-answer' ? [each.before, each.event, each.after, each.stray] : [],
      ),
    ).toEqual([
      [undefined, 'created', 'Stable', undefined],
      ['Stable', 'offer sent', 'LocalOffer', undefined],
      ['LocalOffer', 'offer received', 'LocalOffer', true],
      ['LocalOffer', 'answer received', 'Stable', undefined],
    ]);
    expect(seen.at(-1)).toEqual({
      kind: 'offer-answer',
      v: 1,
      at: 1000,
      endpoint: 'alice',
      id: 'o1',
      session: 's1',
      event: 'answer received',
      before: 'LocalOffer',
      after: 'Stable',
      actions: ['put in force', 'close offer'],
      timers: [],
      streams: [
        {
          media: 'audio',
          codec: 'PCMU',
          direction: 'sendrecv',
          local: { host: '192.0.2.1', port: 4000 },
          remote: { host: '192.0.2.1', port: 5000 },
        },
      ],
    });
  });

  test('RFC 3264 §4: the figure has these arrows and no other (C134)', () => {
    const events: readonly OfferAnswerEvent[] = [
      'offer sent',
      'offer received',
      'early answer sent',
      'early answer received',
      'answer sent',
      'answer received',
      'exchange confirmed',
      'offer refused by peer',
      'offer refused by us',
      'session ended',
    ];
    const states: readonly OfferAnswerState[] = [
      'Stable',
      'LocalOffer',
      'EarlyRemoteAnswer',
      'RemoteOffer',
      'EarlyLocalAnswer',
      'Ended',
    ];
    const table = states.map((state) => {
      const arrows = events.map((event) => step(offerAnswer, state, event)?.[0] ?? '-');
      return `${state}: ${arrows.join(' ')}`;
    });
    expect(table).toEqual([
      'Stable: LocalOffer RemoteOffer - - - - - - - Ended',
      'LocalOffer: - - - EarlyRemoteAnswer - Stable - Stable - Ended',
      'EarlyRemoteAnswer: - - - - - - Stable Stable - Ended',
      'RemoteOffer: - - EarlyLocalAnswer - Stable - - - Stable Ended',
      'EarlyLocalAnswer: - - - - - - Stable - Stable Ended',
      'Ended: - - - - - - - - - -',
    ]);
  });
});
