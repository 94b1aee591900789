// Peers with habits of their own: long packets, keys as tones, pauses without packets, one port for all, bad lines.
import { formatRtp, parseRtcp } from '@offhook/sip/rtp';
import { expect, test } from 'vitest';
import type { StreamAgreement } from './agreement.ts';
import { tone } from './audio/tone.ts';
import { WavRecorder } from './audio/recorder.ts';
import { muLaw } from './codec/g711.ts';
import type { MasterKeys } from './srtp/session.ts';
import { addresses, agreement, pair } from './stream.test-kit.ts';
import type { End } from './stream.test-kit.ts';

function agreeBoth(
  { alice, bob }: ReturnType<typeof pair>,
  changes: Partial<StreamAgreement>,
): void {
  alice.stream.agree(agreement(addresses.bob, changes));
  bob.stream.agree(agreement(addresses.alice, changes));
}

test.each([5, 10, 20, 30, 40, 60, 90, 160])(
  'RFC 3264 §6.1: packets hold the %i ms that the peer asked for, with timestamps without a hole',
  (packetMilliseconds) => {
    const both = pair();
    const { alice, bob, pass } = both;
    alice.stream.agree(agreement(addresses.bob, { packetMilliseconds }));
    alice.stream.play(tone({ hertz: 1000 }), () => undefined);
    pass(1440);
    const samples = packetMilliseconds * 8;
    expect(alice.sent.every(({ packet }) => packet.payload.length === samples)).toBe(true);
    expect(alice.sent.length).toBe(Math.floor((1440 * 8) / samples));
    const steps = alice.sent.map(({ packet }, index) => {
      const before = alice.sent[index - 1]?.packet.timestamp;
      return before === undefined ? samples : (packet.timestamp - before) >>> 0;
    });
    expect(new Set(steps)).toEqual(new Set([samples]));
    expect(alice.sent[0]?.packet.timestamp).toBe(0xffff_ff00);
    expect(bob.stream.statistics(bob.now)).toMatchObject({ lostPackets: 0, latePackets: 0 });
    // The tone goes on over the packets' ends: what was sent is what was played.
    const octets = alice.sent.flatMap(({ packet }) => [...packet.payload]);
    const expected = new Int16Array(octets.length);
    tone({ hertz: 1000 }).read(expected);
    const encoded = new Uint8Array(octets.length);
    muLaw.encode(expected, expected.length, encoded, 0);
    expect(octets).toEqual([...encoded]);
  },
);

test('keys go as tones to a peer that takes no events, and are heard from one that sends none', () => {
  const both = pair();
  const { alice, bob, pass } = both;
  agreeBoth(both, { sendEvents: undefined, receiveEvents: [] });
  let out: boolean | undefined;
  expect(alice.stream.press([1, 1, 10, 15], (sent) => (out = sent))).toBe(true);
  pass(1200);
  expect(out).toBe(true);
  expect(bob.digits).toEqual(['1', '1', '*', 'D']);
  expect(bob.ways).toEqual(['sound', 'sound', 'sound', 'sound']);
  expect(alice.sent.every(({ packet }) => packet.payloadType === 0)).toBe(true);
  expect(alice.digits).toEqual([]);
});

test('RFC 3261 §13.2.2.4: of several phones that speak before the answer the latest that was agreed on is heard', () => {
  const { alice } = pair();
  const hear = (from: { host: string; port: number }, ssrc: number, count: number): void => {
    for (let sequence = 0; sequence < count; sequence += 1) {
      const payload = new Uint8Array(160).fill(ssrc);
      const packet = formatRtp({
        payloadType: 0,
        sequence,
        timestamp: sequence * 160,
        ssrc,
        payload,
      });
      alice.stream.received(packet, from.host, from.port, alice.now);
    }
  };
  hear(addresses.bob, 5, 3);
  alice.stream.agree(agreement(addresses.stranger));
  hear(addresses.bob, 5, 3);
  hear(addresses.stranger, 6, 4);
  hear(addresses.bob, 5, 3);
  expect(alice.stream.statistics(alice.now)).toMatchObject({
    remote: addresses.stranger,
    remoteSsrc: 6,
    receivedPackets: 7,
    foreignPackets: 6,
  });
  expect(alice.firstPackets).toBe(1);
});

test('a peer from whom nothing comes for a minute is told once; reports and holds count as life (X27)', () => {
  const both = pair();
  const { alice, bob, pass } = both;
  pass(59_000);
  expect([alice.silences, bob.silences]).toEqual([0, 0]);
  bob.peer = undefined;
  pass(58_000);
  expect(alice.silences).toBe(0);
  pass(120_000);
  expect([alice.silences, bob.silences]).toEqual([1, 0]);
  bob.peer = alice;
  pass(1000);
  bob.peer = undefined;
  pass(61_000);
  expect(alice.silences).toBe(2);
  bob.peer = alice;
  bob.stream.agree(agreement(addresses.alice, { direction: 'recvonly' }));
  pass(200_000);
  alice.stream.agree(agreement(addresses.bob, { direction: 'sendonly' }));
  bob.peer = undefined;
  pass(200_000);
  expect(alice.silences).toBe(2);
});

