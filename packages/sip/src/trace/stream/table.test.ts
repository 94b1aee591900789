// Streams of a capture: what is counted of them, whose they are, and what hostile datagrams cannot do.
import { expect, test } from 'vitest';
import { ntpTime } from '../../rtp/rtcp/packet.ts';
import { formatRtcp } from '../../rtp/rtcp/write.ts';
import { writeTelephoneEvent } from '../../rtp/telephone-event.ts';
import type { StreamDocument } from '../document/document.ts';
import { alice, bob, datagram, datagrams, evenly, quiet } from './packets.test-kit.ts';
import type { SentPacket } from './packets.test-kit.ts';
import type { MediaPlace } from './place.ts';
import { StreamTable } from './table.ts';

const codec = { payloadType: 0, name: 'PCMU', clockRate: 8000, channels: 1, format: undefined };
const keys = { ...codec, payloadType: 101, name: 'telephone-event' };

function streams(packets: readonly SentPacket[]): readonly StreamDocument[] {
  const table = new StreamTable();
  table.learn({ ...bob, codecs: [codec, keys] });
  for (const each of datagrams(packets)) table.add(each);
  return table.all;
}

function stream(packets: readonly SentPacket[]): StreamDocument {
  const [only] = streams(packets);
  if (only === undefined) throw new Error('There is no stream');
  return only;
}

test('RFC 3550 appendix A.3: what should have come, what is lost, doubled and out of order', () => {
  const sent = evenly(100, 0, 65_500);
  const [a, b] = [sent[40], sent[41]];
  if (a === undefined || b === undefined) throw new Error('There are too few packets');
  const came = [
    ...sent.slice(0, 10),
    ...sent.slice(15, 40),
    b,
    a,
    ...sent.slice(42),
    ...sent.slice(99),
  ];
  expect(stream(came)).toMatchObject({
    packets: 96,
    expected: 100,
    lost: 4,
    duplicated: 1,
    reordered: 1,
    late: 0,
    codec: 'PCMU',
    payloadTypes: [0],
  });
});

test('loss that a gap shows has its length and its frame', () => {
  const sent = evenly(100);
  const { gaps, series, maxDelta } = stream([...sent.slice(0, 20), ...sent.slice(30)]);
  expect(gaps).toEqual([{ at: 380, frame: 21, milliseconds: 200, lost: 10 }]);
  expect(maxDelta).toBe(220);
  expect(series.map(({ packets, lost }) => [packets, lost])).toEqual([
    [40, 10],
    [50, 0],
  ]);
});

test('a pause that a marker bit or comfort noise announces is no gap (RFC 3551 §4.1)', () => {
  const noise = { payloadType: 13, payload: new Uint8Array([60]) };
  const before = evenly(20);
  const after = evenly(20, 2000, 21).map((each, at) => ({
    ...each,
    marker: at === 0,
    timestamp: 16_000 + 160 * at,
  }));
  expect(
    stream([...before, ...after.map((each) => ({ ...each, sequence: each.sequence - 1 }))]).gaps,
  ).toEqual([]);
  const quieted = [...before, { at: 400, sequence: 20, timestamp: 3200, ...noise }];
  expect(stream([...quieted, ...after.map((each) => ({ ...each, marker: false }))])).toMatchObject({
    gaps: [],
    lost: 0,
  });
});

test('a sender that begins anew is not taken for loss', () => {
  const { packets, expected, lost } = stream([...evenly(50), ...evenly(50, 1000, 30_000)]);
  expect({ packets, expected, lost }).toEqual({ packets: 100, expected: 100, lost: 0 });
});

test('one stray packet changes nothing but the count', () => {
  const stray = { at: 1001, sequence: 40_000, timestamp: 5 };
  const { packets, expected } = stream([...evenly(50), stray, ...evenly(50, 1020, 50)]);
  expect({ packets, expected }).toEqual({ packets: 101, expected: 100 });
});

