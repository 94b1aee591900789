// The rules about media, on calls with hand-made packets: what each has to name, and what none may.
import { describe, expect, test } from 'vitest';
import { writeTelephoneEvent } from '../../../rtp/telephone-event.ts';
import type { ObservedAddress } from '../../../base/tap.ts';
import type { CallDocument, NoteDocument, ReportDocument } from '../../document/document.ts';
import { datagrams, evenly, quiet } from '../../stream/packets.test-kit.ts';
import type { SentPacket } from '../../stream/packets.test-kit.ts';
import { answered, audio, epoch, Talk } from '../document.test-kit.ts';
import { explain } from '../explain.ts';
import type { Finding } from '../explanation.ts';

const alice: ObservedAddress = { host: '192.0.2.1', port: 40_000 };
const bob: ObservedAddress = { host: '192.0.2.2', port: 42_000 };
const bobs = audio({ host: bob.host, port: bob.port });

/** Packets of `seconds` from 2.1 s on, which is just after the answer. */
function speech(seconds: number, ssrc: number, from = 2100): readonly SentPacket[] {
  return evenly(50 * seconds, from).map((each) => ({ ...each, ssrc }));
}

function play(
  talk: Talk,
  packets: readonly SentPacket[],
  source: ObservedAddress,
  destination: ObservedAddress,
  frame = 1000,
): void {
  const moved = packets.map((each) => ({ ...each, at: epoch + each.at }));
  for (const each of datagrams(moved, source, destination, frame)) talk.book.add(each);
}

/** An answered call of ten seconds with what is said of its media. */
function call(write: (talk: Talk) => void, offer = audio(), answer = bobs): CallDocument {
  const talk = new Talk();
  const ok = answered(talk, { sdp: offer }, { sdp: answer });
  write(talk);
  const bye = talk.send(12_000, 'alice>bob', 'BYE', { within: ok });
  talk.answer(12_010, bye, 200);
  return talk.document;
}

function both(talk: Talk): void {
  play(talk, speech(9, 1), alice, bob);
  play(talk, speech(9, 2), bob, alice, 3000);
}

function faults(document: CallDocument): readonly Finding[] {
  const { findings } = explain(document);
  for (const { happened, why, whose, todo } of findings)
    for (const { text, frames } of [happened, why, whose, todo]) {
      expect(frames, text).not.toEqual([]);
      expect(text).toMatch(/^\S.*\.$/s);
      expect(text).not.toMatch(/undefined|NaN|Infinity/);
    }
  return findings.filter(({ severity }) => severity === 'fault');
}

function named(document: CallDocument): readonly string[] {
  return faults(document).map(({ fault, title }) => `${fault ?? ''} ${title}`);
}

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

function report(
  party: number,
  sentPackets: number,
  receivedPackets: number,
  more: Partial<ReportDocument> = {},
): ReportDocument {
  return {
    ...{
      at: epoch + 11_000,
      party,
      session: 1,
      line: 0,
      codec: 'PCMU',
      sentPackets,
      receivedPackets,
    },
    ...{ lostPackets: 0, jitter: 1, roundTrip: undefined, concealed: undefined, level: undefined },
    ...{ final: true, ...more },
  };
}

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

const ice = (host: string, ufrag: string): readonly string[] => [
  `a=ice-ufrag:${ufrag}`,
  'a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa',
  `a=candidate:1 1 udp 2130706431 ${host} 40000 typ host`,
];

function note(
  topic: NoteDocument['topic'],
  event: string,
  at: number,
  text = 'told',
  party?: number,
): NoteDocument {
  return {
    ...{ frame: 9000 + at / 100, at: epoch + at, party, leg: 1, session: 1, topic, event, text },
    ...{ source: alice, destination: bob },
  };
}

