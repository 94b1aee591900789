// The page's ports as programs meet them: HTTP and WebSocket of a running `offhook serve`, asked without a browser.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { Offhook, offhook } from '../peers/offhook.ts';
import type { OffhookEvent } from '../peers/offhook.ts';
import type { Program } from '../peers/program.ts';
import {
  TestBrowser,
  testPushService,
} from '../../packages/offhook/src/server/push/push.test-kit.ts';
import { ask, connected, handshake, phoneIn, register } from '../peers/page.ts';
import type { Answer } from '../peers/page.ts';
import { World } from '../peers/world.ts';

test('RFC 8898 §2.1.3: the page gets a token and registers with it over its WebSocket; another one does nothing', async () => {
  await using world = new World(90_000);
  const server = await Offhook.start(world);
  const { aor, token, webSocket } = phoneIn(await ask(server, '/api/phone'));
  expect([aor, webSocket]).toEqual(['sip:phone@127.0.0.1', `ws://127.0.0.1:${server.httpPort}/`]);
  const socket = await connected(world, webSocket);
  const challenge = await register(socket, aor, undefined);
  expect(challenge.status).toBe(401);
  expect(challenge.header('WWW-Authenticate').at(-2)).toMatch(/^Bearer realm="127\.0\.0\.1"/);
  const changed = token.replace(/..$/, (end) => (end === 'AA' ? 'BB' : 'AA'));
  expect((await register(socket, aor, `Bearer ${changed}`)).status).toBe(401);
  expect((await register(socket, aor, `Bearer ${token}`)).status).toBe(200);
}, 90_000);

test('A link makes a browser somebody’s phone once; taken back it is nobody’s; no secret is in logs, traces or what others are answered (S11)', async () => {
  await using world = new World(90_000);
  const log = path.join(world.folder, 'log');
  const server = await Offhook.start(world, ['--log', log, '--verbose']);
  const password = await server.user('alice');
  const data = path.join(world.folder, 'offhook');
  const run = async (...words: readonly string[]): Promise<OffhookEvent> => {
    const program = offhook(world, ['user', ...words, '--data', data, '--json']);
    expect(await program.finished(30_000), program.tail()).toBe(0);
    return JSON.parse(program.output) as OffhookEvent;
  };
  const { link } = await run('link', 'alice');
  const [home, token = ''] = String(link).split('#join=');
  expect(home).toBe(`http://127.0.0.1:${server.httpPort}/`);
  const join = (): Promise<Answer> => ask(server, '/api/join', { json: { token } });
  const joined = await join();
  expect(joined.status).toBe(200);
  const [cookie = ''] = joined.headers['set-cookie']?.[0]?.split(';') ?? [];
  const again = await join();
  expect(again.status).toBe(403);
  const page = await ask(server, '/api/phone', { headers: { cookie } });
  const phone = phoneIn(page);
  expect(phone.aor).toBe('sip:alice@127.0.0.1');
  const socket = await connected(world, phone.webSocket);
  expect((await register(socket, phone.aor, `Bearer ${phone.token}`)).status).toBe(200);
  const others = [joined, again, await ask(server, '/'), await ask(server, '/api/none')];
  const key = readFileSync(path.join(data, 'offhook.key'), 'utf8').trim();
  const listed = offhook(world, ['user', 'list', '--data', data]);
  await listed.finished(30_000);
  expect(listed.output).toMatch(/^alice@127\.0\.0\.1 {2}since \d{4}-\d\d-\d\d, on 1 browser$/m);
  expect((await run('unlink', 'alice'))['browsers']).toBe(1);
  const first = await ask(server, '/api/phone', { headers: { cookie } });
  expect(phoneIn(first).aor).toBe('sip:phone@127.0.0.1');
  await server.drain();

  const secrets = [token, cookie.replace(/^.*=/, ''), phone.token, password, key];
  const told = [readFileSync(log, 'utf8'), server.program.output];
  for (const secret of secrets) {
    expect(secret.length).toBeGreaterThan(5);
    for (const text of [...told, ...others.map((answer) => answer.text)])
      expect(text.includes(secret)).toBe(false);
  }
  for (const secret of [token, cookie.replace(/^.*=/, ''), password, key])
    expect([page.text, first.text].some((text) => text.includes(secret))).toBe(false);
  expect(first.text.includes(phone.token)).toBe(false);
}, 90_000);