test('jitter and what a jitter buffer would drop', () => {
  const sent = evenly(200).map((each, at) => ({
    ...each,
    at: each.at + (at % 10 === 5 ? 150 : 0),
  }));
  const uneven = stream(sent.toSorted((one, other) => one.at - other.at));
  expect(uneven).toMatchObject({ lost: 0, late: 20, reordered: 20 });
  expect(uneven.maxJitter).toBeGreaterThan(30);
  expect(uneven.mos).toBeLessThan(3.5);
  expect(stream(evenly(200))).toMatchObject({ late: 0, maxJitter: 0, meanJitter: 0 });
  expect(stream(evenly(200)).mos).toBeCloseTo(4.41, 2);
});

test('ITU-T G.107: loss takes its share of the rating', () => {
  const lossy = stream(evenly(1000).filter((_, at) => at % 20 !== 7));
  expect(lossy.rFactor).toBeCloseTo(93.2 - (95 * 5) / (5 + 25.1), 0);
});

test('how much of it is silence, and how loud it is', () => {
  const half = stream(
    evenly(100).map((each, at) => (at < 50 ? each : { ...each, payload: quiet })),
  );
  expect(half.silence).toBe(0.5);
  expect(half.series[0]?.level).toBeGreaterThan(-20);
  expect(half.series[1]?.level).toBe(-90);
});

test('RFC 4733 §2.5.1: reports of a key are one key, with its marker and its end', () => {
  const report = (
    at: number,
    sequence: number,
    duration: number,
    end: boolean,
    marker: boolean,
  ): SentPacket => {
    const payload = new Uint8Array(4);
    writeTelephoneEvent(payload, 0, { event: 5, end, volume: 10, duration });
    return { at, sequence, timestamp: 1600, payloadType: 101, marker, payload };
  };
  const pressed = stream([
    ...evenly(10),
    report(200, 10, 160, false, true),
    report(220, 11, 320, false, false),
    report(240, 12, 480, true, false),
    report(240, 13, 480, true, false),
  ]);
  expect(pressed.events).toEqual([
    { at: 200, frame: 11, key: '5', milliseconds: 60, marker: true, ended: true },
  ]);
});

test('without an SDP a stream is one only when it is consistent', () => {
  const table = new StreamTable();
  for (let at = 0; at < 3000; at += 1) {
    const noise = { at, sequence: (at * 7919) % 65_536, timestamp: at * 31, ssrc: at * 65_537 };
    for (const each of datagrams([noise])) table.add(each);
  }
  expect(table.all).toEqual([]);
  for (const each of datagrams(evenly(10))) table.add(each);
  expect(table.unannounced).toMatchObject([{ packets: 10, codec: 'PCMU', session: undefined }]);
});

test('many streams are limited, and the idlest go first', () => {
  const table = new StreamTable({ limit: 100 });
  for (let ssrc = 0; ssrc < 1000; ssrc += 1)
    for (const each of datagrams(evenly(5, ssrc * 10).map((one) => ({ ...one, ssrc }))))
      table.add(each);
  expect(table.all.length).toBeLessThanOrEqual(100);
  expect(table.all.at(-1)?.ssrc).toBe(999);
  expect(table.forgotten).toBe(1000 - table.all.length);
});

test('a report of the receiver, with the way there and back as the capture sees it (RFC 3550 §6.4.1)', () => {
  const table = new StreamTable();
  for (const each of datagrams(evenly(50))) table.add(each);
  const ntp = ntpTime(1000);
  const sender = formatRtcp([
    { kind: 'sender-report', ssrc: 7, ntp, timestamp: 0, packets: 50, octets: 8000, reports: [] },
  ]);
  const lastReport = (((ntp.seconds & 0xffff) << 16) | (ntp.fraction >>> 16)) >>> 0;
  const block = {
    ssrc: 7,
    fractionLost: 64,
    lost: 3,
    highestSequence: 49,
    jitter: 80,
    lastReport,
    delay: 65_536,
  };
  const receiver = formatRtcp([{ kind: 'receiver-report', ssrc: 9, reports: [block] }]);
  const [there, back] = [
    { ...alice, port: 4001 },
    { ...bob, port: 5001 },
  ];
  table.add(datagram('rtcp', sender, 2000, [there, back]));
  table.add({ ...datagram('rtcp', receiver, 3040, [back, there]), frame: 99 });
  expect(table.all[0]?.report).toEqual({
    frame: 99,
    fractionLost: 0.25,
    lost: 3,
    jitter: 10,
    roundTrip: 40,
  });
});

