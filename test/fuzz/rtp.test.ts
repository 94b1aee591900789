// RTP and RTCP: packets that lie are dropped, what was read is written alike, and a stream goes on playing after them.
import * as fc from 'fast-check';
import {
  formatHeaderExtensions,
  formatRtcp,
  formatRtp,
  isRtcp,
  mapHeaderExtensions,
  parseEventList,
  parseHeaderExtensions,
  parseRtcp,
  parseRtp,
  parseTelephoneEvent,
  translateRtcp,
} from '../../packages/sip/src/rtp/index.ts';
import { PacketRing } from '../../packages/offhook/src/media/packet-ring.ts';
import { AudioStream } from '../../packages/offhook/src/media/stream.ts';
import { equalValues } from './datagram.ts';
import { fuzz } from './runs.ts';

const audio = formatRtp({
  payloadType: 0,
  sequence: 65_530,
  timestamp: 0xffff_ff00,
  ssrc: 7,
  payload: new Uint8Array(160).fill(0xd5),
});
const key = formatRtp({
  payloadType: 101,
  sequence: 3,
  timestamp: 9,
  ssrc: 7,
  payload: Uint8Array.of(5, 138, 3, 32),
  marker: true,
});
const rich = formatRtp({
  payloadType: 8,
  sequence: 1,
  timestamp: 2,
  ssrc: 7,
  payload: new Uint8Array(80),
  csrcs: [1, 2, 3],
  extension: { profile: 0xbede, content: new Uint8Array(8) },
  padding: 4,
});
const block = {
  ssrc: 1,
  fractionLost: 3,
  lost: -1,
  highestSequence: 70_000,
  jitter: 9,
  lastReport: 5,
  delay: 6,
};
const ntp = { seconds: 1, fraction: 2 };
const reports = formatRtcp([
  { kind: 'sender-report', ssrc: 7, ntp, timestamp: 3, packets: 4, octets: 5, reports: [block] },
  { kind: 'source-description', chunks: [{ ssrc: 7, cname: 'a@b' }] },
  { kind: 'goodbye', ssrcs: [7], reason: 'over' },
]);
const asking = formatRtcp([
  { kind: 'receiver-report', ssrc: 7, reports: [] },
  { kind: 'nack', ssrc: 7, media: 8, lost: [65_535, 0, 3, 200] },
  { kind: 'picture-loss', ssrc: 7, media: 8 },
  { kind: 'full-intra-request', ssrc: 7, requests: [{ media: 8, sequence: 255 }] },
  { kind: 'other', type: 205, count: 15, content: new Uint8Array(20) },
]);
const listening = formatRtcp([
  { kind: 'receiver-report', ssrc: 7, reports: [block, block] },
  { kind: 'other', type: 204, count: 1, content: new Uint8Array(8) },
]);

const start = fc.constantFrom(audio, key, rich, reports, listening, asking);
const edit = fc.record({ at: fc.oneof(fc.nat(16), fc.nat(200)), value: fc.nat(255) });
const packet = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .record({
        start,
        edits: fc.array(edit, { maxLength: 4 }),
        length: fc.option(fc.nat(220), { nil: undefined }),
      })
      .map(({ start: bytes, edits, length }) => {
        const copy = new Uint8Array(length ?? bytes.length);
        copy.set(bytes.subarray(0, copy.length));
        for (const { at, value } of edits) copy[at % Math.max(1, copy.length)] = value;
        return copy;
      }),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
);

fuzz(
  'A67: any bytes are a packet that is written as it came, or none',
  { runs: 3000, input: packet },
  (bytes) => {
    isRtcp(bytes);
    const rtp = parseRtp(bytes);
    if (rtp !== undefined) {
      const again = parseRtp(
        formatRtp({ ...rtp, padding: rtp.padding === 0 ? undefined : rtp.padding }),
      );
      equalValues(again, rtp, 'The packet');
      parseTelephoneEvent(rtp.payload);
    }
    const rtcp = parseRtcp(bytes);
    if (rtcp !== undefined) equalValues(parseRtcp(formatRtcp(rtcp)), rtcp, 'The reports');
    const alone = parseRtcp(bytes, true);
    if (alone !== undefined)
      equalValues(parseRtcp(formatRtcp(alone, true), true), alone, 'The requests');
  },
);

