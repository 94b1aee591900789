// A peer that never answers: when we send again and when we give up, as tshark saw it.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { Capture, mayCapture } from '../peers/capture.ts';
import { offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';

test
  .runIf(installed('tshark') && mayCapture())
  .concurrent(
    'RFC 3261 §17.1.1.2: over UDP INVITE is sent at T1 times 0, 1, 3, 7, 15, 31 and 63, and given up at 32 s as 408 (C056, C081)',
    async ({ expect: expects }) => {
      await using world = new World();
      const port = await world.ports.take();
      const silent = createSocket('udp4');
      silent.bind(port, '127.0.0.1');
      world.own({ close: () => void silent.close() });
      const capture = await Capture.start(world, `udp port ${port}`, [port]);
      const caller = offhook(world, ['call', `sip:nobody@127.0.0.1:${port}`, '--json']);
      const started = performance.now();
      expects(await caller.finished(45_000), caller.tail()).toBe(3);
      const took = performance.now() - started;
      await capture.stop();
      const times = capture
        .fields('sip.Method == "INVITE"', ['frame.time_epoch'])
        .map(([time]) => Number(time));
      const since = times.map((time) => (time - (times[0] ?? 0)) / 0.5);
      expects(since).toHaveLength(7);
      for (const [at, expected] of [0, 1, 3, 7, 15, 31, 63].entries()) {
        expects(Math.abs((since[at] ?? 0) - expected), `${at}. sending`).toBeLessThanOrEqual(
          Math.max(0.1, expected * 0.1),
        );
      }
      expects(took).toBeGreaterThan(31_500);
      expects(took).toBeLessThan(36_000);
      expects(caller.output).toMatch(/408/);
    },
  );

test.concurrent('RFC 3261 §17.1.1.2: over TCP INVITE is sent once and given up at 32 s (C056)', async ({
  expect: expects,
}) => {
  await using world = new World();
  const port = await world.ports.take();
  let received = '';
  const sockets: Socket[] = [];
  const silent = createServer((socket) => {
    sockets.push(socket);
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
  });
  silent.listen(port, '127.0.0.1');
  world.own({
    close() {
      silent.close();
      for (const socket of sockets) socket.destroy();
    },
  });
  const caller = offhook(world, [
    'call',
    `sip:nobody@127.0.0.1:${port}`,
    '--transport',
    'tcp',
    '--json',
  ]);
  expects(await caller.finished(45_000), caller.tail()).toBe(3);
  expects(received.match(/^INVITE /gm)).toHaveLength(1);
});

test('a call to a port where nobody listens fails at once, in plain words', async () => {
  await using world = new World();
  const port = await world.ports.take();
  const started = performance.now();
  const caller = offhook(world, ['call', `sip:nobody@127.0.0.1:${port}`, '--transport', 'tcp']);
  expect(await caller.finished(15_000), caller.tail()).toBe(3);
  expect(performance.now() - started).toBeLessThan(8_000);
  expect(caller.output).toMatch(/Next step|refused|unreachable|reach/i);
});