test('Strange Hosts get 421 and strange Origins 403, from the page and from the WebSocket alike (A32, A34)', async () => {
  await using world = new World(90_000);
  const server = await Offhook.start(world, ['--origin', 'https://shop.example']);
  const own = `127.0.0.1:${server.httpPort}`;
  for (const host of [
    'evil.example',
    `evil.example:${server.httpPort}`,
    '127.0.0.1.evil.example',
  ]) {
    const page = await ask(server, '/api/phone', { headers: { host } });
    expect([page.status, page.text.includes('token')]).toEqual([421, false]);
    expect(await handshake(server, { host, origin: `http://${host}` })).toBe(421);
  }
  const strangers = [`http://${own}.evil.example`, `https://${own}`, 'http://127.0.0.1:1', 'null'];
  for (const origin of strangers) {
    expect((await ask(server, '/api/phone', { headers: { origin } })).status).toBe(403);
    expect(await handshake(server, { host: own, origin })).toBe(403);
  }
  for (const origin of [`http://${own}`, 'https://shop.example'])
    expect(await handshake(server, { host: own, origin })).toBe(101);
  expect(await handshake(server, { host: own })).toBe(101);
}, 90_000);

test('A call wakes a closed page by a sealed push message, waits for it to register, and rings it; a page that is gone is forgotten (P26)', async () => {
  await using world = new World(90_000);
  const service = await testPushService();
  world.own(service);
  const server = await Offhook.start(world, ['--push-service', service.origin]);
  const password = await server.user('alice');
  const browser = new TestBrowser();
  const subscription = { endpoint: `${service.origin}/push/1`, keys: browser.keys };
  const phone = phoneIn(await ask(server, '/api/phone'));
  const kept = await ask(server, '/api/push', { json: { subscription } });
  expect(kept.status).toBe(204);

  const words = [phone.aor, '--server', server.address, '--user', 'alice'];
  const call = (): Program =>
    offhook(world, ['call', ...words, '--quiet'], { OFFHOOK_PASSWORD: password });
  const ringing = call();
  const posted = await world.until('a push message', () => service.posted[0]);
  expect(posted.headers.authorization).toContain(phone.pushKey);
  expect(JSON.parse(browser.open(posted.body))).toMatchObject({
    type: 'call',
    from: 'sip:alice@127.0.0.1',
  });
  const woken = phoneIn(await ask(server, '/api/phone'));
  const socket = await connected(world, woken.webSocket);
  expect((await register(socket, woken.aor, `Bearer ${woken.token}`)).status).toBe(200);
  const invite = await socket.request('INVITE');
  const copied = invite.split('\r\n').filter((line) => /^(Via|From|Call-ID|CSeq):/i.test(line));
  const to = /^To:.*$/im.exec(invite)?.[0] ?? '';
  socket.send(['SIP/2.0 486 Busy Here', ...copied, `${to};tag=b`, 'Content-Length: 0']);
  expect(await ringing.finished(30_000), ringing.tail()).toBe(1);
  expect(ringing.output).toContain('486');
  socket.close();

  service.status = 410;
  const vain = call();
  expect(await vain.finished(30_000), vain.tail()).toBe(1);
  expect(vain.output).toContain('480');
  expect(service.posted).toHaveLength(2);
  const third = call();
  expect(await third.finished(30_000)).toBe(1);
  expect(service.posted).toHaveLength(2);
}, 90_000);
