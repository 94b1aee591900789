// The rules about media, on calls with hand-made packets: what each has to name, and what none may.
import { describe, expect, test } from 'vitest';
import { writeTelephoneEvent } from '../../../rtp/telephone-event.ts';
import type { CallDocument } from '../../document/document.ts';
import { evenly, quiet } from '../../stream/packets.test-kit.ts';
import type { SentPacket } from '../../stream/packets.test-kit.ts';
import { answered, audio, epoch, Talk } from '../document.test-kit.ts';
import {
  alice,
  bob,
  bobs,
  both,
  call,
  faults,
  named,
  play,
  report,
  speech,
} from './media.test-kit.ts';

describe('calls with healthy media', () => {
  const healthy: readonly (readonly [string, CallDocument])[] = [
    ['both speak', call(both)],
    ['no RTP was captured at all', call(() => undefined)],
    [
      'a phone behind a NAT and a peer that follows where its packets come from',
      call(
        (talk) => {
          const outside = { host: '198.51.100.4', port: 61_000 };
          play(talk, speech(9, 1), outside, bob);
          play(talk, speech(9, 2), bob, outside, 3000);
        },
        audio({ host: '10.0.0.5' }),
      ),
    ],
    [
      'silence suppression with comfort noise',
      call((talk) => {
        const noise = { at: 4100, sequence: 100, timestamp: 16_000, payloadType: 13, ssrc: 1 };
        const again = evenly(200, 8100, 101).map((each, at) => ({
          ...{ ...each, ssrc: 1, marker: at === 0, timestamp: 48_000 + 160 * at },
        }));
        play(
          talk,
          [...speech(2, 1), { ...noise, payload: new Uint8Array([50]) }, ...again],
          alice,
          bob,
        );
        play(talk, speech(9, 2), bob, alice, 3000);
      }),
    ],
    [
      'silence suppression from the answer on, announced by marker bits',
      call((talk) => {
        const spoken = [...evenly(100, 5000), ...evenly(100, 9500, 100)].map((each, at) => ({
          ...{ ...each, ssrc: 2, marker: at % 100 === 0 },
          timestamp: each.timestamp + (at < 100 ? 0 : 20_000),
        }));
        play(talk, speech(9, 1), alice, bob);
        play(talk, spoken, bob, alice, 3000);
      }),
    ],
    [
      'media that begins after the BYE: that of the next call on the same ports',
      call((talk) => {
        play(talk, speech(2, 1, 12_500), alice, bob);
        play(talk, speech(2, 2, 12_500), bob, alice, 3000);
      }),
    ],
    ['a short call that nobody spoke in', call((talk) => play(talk, speech(0.2, 1), alice, bob))],
    [
      'one packet in two hundred lost',
      call((talk) => {
        play(
          talk,
          speech(9, 1).filter((_, at) => at % 200 !== 50),
          alice,
          bob,
        );
        play(talk, speech(9, 2), bob, alice, 3000);
      }),
    ],
    [
      'a capture in which every packet stands twice',
      call((talk) => {
        play(
          talk,
          speech(9, 1).flatMap((each) => [each, each]),
          alice,
          bob,
        );
        play(
          talk,
          speech(9, 2).flatMap((each) => [each, each]),
          bob,
          alice,
          3000,
        );
      }),
    ],
  ];
  for (const [title, document] of healthy)
    test(title, () => {
      expect(named(document)).toEqual([]);
    });

  test('hold, and resume', () => {
    const talk = new Talk();
    const ok = answered(talk, {}, { sdp: bobs });
    const hold = talk.send(5000, 'alice>bob', 'INVITE', {
      within: ok,
      sdp: audio({ direction: 'sendonly', version: 2 }),
    });
    talk.ack(
      5020,
      talk.answer(5010, hold, 200, { sdp: audio({ ...bob, direction: 'recvonly', version: 2 }) }),
    );
    const resume = talk.send(8000, 'alice>bob', 'INVITE', {
      within: ok,
      sdp: audio({ version: 3 }),
    });
    talk.ack(8020, talk.answer(8010, resume, 200, { sdp: audio({ ...bob, version: 3 }) }));
    play(talk, speech(9, 1), alice, bob);
    play(
      talk,
      [...speech(3, 2), ...evenly(150, 8100, 150).map((each) => ({ ...each, ssrc: 2 }))],
      bob,
      alice,
      3000,
    );
    const bye = talk.send(12_000, 'alice>bob', 'BYE', { within: ok });
    talk.answer(12_010, bye, 200);
    expect(named(talk.document)).toEqual([]);
  });
});

