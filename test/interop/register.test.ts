// Registration with phones that others wrote: over UDP, TCP and WebSocket, with MD5 and SHA-256, and never with a wrong password.
import { expect, test } from 'vitest';
import { Baresip } from '../peers/baresip.ts';
import { Linphone } from '../peers/linphone.ts';
import { hasKamailioModule } from '../peers/kamailio.ts';
import { kamailioRegistrant } from '../peers/kamailio-registrant.ts';
import { Offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Registrant } from '../peers/registrant.ts';
import type { Answer } from '../peers/registrant.ts';
import { Sipp } from '../peers/sipp.ts';
import { digest, WebSocketPhone } from '../peers/websocket.ts';
import { pause, World } from '../peers/world.ts';

const transports = ['udp', 'tcp'] as const;

test.runIf(installed('baresip'))(
  'baresip registers over UDP and TCP, refreshes, and not with a wrong password',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const password = await server.user('alice');
    for (const transport of transports) {
      const right = { user: 'alice', server: server.address, password, transport };
      const phone = await Baresip.start(world, right, `right-${transport}`);
      await phone.registered();
      await phone.close();
      const wrong = await Baresip.start(
        world,
        { ...right, password: 'guessed' },
        `wrong-${transport}`,
      );
      await expect(wrong.registered(3_000)).rejects.toThrow('in vain');
      await wrong.close();
    }
  },
);

test.runIf(installed('linphonec'))(
  'linphonec registers over UDP and TCP and not with a wrong password',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const password = await server.user('carol');
    for (const transport of transports) {
      const right = { user: 'carol', server: server.address, password, transport };
      const phone = await Linphone.start(world, right, `right-${transport}`);
      await phone.registered();
      await phone.program.close();
      const wrong = await Linphone.start(
        world,
        { ...right, password: 'guessed' },
        `wrong-${transport}`,
      );
      await expect(wrong.registered(3_000)).rejects.toThrow('in vain');
      await wrong.program.close();
    }
  },
);

test.runIf(installed('sipp')).each(transports)(
  'SIPp registers, refreshes and unregisters over %s with MD5, and not with a wrong password',
  async (transport) => {
    await using world = new World();
    const server = await Offhook.start(world);
    const password = await server.user('dave');
    const login = { target: server.address, service: 'dave', user: 'dave', transport };
    const right = await Sipp.start(world, { scenario: 'register', ...login, password });
    const done = await right.finished();
    expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
    const wrong = await Sipp.start(world, {
      scenario: 'register-refused',
      ...login,
      password: 'guessed',
    });
    const refused = await wrong.finished();
    expect(refused, refused.errors).toMatchObject({ status: 0, succeeded: 1 });
    const called = await Sipp.start(world, {
      scenario: 'user-expects-failure',
      user: 'ivan',
      password: await server.user('ivan'),
      target: server.address,
      service: 'dave',
      values: { STATUS: '480' },
    });
    const call = await called.finished();
    expect(call, `nobody is registered any more; ${call.errors}`).toMatchObject({ status: 0 });
  },
);

test.each(['SHA-256', 'MD5'])(
  'RFC 7118 §5: a WebSocket phone registers with %s, refreshes and unregisters on its connection (C049)',
  async (algorithm) => {
    await using world = new World();
    const server = await Offhook.start(world);
    const password = await server.user('erin');
    const phone = await WebSocketPhone.connect(world, `ws://127.0.0.1:${server.httpPort}/`);
    expect(phone?.protocol).toBe('sip');
    if (phone === undefined) return;
    const uri = `sip:${server.address}`;
    let sequence = 0;
    const register = async (expires: number, authorization?: string) => {
      sequence += 1;
      phone.send([
        `REGISTER ${uri} SIP/2.0`,
        `Via: SIP/2.0/WS q7f3.invalid;branch=z9hG4bK${algorithm}${sequence}`,
        'Max-Forwards: 70',
        `From: <${server.aor('erin')}>;tag=erin`,
        `To: <${server.aor('erin')}>`,
        `Call-ID: ${algorithm}@q7f3.invalid`,
        `CSeq: ${sequence} REGISTER`,
        'Contact: <sip:erin@q7f3.invalid;transport=ws>',
        `Expires: ${expires}`,
        ...(authorization === undefined ? [] : [`Authorization: ${authorization}`]),
        'Content-Length: 0',
      ]);
      return await phone.final();
    };
    const login = { user: 'erin', method: 'REGISTER', uri };
    const authorized = async (expires: number, secret: string) => {
      const challenged = await register(expires);
      expect(challenged.status).toBe(401);
      const challenges = challenged.header('WWW-Authenticate');
      expect(challenges[0]).toContain('SHA-256');
      const chosen =
        challenges.find((row) => row.includes(algorithm === 'MD5' ? 'MD5' : 'SHA-256')) ?? '';
      return await register(expires, digest(chosen, { ...login, password: secret }));
    };
    expect((await authorized(300, 'guessed')).status).not.toBe(200);
    const registered = await authorized(300, password);
    expect(registered.status).toBe(200);
    expect(registered.header('Contact').join()).toContain('q7f3.invalid');
    expect((await authorized(600, password)).status).toBe(200);
    const gone = await authorized(0, password);
    expect(gone.status).toBe(200);
    expect(gone.header('Contact').join()).not.toContain('q7f3.invalid');
  },
);