test('a key as a tone is told once though one or two packets in it are lost, wherever they lie (X11)', () => {
  for (const [lost, count] of Array.from(
    { length: 18 },
    (_, at) => [at % 9, at < 9 ? 1 : 2] as const,
  )) {
    const both = pair();
    const { alice, bob, pass } = both;
    agreeBoth(both, { sendEvents: undefined, receiveEvents: [] });
    const { host, port } = addresses.alice;
    let packets = 0;
    alice.peer = undefined;
    // A key and its pause take nine packets.
    alice.wire = (bytes) => {
      const place = packets % 9;
      packets += 1;
      if (place < lost || place >= lost + count)
        bob.stream.received(bytes.slice(), host, port, bob.now);
    };
    pass(180);
    alice.stream.press([5, 5, 5, 5, 5, 5], () => undefined);
    pass(1500);
    expect(bob.digits.join(''), `${count} lost at ${lost}`).toBe('555555');
  }
});

test('where events were agreed on, tones are not listened to', () => {
  const both = pair();
  const { alice, bob, pass } = both;
  alice.stream.agree(agreement(addresses.bob, { sendEvents: undefined }));
  alice.stream.press([1], () => undefined);
  pass(400);
  expect(bob.digits).toEqual([]);
});

test('RFC 4733 §2.5.1.4: a key is told once though its last packets, or its first, are lost', () => {
  for (const lost of [[0], [0, 1, 2], [4, 5, 6], [5, 6], [1, 2, 3, 4, 5, 6]]) {
    const { alice, bob, pass } = pair();
    let events = 0;
    const hear = bob.stream;
    alice.peer = undefined;
    alice.wire = (bytes) => {
      const isEvent = ((bytes[1] ?? 0) & 127) === 101;
      const isLost = isEvent && lost.includes(events % 7);
      if (isEvent) events += 1;
      if (!isLost)
        hear.received(bytes.slice(), addresses.alice.host, addresses.alice.port, bob.now);
    };
    alice.stream.press([5, 5, 8], () => undefined);
    pass(1000);
    expect(bob.digits, `lost ${lost.join()}`).toEqual(['5', '5', '8']);
  }
});

test('RFC 3389 §4: a pause is filled with the noise that was described, and speech after it is heard at once', () => {
  const { alice, bob } = pair();
  const frames: number[] = [];
  const recorder = recorderOf(alice, frames);
  const { host, port } = addresses.bob;
  let sequence = 0;
  const hear = (payloadType: number, at: number, payload: Uint8Array): void => {
    const packet = formatRtp({ payloadType, sequence, timestamp: at * 8, ssrc: 5, payload });
    sequence += 1;
    alice.stream.received(packet, host, port, alice.now);
  };
  const loud = new Uint8Array(160).fill(0x80);
  for (let at = 0; at < 3000; at += 20) {
    const speaks = at < 400 || at >= 2000;
    if (speaks) hear(0, at, loud);
    // -40 dBov with some colour, told again now and then.
    else if (at % 400 === 0) hear(13, at, Uint8Array.of(40, 160, 100));
    alice.stream.tick(alice.now);
    alice.now += 20;
  }
  void recorder.close();
  bob.stream.close(bob.now);
  const levelAt = (at: number): number => frames[at / 20] ?? 0;
  expect(levelAt(200)).toBeGreaterThan(30_000);
  for (let at = 600; at < 2000; at += 20) {
    // 32768 less 40 dB is 328; the loudest sample of a frame is some times that.
    expect(levelAt(at), `at ${at}`).toBeGreaterThan(150);
    expect(levelAt(at), `at ${at}`).toBeLessThan(1300);
  }
  for (let at = 2100; at < 3000; at += 20) expect(levelAt(at)).toBeGreaterThan(30_000);
  expect(alice.stream.statistics(alice.now)).toMatchObject({
    lostPackets: 0,
    latePackets: 0,
    concealedFrames: 0,
  });
});

test('a peer that sends nothing in its pauses keeps its rhythm: nothing is late and nothing made up', () => {
  const { alice } = pair();
  const { host, port } = addresses.bob;
  let sequence = 0;
  for (let at = 0; at < 60_000; at += 20) {
    // Talks for 300 ms, is quiet for 140, 260, 380 … ms.
    if (at % 1000 < 300 || (at % 3000 > 440 && at % 3000 < 600)) {
      const payload = new Uint8Array(160).fill(0x80);
      const packet = formatRtp({ payloadType: 0, sequence, timestamp: at * 8, ssrc: 5, payload });
      sequence += 1;
      alice.stream.received(packet, host, port, alice.now);
    }
    alice.stream.tick(alice.now);
    alice.now += 20;
  }
  expect(alice.stream.statistics(alice.now)).toMatchObject({
    lostPackets: 0,
    latePackets: 0,
    concealedFrames: 0,
    jitterMilliseconds: 0,
  });
});