test('fault 11: what goes to a private address is lost', () => {
  const document = call(
    (talk) => {
      play(talk, speech(9, 1), { host: '198.51.100.4', port: 61_000 }, bob);
      play(talk, speech(9, 2), bob, { host: '10.0.0.5', port: 40_000 }, 3000);
    },
    audio({ host: '10.0.0.5' }),
  );
  expect(named(document)).toEqual(['11 Private address in SDP, no media arrives there']);
  expect(faults(document)[0]).toMatchObject({ party: 1, certainty: 'inferred' });
});

test('fault 11: nothing ever comes from the private address that is sent to', () => {
  const document = call(
    (talk) => play(talk, speech(9, 1), alice, { host: '192.168.1.20', port: 42_000 }),
    audio(),
    audio({ host: '192.168.1.20', port: 42_000 }),
  );
  expect(named(document)).toEqual(['11 Private address in SDP, no media arrives there']);
});

describe('fault 12: a direction that is no hold', () => {
  test.each(['recvonly', 'sendonly', 'inactive'])('the answer says %s', (direction) => {
    const write = (talk: Talk): void => {
      if (direction === 'recvonly') play(talk, speech(9, 1), alice, bob);
      if (direction === 'sendonly') play(talk, speech(9, 2), bob, alice);
    };
    const document = call(write, audio(), audio({ ...bob, direction }));
    expect(faults(document).map(({ fault }) => fault)).toEqual([12]);
    expect(faults(document).find(({ fault }) => fault === 12)?.party).toBe(2);
  });

  test('the answer to a resume says that it only listens', () => {
    const talk = new Talk();
    const ok = answered(talk, {}, { sdp: bobs });
    const hold = talk.send(4000, 'alice>bob', 'INVITE', {
      within: ok,
      sdp: audio({ direction: 'sendonly', version: 2 }),
    });
    talk.ack(
      4020,
      talk.answer(4010, hold, 200, { sdp: audio({ ...bob, direction: 'recvonly', version: 2 }) }),
    );
    const resume = talk.send(6000, 'alice>bob', 'INVITE', {
      within: ok,
      sdp: audio({ version: 3 }),
    });
    talk.ack(
      6020,
      talk.answer(6010, resume, 200, { sdp: audio({ ...bob, direction: 'recvonly', version: 3 }) }),
    );
    const bye = talk.send(12_000, 'alice>bob', 'BYE', { within: ok });
    talk.answer(12_010, bye, 200);
    expect(faults(talk.document).map(({ fault }) => fault)).toEqual([12]);
  });
});

describe('fault 13: one-way audio', () => {
  test('what is sent goes elsewhere than the packets come from', () => {
    const document = call((talk) => {
      play(talk, speech(9, 1), { host: '198.51.100.4', port: 61_000 }, bob);
      play(talk, speech(9, 2), bob, alice, 3000);
    });
    expect(named(document)).toEqual(['13 One-way audio: alice hears nothing']);
  });

  test('the NAT has another port', () => {
    const document = call((talk) => {
      play(talk, speech(9, 1), alice, bob);
      play(talk, speech(9, 2), { ...bob, port: 50_124 }, alice, 3000);
    });
    expect(named(document)).toEqual(['13 One-way audio: bob hears nothing']);
  });

  test('a NAT takes another port in the middle of the call', () => {
    const document = call((talk) => {
      play(talk, speech(4, 1), alice, bob);
      const later = evenly(250, 6100, 200).map((each) => ({ ...each, ssrc: 1 }));
      play(talk, later, { ...alice, port: 40_088 }, bob, 2000);
      play(talk, speech(9, 2), bob, alice, 3000);
    });
    expect(named(document)).toEqual(['13 One-way audio: alice hears nothing']);
  });

  test('only one direction is in the capture', () => {
    const [finding] = faults(call((talk) => play(talk, speech(9, 1), alice, bob)));
    expect(finding).toMatchObject({ fault: 13, certainty: 'cannot tell from here' });
    expect(finding?.wanted).toMatch(/capture at bob/i);
  });

  test('the network says that nobody takes it', () => {
    const document = call((talk) => {
      both(talk);
      talk.book.add({
        ...{ kind: 'problem', frame: 9000, at: epoch + 5000, event: 'unreachable' },
        ...{ text: 'ICMP: port unreachable', source: bob, destination: alice },
      });
    });
    expect(named(document)).toEqual(['13 One-way audio: alice hears nothing']);
  });

  test('by the counters of an endpoint, where no packet was captured', () => {
    const document = { ...call(() => undefined), reports: [report(1, 400, 0)] };
    expect(faults(document)).toMatchObject([
      { fault: 13, title: 'One-way audio: alice hears nothing' },
    ]);
    expect(named({ ...document, reports: [report(1, 400, 390)] })).toEqual([]);
  });
});

