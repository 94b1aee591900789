// Real media, sockets and all, against the contract of a negotiator.
import { afterAll, describe, test } from 'vitest';
import { negotiatorContract } from '@offhook/sip/testing';
import { freePorts, isTaken } from './free-ports.test-kit.ts';
import { rtp } from './rtp-negotiator.ts';

const ports = await freePorts(4);
const engine = rtp({ host: '127.0.0.1', portRange: ports });

afterAll(() => engine.close());

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