test('RFC 5761 §5.1.1: with one port for both, RTCP goes where RTP goes, from where RTP comes', () => {
  const both = pair();
  const { alice, bob, pass } = both;
  alice.stream.agree(
    agreement(addresses.bob, {
      rtcpMux: true,
      remoteRtcp: addresses.bob,
      receiveEvents: [{ payloadType: 101, clockRate: 8000 }],
    }),
  );
  const compounds: unknown[] = [];
  alice.wire = (bytes) => {
    if ((bytes[1] ?? 0) >= 192) compounds.push(parseRtcp(bytes)?.[0]?.kind);
  };
  pass(6000);
  expect(alice.reports).toEqual([]);
  expect(compounds).toContain('sender-report');
  expect(bob.stream.statistics(bob.now)).toMatchObject({ remoteLostPackets: 0, lostPackets: 0 });
});

test('RFC 5761 §5.1.1: a peer that is learnt to be elsewhere gets RTCP there, on the one port (A61)', () => {
  const { alice, pass } = pair();
  alice.peer = undefined;
  alice.stream.agree(agreement(addresses.bob, { rtcpMux: true, remoteRtcp: addresses.bob }));
  const { host, port } = addresses.stranger;
  for (let sequence = 0; sequence < 6; sequence += 1) {
    const payload = new Uint8Array(160);
    const packet = formatRtp({
      payloadType: 0,
      sequence,
      timestamp: sequence * 160,
      ssrc: 5,
      payload,
    });
    alice.stream.received(packet, host, port, alice.now);
  }
  const to: number[] = [];
  alice.wireTo = (bytes, target) => {
    if ((bytes[1] ?? 0) >= 192) to.push(target.port);
  };
  pass(6000);
  expect(new Set(to)).toEqual(new Set([port]));
});

test.each(['in the clear', 'AES_CM_128_HMAC_SHA1_80'])(
  '%s: 5 %% loss and 30 ms of jitter are heard without a hole of 200 ms, over the wrap of the numbers (X11)',
  (suite) => {
    const both = pair();
    const { alice, bob } = both;
    if (suite.startsWith('AES')) {
      const [one, two] = [new Uint8Array(30).fill(1), new Uint8Array(30).fill(2)];
      const base = { suite, receiveLifetime: Infinity };
      const keys: MasterKeys = { ...base, send: one, receive: two };
      alice.stream.agree(agreement(addresses.bob, { masterKeys: keys }));
      bob.stream.agree(
        agreement(addresses.alice, { masterKeys: { ...base, send: two, receive: one } }),
      );
    }
    const frames: number[] = [];
    const recorder = recorderOf(bob, frames);
    const random = chances(7);
    const flying: { readonly at: number; readonly bytes: Uint8Array }[] = [];
    alice.peer = undefined;
    alice.wire = (bytes) => {
      if (random() >= 0.05)
        flying.push({ at: alice.now + 10 + 30 * random(), bytes: bytes.slice() });
    };
    alice.stream.play(tone({ hertz: 1000, amplitude: 0.5 }), () => undefined);
    for (let passed = 0; passed < 60_000; passed += 1) {
      alice.now += 1;
      bob.now += 1;
      for (const packet of flying.filter(({ at }) => at <= bob.now)) {
        flying.splice(flying.indexOf(packet), 1);
        bob.stream.received(packet.bytes, addresses.alice.host, addresses.alice.port, bob.now);
      }
      if (passed % 20 === 0) alice.stream.tick(alice.now);
      if (passed % 20 === 7) bob.stream.tick(bob.now);
    }
    void recorder.close();
    const heard = frames.slice(10);
    let hole = 0;
    let longest = 0;
    for (const level of heard) {
      hole = level < 500 ? hole + 20 : 0;
      longest = Math.max(longest, hole);
    }
    expect(longest, 'milliseconds of silence in a row').toBeLessThanOrEqual(200);
    expect(heard.filter((level) => level < 500).length / heard.length).toBeLessThan(0.03);
    const { concealedFrames, forgedPackets, lostPackets } = bob.stream.statistics(bob.now);
    expect(forgedPackets).toBe(0);
    expect(lostPackets).toBeGreaterThan(100);
    expect(concealedFrames).toBeGreaterThan(100);
  },
);

/** Collects the loudest sample of each frame that is heard. */
function recorderOf(end: End, frames: number[]): WavRecorder {
  const recorder = new WavRecorder({ write: async () => undefined, close: async () => undefined });
  const write = recorder.write.bind(recorder);
  recorder.write = (samples) => {
    frames.push(samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0));
    write(samples);
  };
  end.stream.record(recorder);
  return recorder;
}

/** The same chances each time, from 0 to 1. */
function chances(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state / 2 ** 31;
  };
}
