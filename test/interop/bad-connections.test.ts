// Delivery over bad connections: SIPp over TCP and a user agent of ours over WebSocket, cut, stalled and reset on their way to `serve`.
import { UserAgent } from '@offhook/sip';
import type { Transport, UserAgentOptions } from '@offhook/sip';
import { tcp, webSocketClient } from '@offhook/sip/node';
import { seededRandom, SilentMedia } from '@offhook/sip/testing';
import { impairedTcp } from '@offhook/sip/testing/node';
import type { StreamLine } from '@offhook/sip/testing/node';
import { expect, test } from 'vitest';
import { Offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { pause, World } from '../peers/world.ts';

/** Half of all that is written goes on in pieces of a few bytes, some of it 200 ms late. */
const rough = { cut: 0.5, latency: [0, 10], loss: 0.02 } as const;

/** 64*T1 in two seconds. */
const quick = { t1: 31, t2: 250, t4: 310 };

test.runIf(installed('sipp'))(
  'RFC 3261 §18.3: SIPp over TCP, messages in pieces and the line stalled for two seconds: all calls succeed',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world, ['--quiet']);
    const line = await lineTo(world, server.port, { toTarget: rough, toClient: rough });
    const uac = await Sipp.start(world, {
      scenario: 'uac',
      target: `127.0.0.1:${line.local.port}`,
      transport: 'tcp',
      uri: server.aor('echo'),
      calls: 60,
      rate: 20,
      limit: 60,
      hold: 500,
    });
    await world.until('the first calls', () => line.counts.passed > 100);
    line.stall();
    await pause(2_000);
    line.resume();
    const done = await uac.finished(30_000);
    expect(done.succeeded, done.errors).toBe(60);
    expect(line.counts.cut).toBeGreaterThan(50);
  },
);

test('a WebSocket call whose line stalls goes on, and one whose line is reset can still be hung up (X09)', async () => {
  await using world = new World();
  const server = await Offhook.start(world, ['--quiet']);
  const line = await lineTo(world, server.httpPort, { toTarget: rough, toClient: rough });
  const url = `ws://127.0.0.1:${line.local.port}/`;
  const alice = await agent(world, server, webSocketClient({ url }));
  const call = await alice.call(server.aor('echo')).answered;
  line.stall();
  const held = call.hold();
  await pause(1_000);
  line.resume();
  await held;
  expect(call.streams[0]?.direction).toBe('sendonly');
  line.reset();
  await world.until('the connection to be gone', () => line.connections === 0);
  await call.hangUp();
  expect(await call.ended).toMatchObject({ by: 'local', cause: 'bye' });
  expect(line.connections).toBe(1);
  await world.until('nothing to be left', () => isEmpty(alice));
});

test.each(['TCP', 'WS'] as const)(
  'whenever a %s connection is reset, each call ends by itself, the next one succeeds, and nothing stays (A44)',
  async (protocol) => {
    await using world = new World();
    const server = await Offhook.start(world, ['--quiet']);
    const isTcp = protocol === 'TCP';
    const line = await lineTo(world, isTcp ? server.port : server.httpPort, {
      toTarget: { latency: 3 },
      toClient: { latency: 3 },
    });
    const { port } = line.local;
    const transport = isTcp
      ? tcp({ host: '127.0.0.1', accept: false })
      : webSocketClient({ url: `ws://127.0.0.1:${port}/` });
    const hop = { server: `sip:127.0.0.1:${port};transport=${protocol.toLowerCase()}` };
    const alice = await agent(world, server, transport, hop);
    const ends: string[] = [];
    for (let moment = 0; moment < 24; moment += 1) {
      const outgoing = alice.call(server.aor('echo'));
      const ended = outgoing.answered
        .then(async (call) => {
          await call.hangUp();
          return (await call.ended).cause;
        })
        .catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
      await pause(moment);
      line.reset();
      ends.push(await ended);
    }
    expect(ends).toHaveLength(24);
    // The last reset is heard.
    await pause(50);
    const good = await alice.call(server.aor('echo')).answered;
    await good.hangUp();
    await world.until('nothing to be left', () => isEmpty(alice), 15_000);
    expect(alice.endpoint.faults).toBe(0);
  },
);

async function lineTo(
  world: World,
  port: number,
  weather: Omit<Parameters<typeof impairedTcp>[0], 'target' | 'seed'>,
): Promise<StreamLine> {
  const local = { port: await world.ports.take() };
  const target = { host: '127.0.0.1', port };
  return world.own(await impairedTcp({ target, seed: 9, local, ...weather }));
}

async function agent(
  world: World,
  server: Offhook,
  transport: Transport,
  more: Partial<UserAgentOptions> = {},
): Promise<UserAgent> {
  const made = new UserAgent({
    account: { aor: server.aor('alice') },
    transports: [transport],
    media: new SilentMedia({ random: seededRandom(1), host: '127.0.0.1' }),
    settings: quick,
    ...more,
  });
  world.own(made);
  await made.start();
  return made;
}

function isEmpty({ load }: UserAgent): boolean {
  return load.transactions === 0 && load.dialogs === 0;
}
