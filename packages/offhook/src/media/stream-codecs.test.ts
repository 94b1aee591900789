// Streams of each codec on virtual time: the tone, the clock of the timestamps, keys, echoes, reports.
import { expect, test } from 'vitest';
import { amplitude } from './audio/measure.test-kit.ts';
import { WavRecorder } from './audio/recorder.ts';
import { tone } from './audio/tone.ts';
import { codecNamed } from './codec/codec.ts';
import type { CodecName } from './codec/codec.ts';
import { packetMilliseconds } from './stream-agreement.ts';
import { addresses, agreement, pair } from './stream.test-kit.ts';
import type { End } from './stream.test-kit.ts';

const names: readonly CodecName[] = ['PCMU', 'PCMA', 'G722', 'opus'];

async function speaking(name: CodecName, changes: { packetMilliseconds?: number } = {}) {
  const both = pair();
  const formats = [{ payloadType: codecNamed(name)?.payloadType ?? 0, codec: name }];
  const clockRate = codecNamed(name)?.clockRate ?? 0;
  const terms = {
    send: formats,
    receive: formats,
    sendEvents: { payloadType: 110, clockRate, events: [1, 5] },
    receiveEvents: [{ payloadType: 110, clockRate }],
    ...changes,
  };
  const agree = async (end: End, peer: keyof typeof addresses): Promise<void> => {
    await end.stream.codecs.open(agreement(addresses[peer], terms));
    end.stream.agree(agreement(addresses[peer], terms));
  };
  await agree(both.alice, 'bob');
  await agree(both.bob, 'alice');
  return { ...both, clockRate };
}

/** What `end` hears, as 8000 samples a second, and its level at 1000 Hz from some sample on. */
function recorded(end: End): { level: (from: number) => Promise<number> } {
  const bytes: Uint8Array[] = [];
  const recorder = new WavRecorder({
    write: (block, position) => {
      if (position >= 44) bytes.push(block.slice());
      return Promise.resolve();
    },
    close: () => Promise.resolve(),
  });
  end.stream.record(recorder);
  return {
    async level(from) {
      await recorder.close();
      const all = Buffer.concat(bytes);
      const samples = Int16Array.from({ length: all.length / 2 }, (_, at) =>
        all.readInt16LE(2 * at),
      );
      return amplitude(samples.subarray(from), 1000, 8000);
    },
  };
}

test.each(names)(
  '%s carries a tone of 1000 Hz, and its timestamps count by its clock',
  async (name) => {
    const { alice, bob, pass, clockRate } = await speaking(name);
    const heard = recorded(bob);
    alice.stream.play(tone({ hertz: 1000, amplitude: 0.3 }), () => undefined);
    pass(1000);
    expect(await heard.level(1600)).toBeCloseTo(0.3, 1);
    const [first, second] = alice.sent;
    const step = ((second?.packet.timestamp ?? 0) - (first?.packet.timestamp ?? 0)) >>> 0;
    expect(step).toBe(clockRate / 50);
    expect(bob.stream.statistics(bob.now)).toMatchObject({
      codec: name,
      lostPackets: 0,
      latePackets: 0,
      concealedFrames: 0,
    });
    expect(bob.stream.statistics(bob.now).jitterMilliseconds).toBeLessThan(1);
  },
);

test.each(names)(
  '%s: a key goes by the clock of the stream, lasts 100 ms and is heard once',
  async (name) => {
    const { alice, bob, pass, clockRate } = await speaking(name);
    alice.stream.press([1, 5], () => undefined);
    pass(600);
    expect(bob.digits).toEqual(['1', '5']);
    const last = alice.sent.filter(({ packet }) => packet.payloadType === 110).at(-1)
      ?.packet.payload;
    expect(((last?.[2] ?? 0) << 8) | (last?.[3] ?? 0)).toBe(clockRate / 10);
  },
);

test.each(names)('%s: an echo is the same payload under the same steps of time', async (name) => {
  const { alice, bob, pass } = await speaking(name);
  bob.stream.echo(true);
  alice.stream.play(tone({ hertz: 1000 }), () => undefined);
  pass(400);
  const sent = alice.sent.map(({ packet }) => Buffer.from(packet.payload).toString('hex'));
  const echoed = bob.sent.map(({ packet }) => Buffer.from(packet.payload).toString('hex'));
  expect(echoed.slice(-10)).toEqual(sent.slice(-10));
  const between = (end: End): number =>
    ((end.sent.at(-1)?.packet.timestamp ?? 0) - (end.sent.at(-5)?.packet.timestamp ?? 0)) >>> 0;
  expect(between(bob)).toBe(between(alice));
});

test('RFC 6716 §2.1.4: a packet of Opus has a length that Opus has, whatever is asked for', () => {
  const lengths = [1, 10, 20, 30, 40, 50, 60, 120];
  expect(lengths.map((wanted) => packetMilliseconds(wanted, 'opus'))).toEqual([
    10, 10, 20, 20, 40, 40, 60, 60,
  ]);
  expect([1, 30, 500].map((wanted) => packetMilliseconds(wanted, 'G722'))).toEqual([5, 30, 160]);
});

test('RFC 3550 §5.1: a peer that changes from Opus to G.711 stays where it was in time', async () => {
  const { alice, bob, pass } = await speaking('opus');
  const both = [
    { payloadType: 0, codec: 'PCMU' as const },
    { payloadType: 111, codec: 'opus' as const },
  ];
  bob.stream.agree(agreement(addresses.alice, { receive: both }));
  const heard = recorded(bob);
  alice.stream.play(tone({ hertz: 1000, amplitude: 0.3 }), () => undefined);
  pass(400);
  alice.stream.agree(agreement(addresses.bob));
  pass(600);
  // Opus is later than G.711 by what its encoder looks ahead, so that the two tones are not one.
  expect(await heard.level(4800)).toBeCloseTo(0.3, 1);
  expect(bob.stream.statistics(bob.now)).toMatchObject({ latePackets: 0, lostPackets: 0 });
  expect(bob.stream.statistics(bob.now).jitterMilliseconds).toBeLessThan(1);
});
