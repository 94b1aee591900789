// `offhook serve` stopped and started again under calls, registrations and messages: what goes on, and what does not pretend to.
import { expect, test } from 'vitest';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Registrant } from '../peers/registrant.ts';
import { Sipp } from '../peers/sipp.ts';
import { pause, World } from '../peers/world.ts';

/** The same server again, on the same ports. */
function again(world: World, { port, httpPort, domain }: Offhook): Promise<Offhook> {
  return Offhook.start(world, [
    ...['--domain', domain, '--sip-port', String(port), '--http-port', String(httpPort)],
  ]);
}

test.runIf(installed('sipp'))(
  'of 200 calls between two phones at 50 a second none is lost by SIGTERM and a start: each BYE passes (X25)',
  async () => {
    await using world = new World(60_000);
    const server = await Offhook.start(world);
    const login = { user: 'grace', password: await server.user('grace') };
    const other = { user: 'ivan', password: await server.user('ivan') };
    const phone = await Sipp.start(world, { scenario: 'uas', calls: 200 });
    await Sipp.register(world, server.address, login, phone.uri);
    const caller = await Sipp.start(world, {
      ...{ scenario: 'user', ...other, target: server.address, service: 'grace' },
      ...{ calls: 200, rate: 50, limit: 200, hold: 7_000 },
    });
    // After four seconds all are there, and three later the first hang up.
    await world.until('all calls', () => caller.counts().created === 200, 20_000);
    await pause(500);
    expect(await server.drain(5_000)).toBe(0);
    expect((await again(world, server)).port).toBe(server.port);
    const [placed, taken] = [await caller.finished(40_000), await phone.finished(10_000)];
    expect(placed, placed.errors).toMatchObject({ status: 0, succeeded: 200, failed: 0 });
    expect(taken, taken.errors).toMatchObject({ status: 0, failed: 0 });
  },
);

test('after kill -9 a phone on UDP and a stored message are there once, and a phone on a WebSocket that is gone is not (X02)', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  for (const name of ['ann', 'ben', 'cas']) await server.user(name);
  const ann = await Registrant.open(world, 'ann', server);
  const contact = `sip:ann@127.0.0.1:${ann.port}`;
  expect((await ann.register('ann', contact)).status).toBe(200);
  const ben = offhook(world, [
    ...['register', '--user', 'ben', '--password', 'pw-ben', '--json'],
    ...['--server', `ws://127.0.0.1:${server.httpPort}/`],
  ]);
  await ben.prints(/"event":"registered"/);
  const write = (to: string, callId: string): ReturnType<Registrant['ask']> =>
    ann.ask({
      method: 'MESSAGE',
      uri: server.aor(to),
      callId,
      rows: ['Content-Type: text/plain'],
      body: callId,
    });
  expect((await write('cas', 'kept')).status).toBe(202);
  ben.signal('SIGKILL');
  server.program.signal('SIGKILL');
  await Promise.all([ben.ended, server.program.ended]);
  await again(world, server);
  const listed = await ann.register('list');
  expect(listed.header('Contact')).toEqual([expect.stringContaining(`<${contact}>`)]);
  expect((await write('ann', 'to-ann')).status).toBe(200);
  // Nobody waits for a connection that is not there: a call is refused at once, a message kept.
  const refused = await ann.ask({ method: 'OPTIONS', uri: server.aor('ben'), callId: 'to-ben' });
  expect(refused.status).toBe(480);
  expect(refused.milliseconds).toBeLessThan(1_000);
  expect((await write('ben', 'to-ben-too')).status).toBe(202);
  const cas = await Registrant.open(world, 'cas', server);
  expect((await cas.register('cas', `sip:cas@127.0.0.1:${cas.port}`)).status).toBe(200);
  await world.until('the message', () => cas.received.length > 0);
  expect((await cas.register('cas2', `sip:cas@127.0.0.1:${cas.port}`)).status).toBe(200);
  expect((await write('cas', 'last')).status).toBe(200);
  expect(cas.received.map((text) => text.slice(text.indexOf('\r\n\r\n') + 4))).toEqual([
    'kept',
    'last',
  ]);
});
