// Two streams that talk to each other on virtual time, without sockets.
import { formatRtp, parseRtcp } from '@offhook/sip/rtp';
import { expect, test } from 'vitest';
import { tone } from './audio/tone.ts';
import { WavRecorder } from './audio/recorder.ts';
import { silence } from './audio/source.ts';
import { addresses, agreement, pair } from './stream.test-kit.ts';

test('RFC 3550 §5.1: sequence numbers rise by one and timestamps by the samples, over their wraps', () => {
  const { alice, pass } = pair();
  pass(200);
  expect(alice.sent.map(({ packet }) => packet.sequence)).toEqual([
    65_530, 65_531, 65_532, 65_533, 65_534, 65_535, 0, 1, 2, 3,
  ]);
  expect(alice.sent[2]?.packet.timestamp).toBe(0xffff_ff00 + 320 - 2 ** 32);
  expect(alice.sent.map(({ packet }) => packet.marker)).toEqual([
    true,
    ...Array.from({ length: 9 }, () => false),
  ]);
});

test('RFC 3264 §8.4: a hold stops the packets; after it SSRC and sequence go on and so does time', () => {
  const { alice, bob, pass } = pair();
  pass(100);
  const last = alice.sent.at(-1)?.packet;
  for (const direction of ['recvonly', 'inactive'] as const) {
    alice.stream.agree(agreement(addresses.bob, { direction }));
    pass(500);
    expect(alice.sent.length).toBe(5);
  }
  alice.stream.agree(agreement(addresses.bob));
  pass(20);
  const next = alice.sent.at(-1)?.packet;
  expect(next).toMatchObject({
    ssrc: 1,
    marker: true,
    sequence: ((last?.sequence ?? 0) + 1) & 0xffff,
  });
  expect(((next?.timestamp ?? 0) - (last?.timestamp ?? 0)) >>> 0).toBe(51 * 160);
  expect(bob.stream.statistics(bob.now)).toMatchObject({ lostPackets: 0, receivedPackets: 6 });
});

test('RFC 3264 §8.4: to 0.0.0.0 nothing is sent, neither RTP nor RTCP (C136)', () => {
  const { alice, pass } = pair();
  alice.stream.agree(agreement(addresses.bob, { remote: undefined, remoteRtcp: undefined }));
  pass(10_000);
  alice.stream.close(alice.now);
  expect(alice.sent).toEqual([]);
  expect(alice.reports).toEqual([]);
});

test('nothing is heard, echoed or told as a key while the stream does not receive', async () => {
  const { alice, bob, pass } = pair();
  alice.stream.agree(agreement(addresses.bob, { direction: 'sendonly' }));
  alice.stream.echo(true);
  bob.stream.press([1], () => undefined);
  pass(500);
  expect(alice.sent).toEqual([]);
  expect(alice.digits).toEqual([]);
  expect(alice.stream.statistics(alice.now)).toMatchObject({
    receivedPackets: 25,
    concealedFrames: 0,
  });
});

test('what is played ends, and silence follows it', () => {
  const { alice, pass } = pair();
  const ends: string[] = [];
  alice.stream.play(tone({ hertz: 1000, milliseconds: 50 }), (end) => ends.push(end));
  pass(100);
  expect(ends).toEqual(['ended']);
  const loud = alice.sent.map(({ packet }) => packet.payload.some((octet) => octet !== 0xff));
  expect(loud).toEqual([true, true, true, false, false]);
  expect(alice.sent[2]?.packet.payload.subarray(80)).toEqual(new Uint8Array(80).fill(0xff));
  alice.stream.play(silence(), (end) => ends.push(end));
  alice.stream.play(silence(), (end) => ends.push(end));
  alice.stream.close(alice.now);
  expect(ends).toEqual(['ended', 'stopped', 'stopped']);
});