test('RFC 7118 §4.1: a WebSocket without the subprotocol sip is not served as SIP (C046)', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const url = `ws://127.0.0.1:${server.httpPort}/`;
  const phone = await WebSocketPhone.connect(world, url, ['chat']);
  if (phone !== undefined) {
    expect(phone.protocol).toBe('');
    phone.send([
      `OPTIONS sip:${server.address} SIP/2.0`,
      'Via: SIP/2.0/WS a.invalid;branch=z9hG4bKx',
      'CSeq: 1 OPTIONS',
    ]);
    await expect(phone.final()).rejects.toThrow();
  }
}, 20_000);

test.runIf(installed('sipp'))(
  'all contacts of a user ring, and the one that answers gets the call',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const login = { user: 'frank', password: await server.user('frank') };
    const other = { user: 'ivan', password: await server.user('ivan') };
    const fast = await Sipp.start(world, { scenario: 'uas' });
    const slow = await Sipp.start(world, { scenario: 'uas-cancelled' });
    await Sipp.register(world, server.address, login, fast.uri);
    await Sipp.register(world, server.address, login, slow.uri);
    await pause(100);
    const caller = await Sipp.start(world, {
      scenario: 'user',
      ...other,
      target: server.address,
      service: 'frank',
      hold: 200,
    });
    const [call, taken, cancelled] = [
      await caller.finished(),
      await fast.finished(),
      await slow.finished(),
    ];
    expect(call, call.errors).toMatchObject({ status: 0 });
    expect(taken, taken.errors).toMatchObject({ status: 0 });
    expect(cancelled, cancelled.errors).toMatchObject({ status: 0 });
  },
);

test.runIf(installed('sipp'))('registrations outlive a kill -9 of the server', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const login = { user: 'grace', password: await server.user('grace') };
  const other = { user: 'ivan', password: await server.user('ivan') };
  const phone = await Sipp.start(world, { scenario: 'uas' });
  await Sipp.register(world, server.address, login, phone.uri);
  server.program.signal('SIGKILL');
  await server.program.finished();
  const again = await Offhook.start(world);
  const caller = await Sipp.start(world, {
    scenario: 'user',
    ...other,
    target: again.address,
    service: 'grace',
    hold: 100,
  });
  const call = await caller.finished();
  expect(call, call.errors).toMatchObject({ status: 0 });
});

test.runIf(hasKamailioModule('uac'))(
  "Kamailio's uac registers with its password, is reached, and with a wrong password never registers",
  async () => {
    await using world = new World();
    const server = await Offhook.start(world, ['--domain', 'example.com']);
    const password = await server.user('trunk');
    await server.user('other');
    const there = { domain: 'example.com', server: server.address };
    await kamailioRegistrant(world, { user: 'other', password: 'wrong', ...there });
    await kamailioRegistrant(world, { user: 'trunk', password, ...there });
    const asker = await Registrant.open(world, 'trunk', server);
    const ask = (user: string, callId: string): Promise<Answer> =>
      asker.ask({ method: 'OPTIONS', uri: `sip:${user}@example.com`, callId });
    let tries = 0;
    await world.until('Kamailio to be registered', async () => {
      tries += 1;
      return (await ask('trunk', `trunk-${tries}`)).status === 200;
    });
    expect((await ask('other', 'other')).status).toBe(480);
  },
);
