// Real media, sockets and all, against the contract of a negotiator.
import { createSocket } from 'node:dgram';
import { afterAll, describe, test } from 'vitest';
import { negotiatorContract } from '@offhook/sip/testing';
import { rtp } from './rtp-negotiator.ts';

const host = '127.0.0.1';
const ports = { first: 41_000, last: 41_003 };
const engine = rtp({ host, portRange: ports });

afterAll(() => engine.close());

/** True when somebody has this port. */
function isTaken(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => socket.close(() => resolve(true)));
    socket.bind(port, host, () => socket.close(() => resolve(false)));
  });
}

async function held(): Promise<number> {
  let count = 0;
  for (let port = ports.first; port <= ports.last; port += 1) if (await isTaken(port)) count += 1;
  return count;
}

negotiatorContract(
  'RTP media',
  () =>
    Promise.resolve({
      left: engine.open(),
      right: engine.open(),
      held,
      close: () => Promise.resolve(),
    }),
  { describe, test },
);