test('RFC 4733 §2.5.1.2: keys share the sequence of the audio and are told once at the far end', () => {
  const { alice, bob, pass } = pair();
  let out: boolean | undefined;
  expect(alice.stream.press([1, 1, 10], (sent) => (out = sent))).toBe(true);
  pass(700);
  expect(bob.digits).toEqual(['1', '1', '*']);
  expect(out).toBe(true);
  expect(alice.sent.filter(({ packet }) => packet.payloadType === 101).length).toBe(21);
  expect(bob.stream.statistics(bob.now)).toMatchObject({
    lostPackets: 0,
    receivedPackets: alice.sent.length,
    concealedFrames: 0,
  });
});

test('RFC 4733 §2.5.1.1: keys that the peer does not take are refused, and a hold forgets those that wait', () => {
  const { alice, pass } = pair();
  const done: boolean[] = [];
  const press = (event: number): boolean => alice.stream.press([event], (sent) => done.push(sent));
  alice.stream.agree(
    agreement(addresses.bob, { sendEvents: { payloadType: 101, clockRate: 8000, events: [1] } }),
  );
  expect(press(2)).toBe(false);
  expect(press(1)).toBe(true);
  pass(40);
  alice.stream.agree(agreement(addresses.bob, { direction: 'recvonly' }));
  expect(done).toEqual([false]);
  expect(press(1)).toBe(false);
});

test('an echo sends the octets back under numbers of its own, losses and all', () => {
  const { alice, bob, pass } = pair();
  bob.stream.echo(true);
  alice.stream.play(tone({ hertz: 440 }), () => undefined);
  pass(60);
  bob.peer = undefined;
  const loss = alice.peer;
  alice.peer = undefined;
  pass(20);
  alice.peer = loss;
  pass(40);
  expect(bob.sent.map(({ packet }) => packet.payload)).toEqual(
    alice.sent.filter((_, index) => index !== 3).map(({ packet }) => packet.payload),
  );
  expect(bob.sent.map(({ packet }) => packet.sequence)).toEqual([
    65_530, 65_531, 65_532, 65_534, 65_535,
  ]);
  bob.stream.echo(false);
  pass(20);
  expect(bob.sent.at(-1)?.packet).toMatchObject({ sequence: 0, marker: true });
});

test('a key in an echoed stream leaves no hole in the echo', () => {
  const { alice, bob, pass } = pair();
  bob.stream.echo(true);
  pass(100);
  alice.stream.press([3], () => undefined);
  pass(400);
  expect(bob.digits).toEqual(['3']);
  expect(alice.digits).toEqual([]);
  expect(alice.stream.statistics(alice.now)).toMatchObject({ lostPackets: 0 });
});

test('an echo between two codecs is the same sound', () => {
  const { bob, pass } = pair();
  bob.stream.agree(agreement(addresses.alice, { send: [{ payloadType: 8, codec: 'PCMA' }] }));
  bob.stream.echo(true);
  pass(60);
  expect(bob.sent[0]?.packet).toMatchObject({
    payloadType: 8,
    payload: new Uint8Array(160).fill(0xd5),
  });
});

const sprayed = (sequence: number, payload: Uint8Array): Uint8Array =>
  formatRtp({ payloadType: 0, sequence, timestamp: sequence * 160, ssrc: 99, payload });

test('a spray from strangers is neither heard nor answered, before the peer speaks and after (A61)', () => {
  const { alice, bob, pass } = pair();
  const { host, port } = addresses.stranger;
  for (let count = 0; count < 100; count += 1) {
    alice.stream.received(sprayed(count, new Uint8Array(0)), host, port, alice.now);
  }
  pass(100);
  for (let count = 0; count < 100; count += 1) {
    alice.stream.received(sprayed(count, new Uint8Array(160)), host, port, alice.now);
  }
  pass(200);
  expect(alice.sent.every(({ to }) => to.host === addresses.bob.host)).toBe(true);
  expect(alice.stream.statistics(alice.now)).toMatchObject({
    foreignPackets: 200,
    receivedPackets: bob.sent.length,
    remoteSsrc: 2,
  });
});

