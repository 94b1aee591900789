// Requests beside the WebSockets on one port: who answers them, and how long a client may take.
import { once } from 'node:events';
import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { webSocketServer } from './web-socket-server.ts';
import type { WebSocketServerOptions, WebSocketServerTransport } from './web-socket-server.ts';

const open: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

async function start(options: WebSocketServerOptions = {}): Promise<{
  readonly server: WebSocketServerTransport;
  readonly client: () => Promise<Socket>;
}> {
  const server = webSocketServer({
    host: '127.0.0.1',
    requests: (request, response) => void response.end(`you asked for ${request.url}`),
    ...options,
  });
  open.push(() => server.close());
  const ignore = (): void => {};
  await server.listen({
    received: ignore,
    keepAlive: ignore,
    framingLost: ignore,
    opened: ignore,
    closed: ignore,
  });
  const client = async (): Promise<Socket> => {
    const socket = connect(server.local?.port ?? 0, '127.0.0.1');
    open.push(() => void socket.destroy());
    socket.on('error', ignore);
    await once(socket, 'connect');
    return socket;
  };
  return { server, client };
}

async function answerTo(socket: Socket, text: string): Promise<string> {
  socket.write(text);
  const [bytes]: unknown[] = await once(socket, 'data');
  return String(bytes);
}

// Whether it is closed or reset makes no difference here.
async function closing(socket: Socket): Promise<void> {
  if (socket.closed) return;
  await new Promise((resolve) => socket.resume().once('close', resolve));
}

const ask = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;

test('A request that is no handshake is answered by its listener, and the next one on the same connection', async () => {
  const { client } = await start();
  const socket = await client();
  expect(await answerTo(socket, ask('/a'))).toContain('you asked for /a');
  expect(await answerTo(socket, ask('/b'))).toContain('you asked for /b');
});

test('Without a listener it gets 426', async () => {
  const { client } = await start({ requests: undefined });
  expect(await answerTo(await client(), ask('/'))).toMatch(/^HTTP\/1\.1 426 /);
});

test.each([
  ['says nothing more after its request', ask('/')],
  ['does not end its headers', 'GET / HTTP/1.1\r\nX: y\r\n'],
])('A client that %s is gone after 5 s (X17)', async (_what, text) => {
  const clock = new VirtualClock();
  const { server, client } = await start({ clock });
  const socket = await client();
  if (text.endsWith('\r\n\r\n')) await answerTo(socket, text);
  else await new Promise((resolve) => socket.write(text, resolve));
  expect(server.connections).toBe(1);
  // The response is closed a moment after its last byte has gone.
  await new Promise((resolve) => setImmediate(resolve));
  clock.advance(4_999);
  expect(socket.closed).toBe(false);
  clock.advance(1);
  await closing(socket);
  expect(server.counters.unready).toBe(text === ask('/') ? 0 : 1);
});

test('An exchange that does not come to its end is cut after a minute, and its place is free (X17)', async () => {
  const clock = new VirtualClock();
  let asked = (): void => {};
  const begun = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const { server, client } = await start({ clock, requests: asked });
  const socket = await client();
  socket.write('POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\na');
  await begun;
  clock.advance(59_999);
  expect(server.connections).toBe(1);
  clock.advance(1);
  await closing(socket);
  expect(server.connections).toBe(0);
});

test('Connections of pages count against the limits too (A43)', async () => {
  const { client } = await start({ limits: { perSource: 2 }, trusted: () => false });
  const sockets = [await client(), await client()];
  for (const socket of sockets) await answerTo(socket, ask('/'));
  const more = await client().catch(() => undefined);
  if (more !== undefined) await closing(more);
  expect(sockets.map(({ closed }) => closed)).toEqual([false, false]);
});
