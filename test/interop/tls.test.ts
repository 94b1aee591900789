// TLS and WSS with programs that others wrote, and the certificate as they see it.
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { hasOpenssl, TestAuthority } from '../../packages/sip/src/node/certificates.test-kit.ts';
import { listen } from '../peers/audio.ts';
import type { Sound } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Linphone } from '../peers/linphone.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed, Program } from '../peers/program.ts';
import { pause, World } from '../peers/world.ts';

/** One second from the middle of a call with echo must peak at the 1 kHz that was played. */
function expectTone(sound: Sound): void {
  const { hertz } = listen(sound, sound.samples.length / sound.rate / 2 - 0.5, 1);
  expect(Math.abs(hertz - 1000), `heard ${hertz} Hz`).toBeLessThan(5);
}

/** `openssl s_client` to the end of its handshake; its output. */
async function sClient(world: World, port: number, more: readonly string[]): Promise<string> {
  const client = new Program(world, 'openssl', [
    ...['s_client', '-connect', `127.0.0.1:${port}`, '-brief', ...more],
  ]);
  client.type('Q');
  await client.finished(10_000);
  return client.output;
}

test.runIf(hasOpenssl)(
  'openssl s_client agrees on TLS 1.2 and 1.3, and on nothing older',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const trust = ['-CAfile', server.certificateFile, '-verify_return_error'];
    for (const port of [server.tlsPort, server.httpsPort]) {
      for (const version of ['1_2', '1_3']) {
        const said = await sClient(world, port, [`-tls${version}`, ...trust]);
        expect(said).toContain(`Protocol version: TLSv${version.replace('_', '.')}`);
        expect(said).toContain('Verification: OK');
      }
      const old = await sClient(world, port, [
        '-tls1_1',
        '-cipher',
        'DEFAULT@SECLEVEL=0',
        ...trust,
      ]);
      expect(old).not.toContain('Protocol version');
      const weak = await sClient(world, port, ['-tls1_2', '-cipher', 'AES128-SHA', ...trust]);
      expect(weak).not.toContain('Protocol version');
    }
  },
);

test.runIf(hasOpenssl && installed('baresip'))(
  'baresip registers over TLS, calls echo and hears itself',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const password = await server.user('alice');
    const phone = await Baresip.start(world, {
      user: 'alice',
      server: `127.0.0.1:${server.tlsPort}`,
      password,
      transport: 'tls',
      ca: server.certificateFile,
      hertz: 1000,
    });
    await phone.registered();
    await phone.tell('dial', `sip:echo@127.0.0.1:${server.tlsPort}`);
    await phone.sees('CALL_ESTABLISHED');
    await pause(1_500);
    await phone.tell('hangup');
    await phone.sees('CALL_CLOSED');
    expectTone(await phone.heard());
  },
);

test.runIf(hasOpenssl && installed('baresip'))(
  'two phones call each other through the proxy, one over TLS and one over UDP, each way, and either may hang up',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const secure = await Baresip.start(world, {
      ...{ user: 'alice', server: `127.0.0.1:${server.tlsPort}`, transport: 'tls', hertz: 1000 },
      ...{ password: await server.user('alice'), ca: server.certificateFile },
    });
    await secure.registered();
    const plain = await Baresip.desk(world, server, { user: 'bertha', hertz: 440 });
    await secure.tell('dial', `sip:bertha@127.0.0.1:${server.tlsPort}`);
    await secure.sees('CALL_ESTABLISHED');
    await plain.sees('CALL_ESTABLISHED');
    await pause(1_500);
    await plain.tell('hangup');
    await secure.sees('CALL_CLOSED');
    expectTone(await plain.heard());
    await plain.tell('dial', server.aor('alice'));
    await plain.sees('CALL_ESTABLISHED', 10_000, 2);
    await secure.sees('CALL_ESTABLISHED', 10_000, 2);
    await plain.tell('hangup');
    await secure.sees('CALL_CLOSED', 10_000, 2);
  },
);

test.runIf(hasOpenssl && installed('linphonec'))(
  'linphonec registers over TLS with the certificate checked, calls echo and hears itself; another authority it refuses',
  async () => {
    await using world = new World();
    // It compares no addresses with a certificate, only names.
    const server = await Offhook.start(world, ['--domain', 'localhost']);
    const login = {
      user: 'carol',
      server: `localhost:${server.tlsPort}`,
      password: await server.user('carol'),
      transport: 'tls',
      hertz: 1000,
    } as const;
    const phone = await Linphone.start(world, { ...login, ca: server.certificateFile });
    await phone.registered();
    const mark = phone.mark;
    phone.tell(`call sip:echo@localhost:${server.tlsPort};transport=tls`);
    await phone.prints(/connected/i, 10_000, mark);
    await pause(2_500);
    phone.tell('terminate');
    await phone.prints(/ended|terminated/i, 10_000, mark);
    await phone.program.close();
    expectTone(phone.heard());
    const other = new TestAuthority();
    const wary = await Linphone.start(world, { ...login, ca: other.caFile }, 'wary');
    await expect(wary.registered(3_000)).rejects.toThrow('in vain');
  },
);