test('a peer behind an address translator is learnt, and gets its packets where it is (A61)', () => {
  const { alice, pass } = pair();
  const { host, port } = addresses.stranger;
  alice.peer = undefined;
  for (let count = 0; count < 6; count += 1) {
    alice.stream.received(sprayed(count, new Uint8Array(160)), host, port, alice.now);
  }
  alice.stream.tick(alice.now);
  expect(alice.sent.at(-1)?.to).toEqual(addresses.stranger);
  expect(alice.firstPackets).toBe(1);
  pass(20);
  alice.stream.agree(agreement(addresses.bob));
  alice.stream.tick(alice.now);
  expect(alice.sent.at(-1)?.to).toEqual(addresses.stranger);
});

test('what is no packet is dropped and counted (A67)', () => {
  const { alice } = pair();
  const { host, port } = addresses.bob;
  for (let length = 0; length < 12; length += 1) {
    alice.stream.received(new Uint8Array(length).fill(128), host, port, alice.now);
  }
  alice.stream.received(sprayed(1, new Uint8Array(1500)), host, port, alice.now);
  alice.stream.receivedRtcp(Uint8Array.of(128, 200, 0, 0), host, port + 1, alice.now);
  alice.stream.receivedRtcp(new Uint8Array(1504).fill(128), host, port + 1, alice.now);
  expect(alice.stream.statistics(alice.now)).toMatchObject({
    malformedPackets: 15,
    receivedPackets: 0,
  });
});

test('RFC 3550 §6.2: reports come every five seconds, the first sooner, with our name; a goodbye ends them', () => {
  const { alice, bob, pass } = pair();
  pass(12_560);
  expect(alice.reports.length).toBe(3);
  expect(alice.counts.map(({ sentPackets }) => sentPackets)).toEqual([125, 375, 625]);
  expect(alice.reports.every(({ to }) => to.port === addresses.bob.port + 1)).toBe(true);
  const [report, name] = parseRtcp(alice.reports[1]?.bytes ?? new Uint8Array(0)) ?? [];
  expect(report).toMatchObject({ kind: 'sender-report', ssrc: 1, packets: 375, octets: 60_000 });
  expect(report).toMatchObject({ reports: [{ ssrc: 2, lost: 0, fractionLost: 0, jitter: 0 }] });
  expect(name).toEqual({ kind: 'source-description', chunks: [{ ssrc: 1, cname: 'name' }] });
  expect(bob.stream.statistics(bob.now)).toMatchObject({
    remoteLostPackets: 0,
    remoteJitterMilliseconds: 0,
  });
  alice.stream.close(alice.now);
  const last = parseRtcp(alice.reports.at(-1)?.bytes ?? new Uint8Array(0));
  expect(last?.at(-1)).toEqual({ kind: 'goodbye', ssrcs: [1], reason: undefined });
});

test('RFC 3550 §6.4: who sends nothing reports as a receiver, on hold too', () => {
  const { alice, pass } = pair();
  alice.stream.agree(agreement(addresses.bob, { direction: 'recvonly' }));
  pass(3000);
  expect(parseRtcp(alice.reports[0]?.bytes ?? new Uint8Array(0))?.[0]).toMatchObject({
    kind: 'receiver-report',
  });
});

test('a recording goes on with time, through silence and hold', async () => {
  const { alice, bob, pass } = pair();
  const recorder = new WavRecorder({ write: async () => undefined, close: async () => undefined });
  bob.stream.record(recorder);
  pass(200);
  bob.stream.agree(agreement(addresses.alice, { direction: 'inactive' }));
  pass(200);
  expect(bob.stream.record(undefined)).toBe(recorder);
  pass(200);
  expect(await recorder.close()).toMatchObject({ milliseconds: 400 });
  expect(alice.sent.length).toBe(30);
});

test('after a stall time has gone on and nothing is sent for it (X15)', () => {
  const { alice, pass } = pair();
  pass(20);
  alice.stream.skip(500);
  pass(20);
  const [first, second] = alice.sent.map(({ packet }) => packet);
  expect(((second?.timestamp ?? 0) - (first?.timestamp ?? 0)) >>> 0).toBe(501 * 160);
  expect(second?.marker).toBe(true);
});
