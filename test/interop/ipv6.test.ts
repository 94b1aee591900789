// IPv6 on every transport, with programs that others wrote.
import { expect, test } from 'vitest';
import { hasOpenssl } from '../../packages/sip/src/node/certificates.test-kit.ts';
import { listen } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { pause, World } from '../peers/world.ts';

const host = '::1';

test.runIf(installed('sipp')).each(['udp', 'tcp'] as const)(
  'RFC 5118 §4: SIPp completes ten calls to echo over IPv6 and %s',
  async (transport) => {
    await using world = new World();
    const server = await Offhook.start(world, ['--host', host]);
    const calls = await Sipp.start(world, {
      ...{ scenario: 'uac', target: server.address, service: 'echo', transport, host },
      ...{ calls: 10, rate: 5, hold: 500 },
    });
    const done = await calls.finished();
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 10, retransmissions: 0 });
  },
);

const phones = [['udp'], ['tcp'], ...(hasOpenssl ? [['tls'] as const] : [])] as const;

test.runIf(installed('baresip')).each(phones)(
  'baresip registers over IPv6 and %s, calls echo and hears itself',
  async (transport) => {
    await using world = new World();
    const server = await Offhook.start(world, ['--host', host]);
    const at = `[::1]:${transport === 'tls' ? server.tlsPort : server.port}`;
    const phone = await Baresip.start(world, {
      ...{ user: 'alice', server: at, password: await server.user('alice'), transport, host },
      ...(transport === 'tls' ? { ca: server.certificateFile } : {}),
      hertz: 1000,
    });
    await phone.registered();
    await phone.tell('dial', `sip:echo@${at}`);
    await phone.sees('CALL_ESTABLISHED');
    await pause(1_500);
    await phone.tell('hangup');
    await phone.sees('CALL_CLOSED');
    const sound = await phone.heard();
    const { hertz } = listen(sound, sound.samples.length / sound.rate / 2 - 0.5, 1);
    expect(Math.abs(hertz - 1000), `heard ${hertz} Hz`).toBeLessThan(5);
  },
);

test.each([
  ['udp', (server: Offhook) => [server.aor('echo')]],
  ['tcp', (server: Offhook) => [server.aor('echo'), '--transport', 'tcp']],
  ['tls', (server: Offhook) => [`sip:echo@[::1]:${server.tlsPort}`, '--transport', 'tls']],
  ['ws', (server: Offhook) => [server.aor('echo'), '--server', `ws://[::1]:${server.httpPort}/`]],
  [
    'wss',
    (server: Offhook) => [server.aor('echo'), '--server', `wss://[::1]:${server.httpsPort}/`],
  ],
] as const)('offhook calls echo over IPv6 and %s', async (name, way) => {
  if ((name === 'tls' || name === 'wss') && !hasOpenssl) return;
  await using world = new World();
  const server = await Offhook.start(world, ['--host', host]);
  const trust = hasOpenssl ? ['--ca', server.certificateFile] : [];
  const call = offhook(world, ['call', ...way(server), ...trust, '--seconds', '1', '--json']);
  expect(await call.finished(15_000), call.tail()).toBe(0);
  expect(call.output).toMatch(/"event":"ended","by":"local","cause":"bye"/);
});