const line = { from: 0, to: 10_000, leg: 1, session: 1, line: 0, codecs: [codec] };

test('streams of a call: sender and receiver by address, and through a NAT', () => {
  const table = new StreamTable();
  const inside = { host: '10.0.0.9', port: 4000 };
  const outside = { host: '198.51.100.4', port: 61_000 };
  const places: readonly MediaPlace[] = [
    { ...inside, ...line, party: 1 },
    { ...bob, ...line, party: 2 },
  ];
  for (const place of places) table.learn(place);
  for (const each of datagrams(evenly(10), outside, bob)) table.add(each);
  for (const each of datagrams(
    evenly(10).map((one) => ({ ...one, ssrc: 8 })),
    bob,
    outside,
    20,
  ))
    table.add(each);
  for (const each of datagrams(
    evenly(10, 60_000).map((one) => ({ ...one, ssrc: 9 })),
    outside,
    bob,
    40,
  ))
    table.add(each);
  expect(table.of(places)).toMatchObject([
    { id: 1, ssrc: 7, session: 1, line: 0, sender: 1, receiver: 2 },
    { id: 2, ssrc: 8, session: 1, line: 0, sender: 2, receiver: 1 },
  ]);
});

test('of two calls to one address each has the stream that comes from its own', () => {
  const table = new StreamTable();
  const [first, second] = [4000, 4002].map((port, index): readonly MediaPlace[] => [
    { ...alice, port, ...line, session: index + 1, party: 1 },
    { ...bob, ...line, session: index + 1, party: 2 },
  ]);
  for (const place of [...(first ?? []), ...(second ?? [])]) table.learn(place);
  for (const port of [4000, 4002])
    for (const each of datagrams(evenly(10), { ...alice, port }, bob, port)) table.add(each);
  expect(table.of(first ?? [])).toMatchObject([{ source: { port: 4000 }, session: 1 }]);
  expect(table.of(second ?? [])).toMatchObject([{ source: { port: 4002 }, session: 2 }]);
});

test('the same source in the next call is another stream', () => {
  const table = new StreamTable();
  const places = [0, 20_000].map((from, index): MediaPlace => ({
    ...{ ...bob, ...line, from, to: from + 10_000 },
    ...{ session: index + 1, party: 2 },
  }));
  for (const place of places) {
    table.learn(place);
    for (const each of datagrams(evenly(50, place.from), alice, bob, place.from + 1))
      table.add(each);
  }
  expect(table.of(places)).toMatchObject([
    { session: 1, packets: 50, lost: 0 },
    { session: 2, packets: 50, lost: 0 },
  ]);
});

test('after DTLS between two addresses what flows there is SRTP, and nothing of it is listened to', () => {
  const table = new StreamTable();
  table.add(datagram('dtls', new Uint8Array(20).fill(22)));
  for (const each of datagrams(evenly(10))) table.add(each);
  expect(table.all[0]).toMatchObject({ encrypted: true, silence: undefined });
});

test('a datagram that the capture cut is counted by its header', () => {
  const table = new StreamTable();
  for (const each of datagrams(evenly(10)))
    table.add({ ...each, bytes: each.bytes.slice(0, 20), length: 172 });
  expect(table.all[0]).toMatchObject({ packets: 10, lost: 0, bytes: 1720, silence: undefined });
});