const events = ['a=rtpmap:101 telephone-event/8000'];
const withKeys = { codecs: '0 101', lines: events };

function key(at: number, sequence: number, end: boolean, marker: boolean): SentPacket {
  const payload = new Uint8Array(4);
  writeTelephoneEvent(payload, 0, { event: 5, end, volume: 10, duration: 800 });
  return { at, sequence, timestamp: 160 * 100, payloadType: 101, marker, payload, ssrc: 1 };
}

describe('fault 25: keys', () => {
  const pressing = (marker: boolean) => (talk: Talk) => {
    const keys = [key(4100, 100, false, marker), key(4120, 101, true, false)];
    const after = evenly(300, 4140, 102).map((each) => ({ ...each, ssrc: 1 }));
    play(talk, [...speech(2, 1), ...keys, ...after], alice, bob);
    play(talk, speech(8, 2), bob, alice, 3000);
  };

  test('agreed, with marker and end: nothing is wrong', () => {
    const answer = audio({ ...bob, ...withKeys });
    expect(named(call(pressing(true), audio(withKeys), answer))).toEqual([]);
  });

  test('without marker', () => {
    const answer = audio({ ...bob, ...withKeys });
    expect(named(call(pressing(false), audio(withKeys), answer))).toEqual([
      '25 DTMF without marker',
    ]);
  });

  test('not negotiated', () => {
    expect(named(call(pressing(true), audio(withKeys)))).toEqual(['25 DTMF not negotiated']);
  });

  test('by INFO that is refused', () => {
    const document = call((talk) => {
      both(talk);
      const info = talk.send(6000, 'alice>bob', 'INFO', {
        body: ['application/dtmf-relay', 'Signal=5\r\nDuration=160\r\n'],
        toTag: 'bob-tag',
      });
      talk.answer(6010, info, 415);
    });
    expect(named(document)).toContain('25 DTMF by INFO refused');
  });
});

describe('fault 35: bad media', () => {
  const heard = (packets: readonly SentPacket[]): CallDocument =>
    call((talk) => {
      play(talk, packets, alice, bob);
      play(talk, speech(9, 2), bob, alice, 3000);
    });

  test.each([
    ['Audio packets lost', speech(9, 1).filter((_, at) => at % 10 !== 3)],
    ['Audio interrupted', speech(9, 1).filter((_, at) => at < 150 || at > 240)],
    ['Audio stops in the call', speech(4, 1)],
    ['Audio begins late', speech(5, 1, 6500)],
    ['Audio holds silence only', speech(9, 1).map((each) => ({ ...each, payload: quiet }))],
    [
      'Audio packets too late',
      speech(9, 1)
        .map((each, at) => ({ ...each, at: each.at + (at % 8 === 0 ? 160 : 0) }))
        .toSorted((one, other) => one.at - other.at),
    ],
  ])('%s', (title, packets) => {
    expect(named(heard(packets))).toEqual([`35 ${title}`]);
  });

  test('a mailbox that the call was forwarded to listens without a word', () => {
    const talk = new Talk();
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    talk.answer(100, invite, 181);
    const ok = talk.answer(2000, invite, 200, { sdp: bobs });
    talk.ack(2010, ok);
    play(talk, speech(9, 1), alice, bob);
    play(talk, speech(3, 2), bob, alice, 3000);
    talk.answer(12_010, talk.send(12_000, 'alice>bob', 'BYE', { within: ok }), 200);
    expect(named(talk.document)).toEqual([]);
  });

  test('by the counters of an endpoint', () => {
    const counted = {
      ...call(() => undefined),
      reports: [report(1, 400, 300, { lostPackets: 60 })],
    };
    expect(named(counted)).toEqual(['35 Audio of bad quality']);
  });
});
