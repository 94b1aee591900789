// WebSocket on real sockets: who may come in, what a frame may hold, and peers that are gone.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { latin1, latin1Bytes, utf8Bytes } from '../base/bytes.ts';
import { FlowRecorder } from '../testing/recorder.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { webSocketClient, webSocketServer } from './index.ts';
import type { WebSocketServerOptions, WebSocketTransport } from './index.ts';
import { until } from './until.test-kit.ts';

const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(
  options: WebSocketServerOptions = {},
): Promise<{ transport: WebSocketTransport; seen: FlowRecorder; port: number }> {
  const transport = webSocketServer(
    options.server === undefined ? { host: '127.0.0.1', ...options } : options,
  );
  const seen = new FlowRecorder();
  open.push(() => transport.close());
  await transport.listen(seen);
  return { transport, seen, port: transport.local?.port ?? 0 };
}

/** The first line of the answer to a handshake with these headers. */
async function handshake(port: number, headers: readonly string[], path = '/'): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port });
  open.push(() => socket.destroy());
  const lines = [
    `GET ${path} HTTP/1.1`,
    'Upgrade: websocket',
    'Connection: Upgrade',
    'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version: 13',
    ...headers,
  ];
  socket.write(`${lines.join('\r\n')}\r\n\r\n`);
  const [answer] = await once(socket, 'data');
  return latin1(answer);
}

const sip = 'Sec-WebSocket-Protocol: sip';