test.runIf(hasOpenssl).each([
  ['tls', (server: Offhook) => [`sip:echo@127.0.0.1:${server.tlsPort}`, '--transport', 'tls']],
  [
    'wss',
    (server: Offhook) => [server.aor('echo'), '--server', `wss://127.0.0.1:${server.httpsPort}/`],
  ],
] as const)(
  'offhook calls echo over %s, and says why it will not without --ca',
  async (_name, way) => {
    await using world = new World();
    const server = await Offhook.start(world);
    const call = (more: readonly string[]): Program =>
      offhook(world, ['call', ...way(server), '--seconds', '1', '--quiet', ...more]);
    const good = call(['--ca', server.certificateFile]);
    expect(await good.finished(15_000), good.tail()).toBe(0);
    const blind = call([]);
    expect(await blind.finished(15_000)).toBe(3);
    expect(blind.output).toContain('signed by itself');
    expect(blind.output).toContain('--ca FILE');
  },
);

test.runIf(hasOpenssl).each(['sip-js', 'js-sip'])(
  '%s registers over WSS, calls echo and hangs up; where it does not trust the certificate it never connects',
  async (library) => {
    await using world = new World();
    const server = await Offhook.start(world);
    const password = await server.user('alice');
    const file = fileURLToPath(new URL(`../peers/browser/${library}.mjs`, import.meta.url));
    const url = `wss://127.0.0.1:${server.httpsPort}/`;
    const words = [file, url, server.aor('alice'), password];
    const trusting = { env: { NODE_EXTRA_CA_CERTS: server.certificateFile } };
    const phone = new Program(world, process.execPath, words, trusting);
    await phone.prints(/^connected$/m);
    for (const [command, done] of [
      ['register', /^registered$/m],
      [`call ${server.aor('echo')}`, /^answered$/m],
      ['bye', /^ended$/m],
      ['unregister', /^unregistered$/m],
    ] as const) {
      phone.type(command);
      await phone.prints(done);
    }
    const wary = new Program(world, process.execPath, words);
    await expect(wary.prints(/^connected$/m, 700)).rejects.toThrow();
  },
);

test.runIf(hasOpenssl)(
  'RFC 5630 §5.3: a sips call to a phone that is not registered for sips is refused, in plain words (C192)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const trust = ['--ca', server.certificateFile, '--quiet'];
    const call = offhook(world, ['call', `sips:echo@127.0.0.1:${server.tlsPort}`, ...trust]);
    expect(await call.finished(15_000)).toBe(1);
    expect(call.output).toContain('480');
    expect(call.output).toContain('cannot be called by a sips address');
    const plain = offhook(world, [
      'call',
      server.aor('echo').replace('sip:', 'sips:'),
      '--transport',
      'udp',
    ]);
    expect(await plain.finished(15_000)).toBe(2);
    expect(plain.output).toContain('A sips address goes by TLS');
  },
);

test.runIf(hasOpenssl)(
  'SIGHUP and a changed file renew the certificate while a call over TLS goes on (S6)',
  async () => {
    await using world = new World();
    const authority = new TestAuthority();
    const [first, second, third] = ['DNS:one.test', 'DNS:two.test', 'DNS:three.test'].map((name) =>
      authority.issue({ san: `${name},IP:127.0.0.1` }),
    );
    if (first === undefined || second === undefined || third === undefined) throw new Error();
    const files = { cert: path.join(world.folder, 'c.pem'), key: path.join(world.folder, 'k.pem') };
    const install = ({ certFile, keyFile }: typeof first): void => {
      copyFileSync(certFile, files.cert);
      copyFileSync(keyFile, files.key);
    };
    install(first);
    const server = await Offhook.start(world, [
      ...['--tls-cert', files.cert, '--tls-key', files.key],
    ]);
    const at = [`sip:echo@127.0.0.1:${server.tlsPort}`, '--transport', 'tls'];
    const call = offhook(world, ['call', ...at, '--ca', authority.caFile, '--json']);
    await call.prints(/"event":"answered"/);
    const shown = (name: string): Promise<string> =>
      sClient(world, server.tlsPort, ['-CAfile', authority.caFile, '-verify_hostname', name]);
    expect(await shown('one.test')).toContain('Verification: OK');
    install(second);
    server.program.signal('SIGHUP');
    await world.until('the second certificate', async () =>
      (await shown('two.test')).includes('Verification: OK'),
    );
    install(third);
    await world.until('the third certificate', async () =>
      (await shown('three.test')).includes('Verification: OK'),
    );
    call.signal('SIGINT');
    expect(await call.finished(), call.tail()).toBe(0);
    expect(call.output).toMatch(/"event":"ended","by":"local"/);
  },
);

test.runIf(hasOpenssl)(
  'A certificate that cannot be used stops the start, in plain words',
  async () => {
    await using world = new World();
    const authority = new TestAuthority();
    const [one, two] = [authority.issue({ san: 'DNS:a' }), authority.issue({ san: 'DNS:b' })];
    const attempt = async (words: readonly string[]): Promise<{ status: number; said: string }> => {
      const program = offhook(world, ['serve', '--data', path.join(world.folder, 'd'), ...words]);
      return { status: await program.finished(10_000), said: program.output };
    };
    const mixed = await attempt(['--tls-cert', one.certFile, '--tls-key', two.keyFile]);
    expect(mixed.status).toBe(2);
    expect(mixed.said).toContain('is not that of the certificate');
    const half = await attempt(['--tls-cert', one.certFile]);
    expect(half.status).toBe(2);
    expect(half.said).toContain('--tls-cert is of no use without --tls-key');
    const nowhere = await attempt(['--tls-cert', '/nowhere.pem', '--tls-key', one.keyFile]);
    expect(nowhere.status).toBe(2);
    expect(nowhere.said).toContain('No such file');
  },
);
