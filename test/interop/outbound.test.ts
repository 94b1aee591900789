// Registrations of flows (RFC 5626) with servers that others wrote: Kamailio as edge proxies and registrar, tshark as witness.
import { expect, test } from 'vitest';
import type { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import { impairedUdp } from '../../packages/sip/src/testing/node/index.ts';
import { Baresip } from '../peers/baresip.ts';
import { Capture, mayCapture } from '../peers/capture.ts';
import {
  hasKamailioOutbound,
  outboundEdge,
  outboundRegistrar,
} from '../peers/kamailio-outbound.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import type { OffhookEvent } from '../peers/offhook.ts';
import { installed, Program } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';
import { phoneBehindFlows } from './outbound-phone.ts';

const instance = 'urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6';

test('RFC 5626 §4.2: register --outbound keeps a flow at our own system, over UDP and TCP', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const password = await server.user('alice');
  for (const transport of ['udp', 'tcp']) {
    const login = ['--user', 'alice', '--password', password, '--server', server.address];
    const more = ['--outbound', '--instance', instance, '--transport', transport, '--seconds', '1'];
    const phone = offhook(world, ['register', ...login, ...more, '--json']);
    expect(await phone.finished(15_000), phone.tail()).toBe(0);
    const ok = messages(phone.output).find(
      (text) => text.startsWith('SIP/2.0 200') && text.includes('reg-id=1'),
    );
    expect(ok, phone.tail()).toMatch(/Require: .*outbound/);
    expect(ok).toContain(instance);
    expect(ok).toMatch(/;keep=\d+/);
  }
});

const withKamailio = hasKamailioOutbound() && installed('sipp');

test.runIf(withKamailio && mayCapture())(
  'RFC 5626 §4.4.2: at Kamailio over UDP STUN keeps the flow alive at the pace of Flow-Timer, as tshark sees (C043, C044)',
  async () => {
    await using world = new World();
    const registrar = await outboundRegistrar(world);
    const edge = await outboundEdge(world, registrar, 2);
    const capture = await Capture.start(world, world.ports.filter, [edge.port]);
    await using phone = await phoneBehindFlows({ edges: [edge], transport: 'udp', instance });
    await phone.ua.register();
    await world.until('three keep-alives', () => phone.keepAlives() >= 3 || undefined);
    expect(phone.ua.registration?.state).toBe('Registered');
    await phone.ua.unregister();
    await capture.stop();
    const stun = capture.fields(`stun && udp.port==${edge.port}`, [
      'stun.type',
      'frame.time_relative',
    ]);
    const asked = stun.filter(([type]) => Number(type) === 1).map(([, at]) => Number(at));
    expect(asked.length).toBeGreaterThanOrEqual(3);
    expect(stun.filter(([type]) => Number(type) === 0x101)).toHaveLength(asked.length);
    const gaps = asked.slice(1).map((at, index) => at - (asked[index] ?? 0));
    for (const gap of gaps) expect(gap).toBeGreaterThan(1.59);
    for (const gap of gaps) expect(gap).toBeLessThan(2.3);
    // The phone's own port may be one that tshark reads as some other protocol.
    const malformed = `_ws.malformed && (sip || stun) && udp.port==${edge.port}`;
    expect(capture.fields(malformed, ['frame.number'])).toEqual([]);
  },
);

test.runIf(withKamailio)(
  'RFC 5626 §5: through Kamailio calls find a phone that cannot be connected to; when one edge dies, by the other one (C043, C045)',
  async () => {
    await using world = new World();
    const registrar = await outboundRegistrar(world);
    const edges = [
      await outboundEdge(world, registrar, 2),
      await outboundEdge(world, registrar, 2),
    ] as const;
    await using phone = await phoneBehindFlows({ edges, transport: 'tcp', instance });
    await phone.ua.register();
    await world.until('both flows', () => standing(phone.ua) === 2 || undefined);
    expect(phone.ua.registration?.gruus?.public).toMatch(/^sip:alice@example\.com;gr=/);
    await world.until('a pong on each', () => phone.keepAlives() >= 2 || undefined);
    const call = async (): Promise<void> => {
      const uac = await Sipp.start(world, {
        scenario: 'uac',
        target: registrar.address,
        uri: 'sip:alice@example.com',
        hold: 200,
      });
      const done = await uac.finished(20_000);
      expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
    };
    await call();
    const [first] = edges;
    first.program.signal('SIGTERM');
    await first.program.finished();
    await world.until('one flow', () => standing(phone.ua) === 1 || undefined);
    expect(phone.ua.registration?.state).toBe('Registered');
    await call();
    await phone.ua.unregister();
  },
);

test.runIf(withKamailio)(
  'RFC 5626 §4.4.2: a NAT box that forgets us is noticed by the next keep-alive, and calls through Kamailio find us again (C043, X12)',
  async () => {
    await using world = new World();
    const registrar = await outboundRegistrar(world);
    const edge = await outboundEdge(world, registrar, 2);
    const box = await impairedUdp({ target: { host: '127.0.0.1', port: edge.port }, seed: 1 });
    world.own(box);
    const address = `127.0.0.1:${box.local.port}`;
    await using phone = await phoneBehindFlows({
      edges: [{ address }],
      transport: 'udp',
      instance,
    });
    await phone.ua.register();
    await world.until('a keep-alive', () => phone.keepAlives() >= 1 || undefined);
    let registered = 0;
    phone.ua.registration?.events.on('registered', () => (registered += 1));
    box.rebind();
    await world.until('a new registration', () => registered > 0 || undefined, 4_000);
    const uac = await Sipp.start(world, {
      scenario: 'uac',
      target: registrar.address,
      uri: 'sip:alice@example.com',
      hold: 200,
    });
    const done = await uac.finished(20_000);
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
    await phone.ua.unregister();
  },
);

test.runIf(installed('baresip') && mayCapture())(
  'RFC 5626 §8: our system answers the STUN keep-alives that baresip sends on its SIP flow (C042)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const password = await server.user('alice');
    const fields = ['stun.type', 'stun.id', 'udp.srcport', 'stun.att.port'];
    const watch = new Program(world, 'tshark', [
      ...['-i', 'lo', '-l', '-n', '-f', `udp port ${server.port}`, '-Y', 'stun', '-T', 'fields'],
      ...fields.flatMap((field) => ['-e', field]),
    ]);
    await watch.prints(/Capturing on/);
    const login = { user: 'alice', server: server.address, password, outbound: true };
    const phone = await Baresip.start(world, login);
    await phone.registered();
    // At the latest 29 s after its registration.
    const [, id, from] = await watch.prints(/^0x0001\t(\S+)\t(\d+)/m, 32_000);
    await watch.prints(new RegExp(`^0x0101\\t${id}\\t${server.port}\\t${from}`, 'm'));
    await phone.close();
  },
);

function standing(ua: UserAgent): number {
  return (ua.registration?.flows ?? []).filter(({ state }) => state === 'Registered').length;
}

function messages(output: string): readonly string[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => {
      const { observation } = JSON.parse(line) as OffhookEvent;
      return typeof observation === 'object' &&
        observation !== null &&
        'text' in observation &&
        typeof observation.text === 'string'
        ? [observation.text]
        : [];
    });
}
