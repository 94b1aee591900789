// The first slice: SIPp's own calls to `echo` and `bob`, over UDP and TCP, and the calls that must not succeed.
import { expect, test } from 'vitest';
import { Offhook } from '../peers/offhook.ts';
import { installed, Program } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

test.runIf(installed('sipp'))("SIPp's own uac completes a call to echo over UDP", async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const port = await world.ports.take();
  const uac = new Program(
    world,
    'sipp',
    [
      '-sn',
      'uac',
      '-i',
      '127.0.0.1',
      '-p',
      String(port),
      '-s',
      'echo',
      '-m',
      '1',
      '-nostdin',
      server.address,
    ],
    { env: { TERM: 'dumb' } },
  );
  expect(await uac.finished(), uac.tail()).toBe(0);
});

test.runIf(installed('sipp')).each([
  ['echo', 'udp'],
  ['echo', 'tcp'],
  ['bob', 'udp'],
  ['bob', 'tcp'],
] as const)('ten calls to %s over %s complete', async (service, transport) => {
  await using world = new World();
  const server = await Offhook.start(world);
  const uac = await Sipp.start(world, {
    scenario: 'uac',
    target: server.address,
    service,
    transport,
    calls: 10,
    rate: 5,
    hold: 1_000,
  });
  const done = await uac.finished();
  expect(done, done.errors).toMatchObject({ status: 0, succeeded: 10, failed: 0 });
});

test.runIf(installed('sipp'))(
  'RFC 3261 §9.2: a call to bob that is cancelled while he rings ends with 487 (C097)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const uac = await Sipp.start(world, {
      scenario: 'uac-cancels',
      target: server.address,
      service: 'bob',
    });
    const done = await uac.finished();
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
  },
);

test.runIf(installed('sipp'))(
  'RFC 3261 §16.5: an unknown user gets 404, a known one without a phone 480 (C160)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const login = { user: 'ivan', password: await server.user('ivan') };
    await server.user('heidi');
    for (const [service, status] of [
      ['nobody', '404'],
      ['heidi', '480'],
    ] as const) {
      const uac = await Sipp.start(world, {
        scenario: 'user-expects-failure',
        ...login,
        target: server.address,
        service,
        values: { STATUS: status },
      });
      const done = await uac.finished();
      expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
    }
  },
);

test.runIf(installed('sipp'))('SIGTERM after a finished call ends the server soon', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const uac = await Sipp.start(world, { scenario: 'uac', target: server.address, service: 'echo' });
  expect((await uac.finished()).status).toBe(0);
  expect(await server.drain(10_000)).toBe(0);
});

test('a second server on the same port takes the next one and says so, and both drain on SIGTERM', async () => {
  await using world = new World();
  const first = await Offhook.start(world);
  const second = await Offhook.start(world, [
    '--sip-port',
    String(first.port),
    '--data',
    `${world.folder}/second`,
  ]);
  expect(second.port).not.toBe(first.port);
  expect(await first.drain()).toBe(0);
  expect(await second.drain()).toBe(0);
});
