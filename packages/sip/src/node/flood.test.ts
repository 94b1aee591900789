// Hundreds of idle connections, from one address and from two hundred: limits hold, and a good client still gets through.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import process from 'node:process';
import { afterEach, describe, expect, test } from 'vitest';
import { FlowRecorder } from '../testing/recorder.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { hasOpenssl, TestAuthority } from './certificates.test-kit.ts';
import { checkedCertificate, tcp, tls, webSocketServer } from './index.ts';
import type { StreamOptions, StreamTransport, WebSocketTransport } from './index.ts';
import { until } from './until.test-kit.ts';

const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

const authority = hasOpenssl ? new TestAuthority() : undefined;
const certificate =
  authority === undefined
    ? undefined
    : checkedCertificate(authority.issue({ san: 'IP:127.0.0.1' }));

type Made = StreamTransport | WebSocketTransport;
const kinds: readonly (readonly [string, (options: StreamOptions) => Made])[] = [
  ['TCP', (options) => tcp(options)],
  ['WebSocket', (options) => webSocketServer(options)],
  ...(certificate === undefined
    ? []
    : ([
        ['TLS', (options: StreamOptions) => tls({ ...options, certificate })],
        ['WSS', (options: StreamOptions) => webSocketServer({ ...options, certificate })],
      ] as const)),
];

/** Opens `count` connections that say nothing, from addresses of this machine's loopback network. */
async function flood(
  port: number,
  count: number,
  sources: number,
): Promise<{ gone: () => number }> {
  let gone = 0;
  let settled = 0;
  const sockets: Socket[] = [];
  open.push(() => {
    for (const socket of sockets) socket.destroy();
  });
  for (let number = 0; number < count; number += 1) {
    const localAddress = `127.0.1.${1 + (number % sources)}`;
    const socket = connect({ host: '127.0.0.1', port, localAddress });
    const settle = (): void => {
      settled += 1;
    };
    let connected = false;
    socket.once('connect', () => {
      connected = true;
      settle();
    });
    socket.on('error', () => {});
    socket.once('close', () => {
      gone += 1;
      if (!connected) settle();
    });
    socket.resume();
    sockets.push(socket);
    if (number % 200 === 199) await until(() => settled > number - 100);
  }
  await until(() => settled === count);
  return { gone: () => gone };
}

/** How long a good client takes to be connected, in milliseconds: the shortest of some tries, for the rest is the machine's. */
async function connects(port: number): Promise<number> {
  let shortest = Infinity;
  for (let attempt = 0; attempt < 20 && shortest > 100; attempt += 1) {
    const before = performance.now();
    const socket = connect({ host: '127.0.0.1', port });
    await once(socket, 'connect');
    shortest = Math.min(shortest, performance.now() - before);
    socket.destroy();
    await once(socket, 'close');
  }
  return shortest;
}

// Other systems have one loopback address.
describe.runIf(process.platform === 'linux').each(kinds)(
  'idle connections on %s',
  (_name, make) => {
    async function start(): Promise<{ transport: Made; port: number; clock: VirtualClock }> {
      const clock = new VirtualClock();
      const transport = make({ host: '127.0.0.1', clock, trusted: () => false });
      open.push(() => transport.close());
      await transport.listen(new FlowRecorder());
      return { transport, port: transport.local?.port ?? 0, clock };
    }

    test('Of four hundred from one address 64 stay, for 30 s at most, and a good client is in within 200 ms (A43)', async () => {
      const { transport, port, clock } = await start();
      const { gone } = await flood(port, 400, 1);
      await until(() => gone() === 400 - 64);
      expect(transport.connections).toBe(64);
      expect(transport.counters.refused).toBe(400 - 64);
      expect(await connects(port)).toBeLessThan(200);
      await until(() => transport.connections === 64);
      clock.advance(30_000);
      await until(() => gone() === 400);
      await until(() => transport.connections === 0);
    });

    test('Four hundred from two hundred addresses are taken, idle for 30 s at most, and a good client is in within 200 ms (A43)', async () => {
      const { transport, port, clock } = await start();
      const { gone } = await flood(port, 400, 200);
      await until(() => transport.connections === 400);
      expect(await connects(port)).toBeLessThan(200);
      clock.advance(30_000);
      await until(() => gone() === 400);
      await until(() => transport.connections === 0);
      expect(transport.counters.refused).toBe(0);
    });
  },
);
