// What the system notices of the machine it runs on.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { silentLogger } from '@offhook/sip';
import { VirtualClock } from '@offhook/sip/testing';
import { DropWatch } from './drop-watch.ts';
import { until } from './until.test-kit.ts';

test.runIf(existsSync('/proc/net/udp'))(
  'Datagrams that the kernel dropped are told once, with their number (X22)',
  async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.setRecvBufferSize(4096);
    const { port } = socket.address();
    const clock = new VirtualClock();
    const told: unknown[] = [];
    const log = { ...silentLogger, warn: (_text: string, fields?: unknown) => told.push(fields) };
    const watch = new DropWatch({ local: { host: '127.0.0.1', port }, clock, log });
    clock.advance(10_000);
    await until(() => clock.pending === 1);
    expect(told).toEqual([]);
    const bytes = new Uint8Array(500);
    await Promise.all(
      Array.from(
        { length: 200 },
        () =>
          new Promise<void>((resolve) => {
            socket.send(bytes, port, '127.0.0.1', () => resolve());
          }),
      ),
    );
    clock.advance(10_000);
    await until(() => clock.pending === 1);
    expect(told).toEqual([{ datagrams: expect.any(Number), port }]);
    clock.advance(10_000);
    await until(() => clock.pending === 1);
    expect(told).toHaveLength(1);
    watch.close();
    expect(clock.pending).toBe(0);
    socket.close();
  },
);