fuzz(
  'RFC 8285 §4.1.2: any octets are elements that can be written again, or none (A67)',
  {
    runs: 1000,
    input: fc.record({
      profile: fc.constantFrom(0xbede, 0x1000, 0x100f, 0x1234),
      content: fc.uint8Array({ maxLength: 60 }),
    }),
  },
  (extension) => {
    const elements = parseHeaderExtensions(extension);
    const written = formatHeaderExtensions(elements);
    const again = written === undefined ? [] : parseHeaderExtensions(written);
    equalValues(again, elements, 'The elements');
    mapHeaderExtensions(extension, new Map([[1, 200]]));
  },
);

fuzz(
  'RFC 3550 §7.2: what any packets say of sources that are not joined does not cross',
  { runs: 1000, input: packet },
  (bytes) => {
    const packets = parseRtcp(bytes, true) ?? [];
    const strangers = translateRtcp(packets, {
      sender: () => undefined,
      heard: () => undefined,
      listener: 1,
    });
    for (const each of strangers) {
      if (each.kind !== 'receiver-report' || each.ssrc !== 1 || each.reports.length > 0)
        throw new Error(`A ${each.kind} crossed`);
    }
  },
);

fuzz(
  'any text is a list of events',
  {
    runs: 300,
    input: fc.string({ unit: fc.constantFrom(...'0123456789,- x'.split('')), maxLength: 40 }),
  },
  (text) => {
    if (parseEventList(text).size > 256) throw new Error('There are only 256 events');
  },
);

fuzz(
  'A67: a stream under a rain of packets keeps its pace and its sanity',
  {
    runs: 150,
    input: fc.array(fc.record({ packet, rtcp: fc.boolean(), foreign: fc.boolean() }), {
      maxLength: 60,
    }),
  },
  (rain) => {
    let out = 0;
    const remote = { host: '192.0.2.2', port: 5000 };
    const stream = new AudioStream({
      local: { host: '192.0.2.1', port: 4000 },
      ssrc: 1,
      sequence: 1,
      timestamp: 1,
      cname: 'x',
      fraction: () => 0.5,
      epoch: 1_700_000_000_000,
      ring: new PacketRing(4),
      sendRtp: (bytes, length) => {
        if (parseRtp(bytes.subarray(0, length)) === undefined)
          throw new Error('What we sent is no RTP');
        out += 1;
      },
      sendRtcp: (bytes, length) => {
        if (parseRtcp(bytes.subarray(0, length)) === undefined)
          throw new Error('What we sent is no RTCP');
      },
      digit: () => undefined,
      firstPacket: () => undefined,
      silent: () => undefined,
      counted: () => undefined,
    });
    stream.agree({
      direction: 'sendrecv',
      remote,
      remoteRtcp: { host: remote.host, port: 5001 },
      send: [{ payloadType: 0, codec: 'PCMU' }],
      receive: [
        { payloadType: 0, codec: 'PCMU' },
        { payloadType: 8, codec: 'PCMA' },
      ],
      sendEvents: undefined,
      receiveEvents: [{ payloadType: 101, clockRate: 8000 }],
      receiveNoise: [13],
      packetMilliseconds: 20,
      rtcpMux: false,
      masterKeys: undefined,
    });
    let now = 1000;
    for (const { packet: bytes, rtcp, foreign } of rain) {
      const host = foreign ? '203.0.113.9' : remote.host;
      if (rtcp) stream.receivedRtcp(bytes, host, 5001, now);
      else stream.received(bytes, host, 5000, now);
      now += 20;
      stream.tick(now);
    }
    const statistics = stream.statistics(now);
    for (const [name, value] of Object.entries(statistics)) {
      if (typeof value === 'number' && !Number.isFinite(value))
        throw new Error(`${name} is ${value}`);
    }
    stream.close(now);
    if (out !== rain.length) throw new Error(`${out} packets went out in ${rain.length} ticks`);
  },
);