async function rawClient(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`, ['sip']);
  socket.on('error', () => {});
  open.push(() => socket.terminate());
  await once(socket, 'open');
  return socket;
}

const message = 'OPTIONS sip:a@example.com SIP/2.0\r\nCall-ID: 1\r\n\r\nbody';

describe('The handshake', () => {
  test('RFC 7118 §4.1: without subprotocol sip it is refused, with it the 101 carries sip (C046)', async () => {
    const { port } = await start();
    const host = `Host: 127.0.0.1:${port}`;
    expect(await handshake(port, [host])).toMatch(/^HTTP\/1\.1 400 /);
    expect(await handshake(port, [host, 'Sec-WebSocket-Protocol: xmpp, sipx'])).toMatch(
      /^HTTP\/1\.1 400 /,
    );
    const good = await handshake(port, [host, 'Sec-WebSocket-Protocol: xmpp, sip']);
    expect(good).toMatch(/^HTTP\/1\.1 101 /);
    expect(good).toMatch(/\r\nSec-WebSocket-Protocol: sip\r\n/);
  });

  test.each([
    'https://good.example.evil',
    'https://evil.example',
    'null',
    'http://good.example',
    'https://good.example:8443',
    '',
  ])(
    'RFC 6455 §10.2: Origin %j gets 403 when only https://good.example is allowed (A32)',
    async (origin) => {
      const { port } = await start({ origins: ['https://good.example'], withoutOrigin: false });
      const host = `Host: 127.0.0.1:${port}`;
      expect(await handshake(port, [host, sip, `Origin: ${origin}`])).toMatch(/^HTTP\/1\.1 403 /);
      expect(await handshake(port, [host, sip])).toMatch(/^HTTP\/1\.1 403 /);
      expect(await handshake(port, [host, sip, 'Origin: https://good.example'])).toMatch(
        /^HTTP\/1\.1 101 /,
      );
    },
  );

  test('RFC 6455 §10.2: unless origins are given, browsers come from the pages of the same server only (A32)', async () => {
    const { port } = await start();
    const host = `Host: 127.0.0.1:${port}`;
    expect(await handshake(port, [host, sip, `Origin: http://127.0.0.1:${port}`])).toMatch(
      /^HTTP\/1\.1 101 /,
    );
    expect(await handshake(port, [host, sip, 'Origin: http://127.0.0.1:1'])).toMatch(
      /^HTTP\/1\.1 403 /,
    );
    expect(await handshake(port, [host, sip, `Origin: https://127.0.0.1:${port}`])).toMatch(
      /^HTTP\/1\.1 403 /,
    );
  });

  test('A Host that is not ours gets 421, whatever DNS says (A34)', async () => {
    const { port } = await start({ hosts: ['127.0.0.1:5080', 'localhost:5080'], origins: 'any' });
    expect(await handshake(port, ['Host: rebound.example', sip])).toMatch(/^HTTP\/1\.1 421 /);
    expect(await handshake(port, ['Host: LOCALHOST:5080', sip])).toMatch(/^HTTP\/1\.1 101 /);
  });

  test('A header of spaces or two thousand headers cost little and are refused (A05)', async () => {
    const { port } = await start();
    const host = `Host: 127.0.0.1:${port}`;
    expect(
      await handshake(port, [host, `Sec-WebSocket-Protocol: b${' '.repeat(10_000)}x`]),
    ).toMatch(/^HTTP\/1\.1 400 /);
    const many = Array.from({ length: 2000 }, (_, index) => `X-${index}: 1`);
    expect(await handshake(port, [host, ...many])).toMatch(/^HTTP\/1\.1 4\d\d /);
  });

  test('An HTTP server is shared by path, and lives on when the transport is closed', async () => {
    const server = createServer((_request, response) => response.end('page'));
    const others: string[] = [];
    server.on('upgrade', (request, socket) => {
      if (request.url !== '/feed') return;
      others.push(request.url);
      socket.end('HTTP/1.1 410 Gone\r\n\r\n');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(() => new Promise((resolve) => server.close(resolve)));
    const { transport, port } = await start({ server, path: '/sip' });
    const host = `Host: 127.0.0.1:${port}`;
    expect(await handshake(port, [host, sip], '/sip?x=1')).toMatch(/^HTTP\/1\.1 101 /);
    expect(await handshake(port, [host], '/feed')).toMatch(/^HTTP\/1\.1 410 /);
    await transport.close();
    expect(transport.connections).toBe(0);
    expect(server.listening).toBe(true);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('page');
  });

  test('A page request to a server of its own is told to upgrade', async () => {
    const { port } = await start();
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(426);
  });

  test('One address has a limited number of connections unless it is trusted (A43)', async () => {
    const { transport, port } = await start({ trusted: () => false, limits: { perSource: 1 } });
    await rawClient(port);
    await expect(handshake(port, [`Host: 127.0.0.1:${port}`, sip])).rejects.toThrow('ECONNRESET');
    expect(transport.connections).toBe(1);
    expect(transport.counters.refused).toBe(1);
  });

  test('On a shared server the limit is told by 503 (A43)', async () => {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(() => server.close());
    const { port } = await start({ server, trusted: () => false, limits: { perSource: 1 } });
    await rawClient(port);
    expect(await handshake(port, [`Host: 127.0.0.1:${port}`, sip])).toMatch(/^HTTP\/1\.1 503 /);
  });

  test('A handshake that is not done in 5 s is closed, and its place counts from its first packet (X17, A43)', async () => {
    const clock = new VirtualClock();
    const { transport, seen, port } = await start({
      clock,
      trusted: () => false,
      limits: { perSource: 2 },
    });
    const ended: boolean[] = [];
    for (const text of ['', 'GET / HTTP/1.1\r\nHost: a', '']) {
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('error', () => {});
      socket.resume();
      socket.on('close', () => ended.push(true));
      open.push(() => socket.destroy());
      if (text !== '') socket.write(text);
    }
    await until(() => ended.length === 1 && transport.connections === 2);
    clock.advance(4_999);
    expect(transport.connections).toBe(2);
    clock.advance(1);
    await until(() => ended.length === 3);
    expect(transport.connections).toBe(0);
    expect(transport.counters).toMatchObject({ refused: 1, unready: 2, accepted: 0 });
    expect(seen.openings).toEqual([]);
  });

  test('A port in use is told by listen', async () => {
    const { port } = await start();
    await expect(
      webSocketServer({ host: '127.0.0.1', port }).listen(new FlowRecorder()),
    ).rejects.toMatchObject({
      code: 'EADDRINUSE',
    });
  });
});

