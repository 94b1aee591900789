// Keep-alives between two flows on the virtual network: when they come, and what makes a flow fail.
import { beforeEach, describe, expect, test } from 'vitest';
import { answerBinding, bindingRequest } from '../stun/binding.ts';
import { formatStun } from '../stun/message.ts';
import { FlowRecorder } from '../testing/recorder.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { VirtualNetwork } from '../testing/virtual-network.ts';
import { KeepAlive } from './keep-alive.ts';
import type { KeepAliveOptions } from './keep-alive.ts';
import type { Flow, Protocol } from './port.ts';

let clock: VirtualClock;
let network: VirtualNetwork;
let told: string[];
/** When each ping left, in seconds. */
let pings: number[];

beforeEach(() => {
  clock = new VirtualClock();
  network = new VirtualNetwork({ clock, random: seededRandom(1), latency: 5 });
  told = [];
  pings = [];
});

/** The near end of a flow to a server that treats each STUN packet with `serve`. */
async function flow(
  protocol: Protocol,
  serve: (bytes: Uint8Array, from: Flow) => Uint8Array | undefined = (bytes, { remote }) =>
    answerBinding(bytes, remote),
): Promise<{ readonly near: Flow; keep(options?: Partial<KeepAliveOptions>): KeepAlive }> {
  const server = new FlowRecorder();
  server.keepAlive = (bytes, from) => {
    const answer = from.reliable ? undefined : serve(bytes, from);
    if (answer !== undefined) from.send(answer, () => {});
  };
  await network.transport(protocol, '10.0.0.9', 5060).listen(server);
  const client = network.transport(protocol, '10.0.0.1', protocol === 'WS' ? undefined : 5060);
  const seen = new FlowRecorder();
  await client.listen(seen);
  const near = client.flowTo({ host: '10.0.0.9', port: 5060 });
  return {
    near,
    keep(options = {}) {
      const kept = new KeepAlive({
        flow: near,
        clock,
        random: seededRandom(3),
        run: (event) => event(),
        user: { alive: () => told.push('alive'), failed: (reason) => told.push(reason) },
        ...options,
      });
      seen.keepAlive = (bytes) => kept.receive(bytes);
      return kept;
    },
  };
}

async function gaps(
  seconds: number,
  options: Partial<KeepAliveOptions>,
  protocol: Protocol,
): Promise<readonly number[]> {
  const { keep } = await flow(protocol);
  const kept = keep(options);
  await clock.elapse(seconds * 1000);
  kept.stop();
  pings = network.packets.filter(({ from }) => from.host === '10.0.0.1').map(({ at }) => at / 1000);
  return pings.slice(1).map((at, index) => at - (pings[index] ?? 0));
}

describe('The time between two keep-alives', () => {
  test.each([
    ['UDP', undefined, 24, 29],
    ['TCP', undefined, 95, 120],
    ['WS', undefined, 95, 120],
    ['UDP', 50, 40, 50],
    ['TCP', 50, 40, 50],
  ] as const)(
    'RFC 5626 §4.4: on %s with Flow-Timer %s is drawn between %d and %d s (C044)',
    async (protocol, seconds, least, most) => {
      const found = await gaps(3_600, { seconds }, protocol);
      expect(found.length).toBeGreaterThan(20);
      // The answer comes 10 ms after the keep-alive, and the next time is drawn then.
      for (const gap of found) expect(gap).toBeGreaterThanOrEqual(least);
      for (const gap of found) expect(gap).toBeLessThanOrEqual(most + 0.011);
      expect(Math.max(...found) - Math.min(...found)).toBeGreaterThan((most - least) / 2);
      expect(told).toHaveLength(found.length + 1);
    },
  );
});

describe('A flow', () => {
  test('RFC 5626 §4.4.1: without a pong within 10 s has failed (C043)', async () => {
    const { near, keep } = await flow('TCP');
    near.send(new TextEncoder().encode('\r\n\r\n'), () => {});
    await clock.elapse(20);
    const kept = keep();
    network.separate('10.0.0.1', '10.0.0.9');
    await clock.elapse(130_000);
    expect([told, kept.state]).toEqual([['No answer came to a keep-alive'], 'Failed']);
    const ping = network.packets.at(-1)?.at ?? 0;
    expect(clock.pending).toBe(0);
    expect(ping).toBeGreaterThan(95_000);
  });

  test('RFC 8489 §6.2.1: on UDP is asked seven times within 31.5 s, and has failed after 39.5 s (C043)', async () => {
    const { keep } = await flow('UDP', () => undefined);
    keep();
    await clock.elapse(29_000);
    const [first] = network.packets;
    await clock.elapse(39_000);
    expect(told.length).toBeLessThanOrEqual(1);
    await clock.elapse(2_000);
    const start = first?.at ?? 0;
    expect(
      network.packets
        .filter(({ from }) => from.host === '10.0.0.1')
        .map(({ at }) => Math.round(at - start)),
    ).toEqual([0, 500, 1_500, 3_500, 7_500, 15_500, 31_500]);
    expect(told).toEqual(['No answer came to a keep-alive']);
    expect(clock.pending).toBe(0);
  });

  test('RFC 5626 §4.4.2: whose mapped address changes has failed (C043)', async () => {
    let port = 5060;
    const { keep } = await flow('UDP', (bytes, { remote }) =>
      answerBinding(bytes, { ...remote, port }),
    );
    keep();
    await clock.elapse(60_000);
    expect(told).toEqual(['alive', 'alive']);
    port = 5061;
    await clock.elapse(30_000);
    expect(told).toEqual(['alive', 'alive', 'Our address has changed on the way']);
    await clock.elapse(300_000);
    expect(told).toHaveLength(3);
  });

  test('RFC 5626 §4.4.2: is measured by the address that the REGISTER was seen from (C043)', async () => {
    const { keep } = await flow('UDP');
    keep({ mapped: { host: '198.51.100.1', port: 5060 } });
    await clock.elapse(30_000);
    expect(told).toEqual(['Our address has changed on the way']);
  });

  test('RFC 5626 §4.4.2: that answers with a STUN error has failed (C043)', async () => {
    const { keep } = await flow('UDP', (bytes) =>
      formatStun({
        class: 'error',
        method: 1,
        transaction: bytes.slice(8, 20),
        attributes: [],
        fingerprint: false,
      }),
    );
    keep();
    await clock.elapse(30_000);
    expect(told).toEqual(['The server does not answer STUN']);
  });

  test('RFC 8489 §6.3: is not moved by an answer to a question that was never asked', async () => {
    const { keep } = await flow('UDP', (_bytes, { remote }) =>
      answerBinding(bindingRequest(new Uint8Array(12)), { ...remote, port: 9 }),
    );
    keep();
    await clock.elapse(30_000);
    expect(told).toEqual([]);
  });

  test('RFC 5626 §4.4: that breaks when a keep-alive is sent has failed', async () => {
    const { near, keep } = await flow('TCP');
    near.close();
    keep();
    await clock.elapse(121_000);
    expect(told).toEqual(['The connection is closed']);
  });
});
