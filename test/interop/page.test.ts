// The page's ports as programs meet them: HTTP and WebSocket of a running `offhook serve`, asked without a browser.
import { request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import { expect, test } from 'vitest';
import { Offhook } from '../peers/offhook.ts';
import { WebSocketPhone } from '../peers/websocket.ts';
import { World } from '../peers/world.ts';

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** A request with headers that `fetch` would not send. */
function ask(
  { httpPort }: Offhook,
  path: string,
  headers: Readonly<Record<string, string>> = {},
  method = 'GET',
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ host: '127.0.0.1', port: httpPort, path, headers, method });
    asked.on('error', reject);
    asked.on('response', (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(parts).toString(),
        }),
      );
    });
    asked.end();
  });
}

/** A handshake with these headers, as its status. */
function handshake(server: Offhook, headers: Readonly<Record<string, string>>): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({
      ...{ host: '127.0.0.1', port: server.httpPort, path: '/' },
      headers: {
        connection: 'Upgrade',
        upgrade: 'websocket',
        'sec-websocket-version': '13',
        'sec-websocket-key': Buffer.alloc(16, 1).toString('base64'),
        'sec-websocket-protocol': 'sip',
        ...headers,
      },
    });
    asked.on('error', reject);
    asked.on('response', (response) => resolve(response.resume().statusCode ?? 0));
    asked.on('upgrade', (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    asked.end();
  });
}

interface Phone {
  readonly aor: string;
  readonly token: string;
  readonly webSocket: string;
}

test('RFC 8898 §2.1.3: the page gets a token and registers with it over its WebSocket; a used-up or foreign one does nothing', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const phone = JSON.parse((await ask(server, '/api/phone')).text) as Phone;
  expect(phone).toMatchObject({
    aor: 'sip:phone@127.0.0.1',
    webSocket: `ws://127.0.0.1:${server.httpPort}/`,
  });
  const socket = await WebSocketPhone.connect(world, phone.webSocket);
  const register = async (token: string, cseq: number): Promise<number> => {
    socket?.send([
      'REGISTER sip:127.0.0.1 SIP/2.0',
      `Via: SIP/2.0/WS x.invalid;branch=z9hG4bK${cseq}`,
      'Max-Forwards: 70',
      `From: <${phone.aor}>;tag=1`,
      `To: <${phone.aor}>`,
      'Call-ID: page',
      `CSeq: ${cseq} REGISTER`,
      'Contact: <sip:phone@x.invalid;transport=ws>',
      ...(token === '' ? [] : [`Authorization: Bearer ${token}`]),
      'Content-Length: 0',
    ]);
    const answer = await socket?.final();
    if (token === '')
      expect(answer?.header('WWW-Authenticate').at(-2)).toMatch(/^Bearer realm="127\.0\.0\.1"/);
    return answer?.status ?? 0;
  };
  expect(await register('', 1)).toBe(401);
  expect(await register(`${phone.token.slice(0, -2)}AA`, 2)).toBe(401);
  expect(await register(phone.token, 3)).toBe(200);
});

test('Strange Hosts get 421 and strange Origins 403, from the page and from the WebSocket alike (A32, A34)', async () => {
  await using world = new World();
  const server = await Offhook.start(world, ['--origin', 'https://shop.example']);
  const own = `127.0.0.1:${server.httpPort}`;
  for (const host of [
    'evil.example',
    `evil.example:${server.httpPort}`,
    '127.0.0.1.evil.example',
  ]) {
    const page = await ask(server, '/api/phone', { host });
    expect([page.status, page.text.includes('token')]).toEqual([421, false]);
    expect(await handshake(server, { host, origin: `http://${host}` })).toBe(421);
  }
  const strangers = [`http://${own}.evil.example`, `https://${own}`, 'http://127.0.0.1:1', 'null'];
  for (const origin of strangers) {
    expect((await ask(server, '/api/phone', { origin })).status).toBe(403);
    expect(await handshake(server, { host: own, origin })).toBe(403);
  }
  for (const origin of [`http://${own}`, 'https://shop.example'])
    expect(await handshake(server, { host: own, origin })).toBe(101);
  expect(await handshake(server, { host: own })).toBe(101);
});