describe('Frames', () => {
  test('RFC 7118 §4.2: text and binary frames are taken, and need no Content-Length (C047, C017)', async () => {
    const { seen, port } = await start();
    const client = await rawClient(port);
    client.send(message);
    client.send(latin1Bytes(message));
    await until(() => seen.messages.length === 2);
    expect(seen.messages.map(({ text }) => text)).toEqual([message, message]);
  });

  test('RFC 7118 §4.2: we send text, and binary when an octet is not UTF-8 (C047)', async () => {
    const { seen, port } = await start();
    const client = await rawClient(port);
    client.send(message);
    await until(() => seen.messages.length === 1);
    const kinds: boolean[] = [];
    client.on('message', (_bytes, binary) => kinds.push(binary));
    const flow = seen.messages[0]?.flow;
    flow?.send(latin1Bytes(message), () => {});
    flow?.send(utf8Bytes(`${message} – ü`), () => {});
    flow?.send(latin1Bytes(`${message}\xff`), () => {});
    await until(() => kinds.length === 3);
    expect(kinds).toEqual([false, false, true]);
  });

  test('RFC 7118 §5: two messages in one frame are an error, and the connection is closed (C047)', async () => {
    const { seen, port } = await start();
    const client = await rawClient(port);
    const whole = 'OPTIONS sip:a SIP/2.0\r\nContent-Length: 0\r\n\r\n';
    client.send(whole + whole);
    const [code] = await once(client, 'close');
    expect(code).toBe(1002);
    expect(seen.messages).toEqual([]);
    expect(seen.losses).toHaveLength(1);
  });

  test('RFC 7118 §6: CRLFCRLF is answered with CRLF, a lone CRLF with nothing (C041)', async () => {
    const { port } = await start();
    const client = await rawClient(port);
    const answers: string[] = [];
    client.on('message', (bytes: Buffer) => answers.push(bytes.toString()));
    client.send('\r\n');
    client.send('');
    client.send('\r\n\r\n');
    await until(() => answers.length === 1);
    expect(answers).toEqual(['\r\n']);
  });

  test('RFC 6455 §5.1: unmasked, reserved, endless or oversized frames close the connection (A04)', async () => {
    const { seen, port } = await start();
    const frames: readonly (readonly number[])[] = [
      [0x81, 0x05, 0x68, 0x65, 0x6c, 0x6c, 0x6f],
      [0xf1, 0x85, 0, 0, 0, 0, 0x68, 0x65, 0x6c, 0x6c, 0x6f],
      [0x82, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0],
      [0x82, 0xff, 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 0, 0],
      [0x82, 0xff, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0],
    ];
    for (const frame of frames) {
      const closed = seen.closings.length;
      const socket = connect({ host: '127.0.0.1', port });
      socket.on('error', () => {});
      open.push(() => socket.destroy());
      socket.write(
        [
          'GET / HTTP/1.1',
          `Host: 127.0.0.1:${port}`,
          'Upgrade: websocket',
          'Connection: Upgrade',
          sip,
        ].join('\r\n') +
          '\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n',
      );
      await once(socket, 'data');
      socket.write(Uint8Array.from(frame));
      socket.on('data', () => socket.end());
      await until(() => seen.closings.length === closed + 1);
    }
    expect(seen.messages).toEqual([]);
  });

  test('RFC 6455 §5.4: a message in thousands of fragments closes the connection (A05)', async () => {
    const { seen, port } = await start();
    const client = await rawClient(port);
    for (let sent = 0; sent < 5000 && client.readyState === WebSocket.OPEN; sent += 1) {
      client.send('O', { fin: false });
    }
    await until(() => seen.closings.length === 1);
    expect(seen.messages).toEqual([]);
  });
});