describe('fault 26: ICE', () => {
  const [offer, answer] = [
    audio({ lines: ice('10.0.0.5', 'AAAA') }),
    audio({ ...bob, lines: ice('192.168.1.7', 'BBBB') }),
  ];
  const checked = [note('ice', 'checked', 2100), note('ice', 'unanswered', 9000)];

  test('no check is answered', () => {
    const document = call(() => undefined, offer, answer);
    const [finding] = faults({ ...document, notes: checked });
    expect(finding).toMatchObject({ fault: 26, title: 'ICE failed' });
    expect(finding?.why.text).toContain('1 candidate (host, all of them private)');
  });

  test('every check is refused', () => {
    const document = call((talk) => play(talk, speech(9, 1), alice, bob), offer, answer);
    const notes = [
      note('ice', 'checked', 2100),
      note('ice', 'refused', 2150, '192.0.2.2:42000 answered a check with 401'),
    ];
    const [finding] = faults({ ...document, notes });
    expect(finding?.happened.text).toContain(
      'every check was refused (192.0.2.2:42000 answered a check with 401)',
    );
  });

  test('a way was chosen, or media flowed', () => {
    const document = call(() => undefined, offer, answer);
    const nominated = [...checked, note('ice', 'answered', 2150), note('ice', 'nominated', 2200)];
    expect(named({ ...document, notes: nominated })).toEqual([]);
    expect(named({ ...call(both, offer, answer), notes: checked })).toEqual([]);
  });

  test('by the counters of an endpoint', () => {
    const document = { ...call(() => undefined, offer, answer), reports: [report(1, 0, 0)] };
    expect(named(document)).toEqual(['26 ICE failed']);
  });
});

describe('fault 27: DTLS', () => {
  const announced = Array.from({ length: 32 }, () => 'AA').join(':');
  const dtls = (host: string, ufrag: string, setup: string): readonly string[] => [
    ...ice(host, ufrag),
    `a=fingerprint:sha-256 ${announced}`,
    `a=setup:${setup}`,
  ];
  const secure = (text: string): string => text.replace('RTP/AVP', 'UDP/TLS/RTP/SAVPF');
  const agreed = (setups: readonly [string, string]): CallDocument =>
    call(
      () => undefined,
      secure(audio({ lines: dtls('192.0.2.1', 'AAAA', setups[0]) })),
      secure(audio({ ...bob, lines: dtls('192.0.2.2', 'BBBB', setups[1]) })),
    );
  const way = [note('ice', 'checked', 2050), note('ice', 'nominated', 2060)];
  const shows = (fingerprint: string): string =>
    `192.0.2.2:42000 shows a certificate with the fingerprint sha-256 ${fingerprint}`;

  test('another certificate than announced', () => {
    const notes = [
      ...way,
      note('dtls', 'certificate', 2100, shows(announced.replace('AA', 'BB')), 2),
    ];
    const found = faults({ ...agreed(['actpass', 'active']), notes });
    expect(found).toMatchObject([{ fault: 27, title: 'DTLS fingerprint mismatch', party: 2 }]);
    const right = [
      ...way,
      note('dtls', 'certificate', 2100, shows(announced), 2),
      note('dtls', 'finished', 2200),
    ];
    expect(named({ ...agreed(['actpass', 'active']), notes: right })).toEqual([]);
  });

  test.each([
    [['passive', 'passive'], 'DTLS role conflict'],
    [['active', 'active'], 'DTLS role conflict'],
    [['actpass', 'actpass'], 'DTLS role conflict'],
    [['actpass', 'active'], 'DTLS handshake never begun'],
  ] as const)('roles %s: %s', (setups, title) => {
    expect(named({ ...agreed(setups), notes: way })).toEqual([`27 ${title}`]);
  });

  test('an alert, and hellos that nobody answers', () => {
    const alert = [
      ...way,
      note('dtls', 'alert', 2200, 'x sent the fatal alert handshake_failure', 2),
    ];
    expect(named({ ...agreed(['actpass', 'active']), notes: alert })).toEqual([
      '27 DTLS handshake failed',
    ]);
    const silent = [
      ...way,
      note('dtls', 'hello', 2100),
      note('dtls', 'unanswered', 9000, '5 ClientHellos'),
    ];
    expect(named({ ...agreed(['actpass', 'active']), notes: silent })).toEqual([
      '27 DTLS handshake unanswered',
    ]);
  });
});

