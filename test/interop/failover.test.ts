// Several servers behind one name, told by a name server of our own: SIPp answers, refuses, is silent, or is not there.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { a, DnsServer, naptr, srv } from '../../packages/sip/src/node/dns-server.test-kit.ts';
import { nodeResolver } from '../../packages/sip/src/node/resolver.ts';
import { tcp } from '../../packages/sip/src/node/tcp.ts';
import { udp } from '../../packages/sip/src/node/udp.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { SilentMedia } from '../../packages/sip/src/testing/silent-media.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import type { Transport } from '../../packages/sip/src/transport/port.ts';
import { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import { Offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { pause, World } from '../peers/world.ts';

const host = '127.0.0.1';
let dns: DnsServer;

beforeAll(async () => {
  dns = await DnsServer.start();
});
afterAll(() => dns.close());

/** `pbx.test` by `protocol`: servers at these ports, the liked ones first. */
function zone(protocol: 'udp' | 'tcp', ports: readonly number[]): void {
  const service = `_sip._${protocol}.pbx.test`;
  dns.answer = ({ type, name }) => {
    if (type === 'NAPTR' && name === 'pbx.test')
      return { records: [naptr(protocol === 'udp' ? 'SIP+D2U' : 'SIP+D2T', service)] };
    if (type === 'SRV' && name === service)
      return { records: ports.map((port, at) => srv(`s${at}.pbx.test`, port, at)) };
    return { records: type === 'A' && /^s\d\.pbx\.test$/.test(name) ? [a(host)] : [] };
  };
}

/** A user agent that asks our name server, and whose timer B is 3.2 s. */
function phone(transports: readonly Transport[]): UserAgent<SilentSession> {
  return new UserAgent<SilentSession>({
    account: { aor: 'sip:alice@pbx.test' },
    transports,
    media: new SilentMedia({ random: seededRandom(1), host }),
    resolver: nodeResolver({ servers: [dns.address] }),
    settings: { t1: 50, t2: 400, t4: 500 },
  });
}

async function talk(ua: UserAgent<SilentSession>): Promise<number> {
  const start = performance.now();
  const call = await ua.call('sip:sipp@pbx.test').answered;
  const took = performance.now() - start;
  await call.hangUp();
  return took;
}

test.runIf(installed('sipp'))(
  'RFC 3263 §4.3: over UDP past a 503, a closed port and a silent one; the next call goes straight to who answered (C053, C055)',
  async () => {
    await using world = new World();
    const busy = await Sipp.start(world, { scenario: 'uas-busy', values: { SECONDS: '60' } });
    const good = await Sipp.start(world, { scenario: 'uas', calls: 2 });
    const closed = await world.ports.take(2);
    const silent = createSocket('udp4');
    world.own({
      close: () => {
        silent.close();
      },
    });
    let heard = 0;
    silent.on('message', () => (heard += 1));
    silent.bind(0, host);
    await once(silent, 'listening');
    zone('udp', [busy.port, closed, silent.address().port, good.port]);
    await pause(200);
    const ua = phone([udp({ host })]);
    world.own({ close: () => ua.close() });
    expect(await talk(ua)).toBeGreaterThan(3_000);
    expect(heard).toBe(7);
    expect(await talk(ua)).toBeLessThan(1_000);
    const [refused, answered] = [await busy.finished(), await good.finished()];
    expect(refused, refused.errors).toMatchObject({ status: 0, succeeded: 1 });
    expect(answered, answered.errors).toMatchObject({ status: 0, succeeded: 2 });
  },
);

test.runIf(installed('sipp'))(
  'RFC 3263 §4.3: over TCP, as NAPTR wants it, past a refused connection at once (C051, C053)',
  async () => {
    await using world = new World();
    const good = await Sipp.start(world, { scenario: 'uas', transport: 'tcp' });
    zone('tcp', [await world.ports.take(2), good.port]);
    await pause(200);
    const ua = phone([udp({ host }), tcp({ host })]);
    world.own({ close: () => ua.close() });
    expect(await talk(ua)).toBeLessThan(1_000);
    const answered = await good.finished();
    expect(answered, answered.errors).toMatchObject({ status: 0, succeeded: 1 });
  },
);

test.runIf(installed('sipp'))(
  'RFC 3261 §16.9: our system goes on to the next server of a contact that is a name, after 503 and a refused connection (C053)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world, ['--dns', dns.address]);
    const [caller, callee] = [await server.user('carol'), await server.user('sipp')];
    const values = { SECONDS: '60' };
    const busy = await Sipp.start(world, { scenario: 'uas-busy', transport: 'tcp', values });
    const good = await Sipp.start(world, { scenario: 'uas', transport: 'tcp' });
    zone('tcp', [busy.port, await world.ports.take(2), good.port]);
    const login = { user: 'sipp', password: callee };
    await Sipp.register(world, server.address, login, 'sip:sipp@pbx.test');
    const uac = await Sipp.start(world, {
      scenario: 'user',
      target: server.address,
      service: 'sipp',
      user: 'carol',
      password: caller,
      hold: 200,
    });
    const done = await uac.finished();
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
    const [refused, answered] = [await busy.finished(), await good.finished()];
    expect(refused, refused.errors).toMatchObject({ status: 0, succeeded: 1 });
    expect(answered, answered.errors).toMatchObject({ status: 0, succeeded: 1 });
  },
);

test('A dead name server: that call fails within five seconds, and another one is not held up (X13)', async () => {
  await using world = new World();
  const server = phone([udp({ host })]);
  const ua = phone([udp({ host })]);
  world.own({ close: () => ua.close() });
  world.own({ close: () => server.close() });
  await Promise.all([ua.start(), server.start()]);
  const port = server.endpoint.transports[0]?.local?.port;
  dns.answer = () => 'silence';
  const start = performance.now();
  const lost = ua.call('sip:bob@dead.test').answered.catch((error: unknown) => error);
  const { status } = await ua.options(`sip:alice@${host}:${port}`);
  expect([status, performance.now() - start < 500]).toEqual([200, true]);
  expect(await lost).toMatchObject({ code: 'SIP_UNRESOLVED', status: 503 });
  expect(performance.now() - start).toBeLessThan(5_000);
});
