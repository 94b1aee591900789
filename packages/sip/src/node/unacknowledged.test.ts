// Peers that are gone while something is on its way to them, told from those that are only silent.
import { createServer } from 'node:net';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { inProcNet } from './proc-net.ts';
import { endsOf, Unacknowledged } from './unacknowledged.ts';
import type { Sender } from './unacknowledged.ts';

class Peer implements Sender {
  readonly local = { host: '192.0.2.1', port: 5060 };
  readonly remote: Sender['remote'];
  losses = 0;

  constructor(port: number) {
    this.remote = { host: '192.0.2.2', port };
  }

  lost(): void {
    this.losses += 1;
  }
}

function watch(counts: Map<string, number>): { clock: VirtualClock; watch: Unacknowledged } {
  const clock = new VirtualClock();
  const read = (): Promise<ReadonlyMap<string, number>> => Promise.resolve(counts);
  return { clock, watch: new Unacknowledged({ clock, limit: 45_000, read }) };
}

test('A peer that acknowledges nothing is given up within 75 s of the first send, however often more is sent (X16)', async () => {
  const dead = new Peer(1);
  const counts = new Map([[endsOf(dead), 3]]);
  const { clock, watch: watching } = watch(counts);
  watching.sent(dead);
  for (let seconds = 1; seconds <= 59; seconds += 1) {
    await clock.elapse(1_000);
    watching.sent(dead);
  }
  expect(dead.losses).toBe(0);
  await clock.elapse(16_000);
  expect(dead.losses).toBe(1);
  watching.forget(dead);
  expect(clock.pending).toBe(0);
});

test('A peer that acknowledges, speaks, or loses a packet now and then is left alone, and costs no timer (X16)', async () => {
  const [silent, speaking, lossy] = [new Peer(1), new Peer(2), new Peer(3)];
  const counts = new Map<string, number>();
  const { clock, watch: watching } = watch(counts);
  watching.sent(silent);
  await clock.elapse(15_000);
  expect(clock.pending).toBe(0);
  for (let round = 0; round < 20; round += 1) {
    counts.set(endsOf(speaking), 5);
    counts.set(endsOf(lossy), round % 3 === 0 ? 0 : 1);
    watching.sent(speaking);
    watching.sent(lossy);
    await clock.elapse(14_000);
    watching.heard(speaking);
    await clock.elapse(1_000);
  }
  expect([silent, speaking, lossy].map(({ losses }) => losses)).toEqual([0, 0, 0]);
  watching.forget(lossy);
  expect(clock.pending).toBe(0);
});

test.runIf(existsSync('/proc/net/tcp')).each(['127.0.0.1', '::1'])(
  'A peer on %s that acknowledges and says nothing is not given up, by the kernel’s own tables (X16)',
  async (host) => {
    const server = createServer({ pauseOnConnect: true }).listen(0, host);
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const socket = connect(port, host);
    await once(socket, 'connect');
    socket.write('x'.repeat(100));
    const clock = new VirtualClock();
    const watching = new Unacknowledged({ clock, limit: 3 });
    let losses = 0;
    watching.sent({
      local: { host, port: socket.localPort ?? 0 },
      remote: { host, port },
      lost: () => (losses += 1),
    });
    clock.advance(1);
    for (let turn = 0; clock.pending > 0 && turn < 1000; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(1);
    }
    expect(losses).toBe(0);
    socket.destroy();
    server.close();
  },
);

test('Addresses are written as the kernel writes them', () => {
  expect(inProcNet({ host: '127.0.0.1', port: 5060 })).toBe('0100007F:13C4');
  expect(inProcNet({ host: '::1', port: 80 })).toBe('00000000000000000000000001000000:0050');
  expect(inProcNet({ host: '2001:db8::1:2', port: 1 })).toBe(
    'B80D0120000000000000000002000100:0001',
  );
});