describe('fault 28: WebSocket', () => {
  function overWebSocket(at: number, hangsUp: boolean): CallDocument {
    const talk = new Talk('talk-1', 'WS');
    const ok = answered(talk, {}, { sdp: bobs });
    if (hangsUp) talk.answer(9010, talk.send(9000, 'alice>bob', 'BYE', { within: ok }), 200);
    const [from, to] = [alice, bob].map(({ host }) => ({ host, port: 5060 }));
    return {
      ...talk.document,
      notes: [
        {
          ...note('flow', 'closed', at, 'WS closed: by 192.0.2.1:5060'),
          source: from,
          destination: to,
        },
      ],
    };
  }

  test('it closes in the call', () => {
    expect(named(overWebSocket(6000, false))).toEqual(['28 WebSocket dropped in the call']);
  });

  test('it closes when the call is over', () => {
    expect(named(overWebSocket(9500, true))).toEqual([]);
  });
});

describe('fault 31: too long for UDP', () => {
  const long = audio({
    lines: Array.from({ length: 40 }, (_, at) => `a=x-long-line:${at} ${'y'.repeat(40)}`),
  });

  test('a long INVITE that never gets there', () => {
    const talk = new Talk();
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: long });
    talk.again(invite, 500, 1500, 3500, 7500, 15_500, 31_500);
    expect(faults(talk.document)[0]).toMatchObject({ fault: 31 });
  });

  test('a fragment that is missing', () => {
    const document = call(both, long);
    const torn = note('network', 'fragment missing', 100, 'Fragments of a datagram are missing.');
    expect(named({ ...document, notes: [torn] })).toEqual(['31 Message too long for UDP']);
    expect(named(document)).toEqual([]);
  });
});

describe('fault 32: a connection that nobody kept alive', () => {
  test('a request on it after a long rest, and then nothing', () => {
    const talk = new Talk('talk-1', 'TCP');
    const ok = answered(talk, {}, { sdp: bobs });
    talk.send(120_000, 'alice>bob', 'BYE', { within: ok });
    talk.raw(160_000, 'alice>carol', 'OPTIONS sip:carol SIP/2.0\r\n\r\n');
    const document = talk.document;
    const reset = note('flow', 'failed', 120_200, 'TCP failed: reset by 192.0.2.2:5060');
    const [source, destination] = [
      { ...alice, port: 5060 },
      { ...bob, port: 5060 },
    ];
    expect(faults({ ...document, notes: [{ ...reset, source, destination }] })[0]).toMatchObject({
      fault: 32,
    });
  });

  test('TCP sends the same octets again and again', () => {
    const talk = new Talk('talk-1', 'TCP');
    const ok = answered(talk, {}, { sdp: bobs });
    talk.send(9000, 'alice>bob', 'BYE', { within: ok });
    const stuck = note('network', 'TCP unacknowledged', 10_700);
    const [source, destination] = [alice, bob].map((each) => ({ ...each, port: 5060 }));
    const notes = [{ ...stuck, source, destination }];
    expect(faults({ ...talk.document, notes })[0]).toMatchObject({ fault: 32 });
  });

  test('by the record of an endpoint', () => {
    const gone = note('flow', 'failed', 9000, 'TCP failed: No answer came to a keep-alive', 1);
    expect(named({ ...call(both), notes: [gone] })).toEqual(['32 Keep-alive not answered']);
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

  test('by the counters of an endpoint', () => {
    const counted = {
      ...call(() => undefined),
      reports: [report(1, 400, 300, { lostPackets: 60 })],
    };
    expect(named(counted)).toEqual(['35 Audio of bad quality']);
  });
});
