// The page by HTTPS, while its certificate changes and while the system is being stopped: calls go on.
import { copyFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hasOpenssl, TestAuthority } from '../../packages/sip/src/node/certificates.test-kit.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { ask, phoneIn } from '../peers/page.ts';
import { World } from '../peers/world.ts';

test.runIf(hasOpenssl)(
  'SIGHUP renews the certificate of HTTPS too, while a call over WSS goes on (S6)',
  async () => {
    await using world = new World(90_000);
    const authority = new TestAuthority();
    const [first, second] = ['one.test', 'two.test'].map((name) =>
      authority.issue({ san: `DNS:${name},IP:127.0.0.1` }),
    );
    if (first === undefined || second === undefined) throw new Error('two certificates');
    const files = { cert: path.join(world.folder, 'c.pem'), key: path.join(world.folder, 'k.pem') };
    const install = ({ certFile, keyFile }: typeof first): void => {
      copyFileSync(certFile, files.cert);
      copyFileSync(keyFile, files.key);
    };
    install(first);
    const server = await Offhook.start(world, [
      ...['--tls-cert', files.cert, '--tls-key', files.key],
    ]);
    const ca = readFileSync(authority.caFile, 'utf8');
    const before = await ask(server, '/api/phone', { ca });
    expect(before.certificate).toContain('one.test');
    expect(before.headers['strict-transport-security']).toBe('max-age=31536000');
    expect(phoneIn(before).webSocket).toBe(`wss://127.0.0.1:${server.httpsPort}/`);
    const way = ['--server', `wss://127.0.0.1:${server.httpsPort}/`, '--ca', authority.caFile];
    const call = offhook(world, ['call', server.aor('echo'), ...way, '--json']);
    await call.prints(/"event":"answered"/, 30_000);
    install(second);
    server.program.signal('SIGHUP');
    await world.until('the second certificate', async () =>
      (await ask(server, '/', { ca })).certificate?.includes('two.test'),
    );
    call.signal('SIGINT');
    expect(await call.finished(), call.tail()).toBe(0);
    expect(call.output).toMatch(/"event":"ended","by":"local"/);
  },
  90_000,
);

test('While the system is being stopped pages hear so, and the call that is up goes on (X25)', async () => {
  await using world = new World(90_000);
  const server = await Offhook.start(world);
  const call = offhook(world, ['call', server.aor('echo'), '--json']);
  await call.prints(/"event":"answered"/, 30_000);
  server.program.signal('SIGTERM');
  const page = await world.until('the notice', async () => {
    const answer = await ask(server, '/');
    return answer.status === 503 && answer.text.includes('stopped') ? answer : undefined;
  });
  expect(page.headers['retry-after']).toBe('60');
  const phone = await ask(server, '/api/phone');
  expect([phone.status, phone.text.includes('WEB_DRAINING')]).toEqual([503, true]);
  expect(call.status).toBeUndefined();
  call.signal('SIGINT');
  expect(await call.finished(), call.tail()).toBe(0);
  expect(await server.program.finished(10_000)).toBe(0);
}, 90_000);