describe('Peers that are gone', () => {
  test('A peer that does not read is closed at 1 MiB, and each send that did not leave fails (X17)', async () => {
    const { seen, port } = await start();
    const client = await rawClient(port);
    client.send(message);
    await until(() => seen.messages.length === 1);
    client.pause();
    const flow = seen.messages[0]?.flow;
    let failures = 0;
    const bytes = latin1Bytes(`${message}${'x'.repeat(60_000)}`);
    for (let sent = 0; flow?.open === true && sent < 1000; sent += 1) {
      flow.send(bytes, () => {
        failures += 1;
      });
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => seen.closings.length === 1);
    expect(seen.closings[0]?.error?.message).toBe('The peer does not read what it is sent');
    expect(failures).toBeGreaterThan(0);
  });

  test('A peer that answers no ping within 10 s is given up after 25 s of quiet (X16)', async () => {
    const clock = new VirtualClock();
    const { seen, port } = await start({ clock });
    const client = new WebSocket(`ws://127.0.0.1:${port}/`, ['sip'], { autoPong: false });
    open.push(() => client.terminate());
    client.on('error', () => {});
    await once(client, 'open');
    await until(() => seen.openings.length === 1);
    clock.advance(25_000);
    await once(client, 'ping');
    clock.advance(9_999);
    expect(seen.openings[0]?.open).toBe(true);
    clock.advance(1);
    await until(() => seen.closings.length === 1);
    expect(seen.closings[0]?.error?.message).toBe('The peer does not answer pings');
    expect(clock.pending).toBe(0);
  });

  test('A peer that answers pings is kept', async () => {
    const clock = new VirtualClock();
    const { seen, port } = await start({ clock });
    const client = await rawClient(port);
    for (let round = 0; round < 3; round += 1) {
      const pinged = once(client, 'ping');
      clock.advance(25_000);
      await pinged;
      const timers = clock.pending;
      await new Promise((resolve) => setImmediate(resolve));
      await until(() => clock.pending === timers);
      await new Promise<void>((resolve) => client.ping(undefined, undefined, () => resolve()));
      await once(client, 'pong');
    }
    expect(seen.openings[0]?.open).toBe(true);
    expect(seen.closings).toEqual([]);
  });

  test('A stranger that says nothing for 10 s is closed (A43)', async () => {
    const clock = new VirtualClock();
    const { seen, port } = await start({ clock, trusted: () => false });
    const client = await rawClient(port);
    await until(() => seen.openings.length === 1);
    clock.advance(10_000);
    await until(() => client.readyState === WebSocket.CLOSED);
    expect(seen.closings[0]?.error?.message).toBe('A message did not become whole in time');
  });
});

describe('webSocketClient', () => {
  const nowhere = { host: '192.0.2.1', port: 5060 };

  async function client(
    url: string,
    clock = new VirtualClock(),
  ): Promise<{ transport: WebSocketTransport; seen: FlowRecorder }> {
    const transport = webSocketClient({ url, clock });
    const seen = new FlowRecorder();
    open.push(() => transport.close());
    await transport.listen(seen);
    return { transport, seen };
  }

  test('RFC 7118 §5: it has no address of its own and reaches its URL whatever the target', async () => {
    const server = await start();
    const { transport, seen } = await client(`ws://localhost:${server.port}/`);
    expect(transport.local).toBeUndefined();
    const flow = transport.flowTo(nowhere);
    flow.send(latin1Bytes(message), () => {});
    await until(() => server.seen.messages.length === 1);
    expect(flow.remote).toEqual({ host: '127.0.0.1', port: server.port });
    server.seen.messages[0]?.flow.send(latin1Bytes(message), () => {});
    await until(() => seen.messages.length === 1);
  });

  test('RFC 7118 §4.1: a server that does not speak sip fails each send (C046, C040)', async () => {
    const server = createServer((_request, response) => response.end('page'));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(() => new Promise((resolve) => server.close(resolve)));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const { transport, seen } = await client(`ws://127.0.0.1:${port}/`);
    const errors: Error[] = [];
    transport.flowTo(nowhere).send(latin1Bytes(message), (error) => errors.push(error));
    await until(() => seen.closings.length === 1);
    expect(errors).toHaveLength(1);
  });

  test('RFC 7118 §5.3: a connection that breaks is told, and the next flow is a new one (C040, X09)', async () => {
    const server = await start();
    const { transport, seen } = await client(`ws://127.0.0.1:${server.port}/`);
    const flow = transport.flowTo(nowhere);
    flow.send(latin1Bytes(message), () => {});
    await until(() => server.seen.messages.length === 1);
    server.seen.openings[0]?.close();
    await until(() => seen.closings.length === 1);
    const again = transport.flowTo(nowhere);
    expect(again.id).not.toBe(flow.id);
    again.send(latin1Bytes(message), () => {});
    await until(() => server.seen.messages.length === 2);
  });

  test('Only ws and wss URLs are taken', () => {
    expect(() => webSocketClient({ url: 'https://example.com' })).toThrow(TypeError);
    expect(webSocketClient({ url: 'wss://example.com' }).protocol).toBe('WSS');
  });
});
