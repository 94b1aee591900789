// A phone of ours whose connection to `serve` is reset, and refused for a while, is registered again soon after (RFC 5626 §4.5).
import { UserAgent } from '@offhook/sip';
import { tcp, webSocketClient } from '@offhook/sip/node';
import { seededRandom, SilentMedia } from '@offhook/sip/testing';
import { impairedTcp } from '@offhook/sip/testing/node';
import type { StreamLine } from '@offhook/sip/testing/node';
import { expect, test } from 'vitest';
import { Offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';

test.each(['WS', 'TCP'] as const)(
  'RFC 5626 §4.5: over %s, in a call or not, registered again within 1 s of a reset, and within 5 s of the network (C045, X09)',
  async (protocol) => {
    await using world = new World();
    const server = await Offhook.start(world, ['--quiet']);
    const password = await server.user('alice');
    const isTcp = protocol === 'TCP';
    const local = { port: await world.ports.take() };
    const target = { host: '127.0.0.1', port: isTcp ? server.port : server.httpPort };
    const open = (): Promise<StreamLine> => impairedTcp({ target, seed: 9, local });
    let line = await open();
    await using alice = new UserAgent({
      account: { aor: server.aor('alice'), password },
      server: `sip:127.0.0.1:${local.port};transport=${protocol.toLowerCase()}`,
      outbound: {},
      transports: [
        isTcp
          ? tcp({ host: '127.0.0.1', accept: false })
          : webSocketClient({ url: `ws://127.0.0.1:${local.port}/` }),
      ],
      media: new SilentMedia({ random: seededRandom(1), host: '127.0.0.1' }),
    });
    await alice.register();
    const lost: number[] = [];
    const back: number[] = [];
    alice.registration?.on('lost', () => lost.push(performance.now()));
    alice.registration?.on('registered', () => back.push(performance.now()));
    const call = await alice.call(server.aor('echo')).answered;
    line.reset();
    await world.until('the first return', () => back.length === 1);
    expect((back[0] ?? 0) - (lost[0] ?? 0)).toBeLessThan(1_500);
    // The call has its signalling again.
    await call.hold();
    await line.close();
    await world.until('a try in vain', () => lost.length >= 3, 10_000);
    line = await open();
    const up = performance.now();
    await world.until('the second return', () => back.length === 2, 10_000);
    expect((back[1] ?? 0) - up).toBeLessThan(5_000);
    await call.hangUp();
    await alice.close();
    await line.close();
  },
);
