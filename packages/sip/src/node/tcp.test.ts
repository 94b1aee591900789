// TCP on real sockets against peers that send nonsense, send slowly, read slowly, or vanish.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { latin1, latin1Bytes } from '../base/bytes.ts';
import { FlowRecorder } from '../testing/recorder.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { isConnectionFlow, tcp, trustFlow } from './index.ts';
import type { StreamOptions, StreamTransport } from './index.ts';
import { until } from './until.test-kit.ts';

const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

async function start(
  options: StreamOptions = {},
): Promise<{ transport: StreamTransport; seen: FlowRecorder; port: number }> {
  const transport = tcp({ host: '127.0.0.1', ...options });
  const seen = new FlowRecorder();
  open.push(() => transport.close());
  await transport.listen(seen);
  return { transport, seen, port: transport.local?.port ?? 0 };
}

interface RawPeer {
  readonly socket: Socket;
  text(): string;
  ended(): boolean;
}

async function rawPeer(port: number): Promise<RawPeer> {
  const socket = connect({ host: '127.0.0.1', port });
  let text = '';
  let ended = false;
  socket.on('data', (bytes: Uint8Array) => {
    text += latin1(bytes);
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    ended = true;
  });
  open.push(() => socket.destroy());
  await once(socket, 'connect');
  return { socket, text: () => text, ended: () => ended };
}

function request(lines: readonly string[], body = ''): string {
  return ['OPTIONS sip:a@example.com SIP/2.0', 'Call-ID: 1', ...lines, '', body].join('\r\n');
}

const good = request(['Content-Length: 2'], 'ok');

describe('tcp and the stream', () => {
  test('RFC 3261 §18.3: a stream cut anywhere gives the same messages (C019)', async () => {
    const { seen, port } = await start();
    const { socket } = await rawPeer(port);
    for (const character of good + good) {
      socket.write(latin1Bytes(character));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => seen.messages.length === 2);
    expect(seen.messages.map(({ text }) => text)).toEqual([good, good]);
  });

  test('RFC 5626 §5.4: CRLFCRLF is answered with one CRLF at once, a lone CRLF with nothing (C041)', async () => {
    const { seen, port } = await start();
    const peer = await rawPeer(port);
    peer.socket.write(`\r\n${good}\r\n\r\n`);
    await until(() => peer.text().length > 0 && seen.messages.length === 1);
    peer.socket.write(good);
    await until(() => seen.messages.length === 2);
    expect(peer.text()).toBe('\r\n');
  });

  test.each(['-1', '1e9', '4294967328', '0x10', '5, 7', '5\r\nContent-Length: 5'])(
    'RFC 4475 §3.1.2.3: after Content-Length %j the connection is closed and the next request is never run (C016, A03)',
    async (value) => {
      const { seen, port } = await start();
      const peer = await rawPeer(port);
      peer.socket.write(request([`Content-Length: ${value}`], 'hello') + good + good);
      await until(() => peer.ended() && seen.closings.length > 0);
      expect(seen.losses).toHaveLength(1);
      expect(seen.messages).toEqual([]);
    },
  );

  test('RFC 3261 §18.3: a request without Content-Length can be answered before the connection is closed (C020)', async () => {
    const transport = tcp({ host: '127.0.0.1' });
    open.push(() => transport.close());
    await transport.listen({
      received() {},
      keepAlive() {},
      framingLost: (_bytes, _reason, flow) =>
        flow.send(latin1Bytes('SIP/2.0 400 No length\r\nContent-Length: 0\r\n\r\n'), () => {}),
      opened() {},
      closed() {},
    });
    const peer = await rawPeer(transport.local?.port ?? 0);
    peer.socket.write(request([]) + good.repeat(1000));
    await until(peer.ended);
    expect(peer.text()).toContain('SIP/2.0 400 No length');
  });

  test('A stream that is not SIP is closed at its first bytes (X18)', async () => {
    const { seen, port } = await start();
    const peer = await rawPeer(port);
    peer.socket.write('\x16\x03\x01', 'latin1');
    await until(peer.ended);
    expect(seen.losses.map(({ reason }) => reason)).toEqual(['The stream is not SIP']);
  });
});

describe('tcp and bad peers', () => {
  const limits = { message: 10_000, idle: 30_000, idleTrusted: 600_000 };
  const stranger = { trusted: (): boolean => false, limits };

  test('A first message that is not whole in 10 s closes the connection (X17, A43)', async () => {
    const clock = new VirtualClock();
    const { seen, port } = await start({ ...stranger, clock });
    const peer = await rawPeer(port);
    peer.socket.write(good.slice(0, 30));
    await until(() => seen.openings.length === 1);
    clock.advance(9_999);
    expect(seen.openings[0]?.open).toBe(true);
    clock.advance(1);
    await until(peer.ended);
    expect(seen.closings[0]?.error?.message).toBe('A message did not become whole in time');
    expect(clock.pending).toBe(0);
  });

  test('A later message that is not whole in 10 s closes the connection too (X17)', async () => {
    const clock = new VirtualClock();
    const { seen, port } = await start({ ...stranger, clock });
    const peer = await rawPeer(port);
    peer.socket.write(good);
    await until(() => seen.messages.length === 1);
    clock.advance(15_000);
    peer.socket.write(good.slice(0, 30));
    const timers = clock.pending;
    await until(() => clock.pending > timers);
    clock.advance(10_000);
    await until(peer.ended);
    expect(seen.messages).toHaveLength(1);
  });

  test('A stranger may be silent for 30 s, and keep-alives do not help him (A43)', async () => {
    const clock = new VirtualClock();
    const { seen, port } = await start({ ...stranger, clock });
    const peer = await rawPeer(port);
    peer.socket.write(good);
    await until(() => seen.messages.length === 1);
    clock.advance(20_000);
    peer.socket.write('\r\n\r\n');
    await until(() => peer.text() === '\r\n');
    clock.advance(10_000);
    await until(peer.ended);
    expect(seen.closings[0]?.error?.message).toBe('The connection was idle');
  });

  test('A peer that has proved who it is may be silent for 10 minutes, and keep-alives count', async () => {
    const clock = new VirtualClock();
    const { seen, port } = await start({ ...stranger, clock });
    const peer = await rawPeer(port);
    peer.socket.write(good);
    await until(() => seen.messages.length === 1);
    const [first] = seen.messages;
    if (first === undefined || !isConnectionFlow(first.flow))
      throw new Error('This is no connection');
    trustFlow(first.flow);
    clock.advance(599_000);
    peer.socket.write('\r\n\r\n');
    await until(() => peer.text() === '\r\n');
    clock.advance(599_000);
    expect(first.flow.open).toBe(true);
    clock.advance(1_000);
    await until(peer.ended);
  });

  test('One address has a limited number of connections unless it is trusted (A43)', async () => {
    const { transport, seen, port } = await start({
      trusted: () => false,
      limits: { perSource: 3 },
    });
    const peers = await Promise.all([1, 2, 3, 4, 5].map(() => rawPeer(port)));
    await until(() => peers.filter((peer) => peer.ended()).length === 2);
    expect(transport.connections).toBe(3);
    expect(transport.counters.refused).toBe(2);
    peers.find((peer) => !peer.ended())?.socket.end();
    await until(() => seen.closings.length === 1);
    await rawPeer(port);
    await until(() => transport.connections === 3);
    const trusting = await start({ limits: { perSource: 3 } });
    await Promise.all([1, 2, 3, 4, 5].map(() => rawPeer(trusting.port)));
    await until(() => trusting.transport.connections === 5);
  });

  test('Connections are limited in all, trusted or not', async () => {
    const { transport, port } = await start({ limits: { total: 2 } });
    const peers = await Promise.all([1, 2, 3].map(() => rawPeer(port)));
    await until(() => peers.some((peer) => peer.ended()));
    expect(transport.connections).toBe(2);
    const flow = transport.flowTo({ host: '127.0.0.1', port });
    const failure = await new Promise<Error>((resolve) => flow.send(latin1Bytes(good), resolve));
    expect(failure.message).toBe('There are too many connections');
  });

  test('A peer that does not read is closed at 1 MiB, and each send that did not leave fails (X17)', async () => {
    const { seen, port } = await start();
    const peer = await rawPeer(port);
    peer.socket.pause();
    peer.socket.write(good);
    await until(() => seen.messages.length === 1);
    const flow = seen.messages[0]?.flow;
    let failures = 0;
    const bytes = latin1Bytes(request(['Content-Length: 60000'], 'x'.repeat(60_000)));
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

  test('RST at any moment throws nothing and is told once (A44)', async () => {
    const { transport, seen, port } = await start();
    for (const text of ['', 'OPT', good, good + good.slice(0, 20), '\r\n\r\n']) {
      const peer = await rawPeer(port);
      if (text !== '')
        await new Promise<void>((resolve) => peer.socket.write(text, () => resolve()));
      peer.socket.resetAndDestroy();
    }
    await until(
      () =>
        transport.counters.accepted + transport.counters.refused === 5 &&
        transport.connections === 0,
    );
    expect(seen.closings).toHaveLength(seen.openings.length);
  });
});

describe('tcp towards a peer', () => {
  test('RFC 3261 §18.4: a refused connection fails every send that waited, and is told (C040)', async () => {
    const { transport, seen } = await start();
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    const errors: Error[] = [];
    const flow = transport.flowTo({ host: '127.0.0.1', port });
    for (let sent = 0; sent < 3; sent += 1)
      flow.send(latin1Bytes(good), (error) => errors.push(error));
    await until(() => seen.closings.length === 1);
    expect(errors).toHaveLength(3);
    expect(errors[0]).toMatchObject({ code: 'ECONNREFUSED' });
    expect(seen.closings[0]).toMatchObject({
      flow: { id: flow.id },
      error: { code: 'ECONNREFUSED' },
    });
    expect(seen.openings).toEqual([]);
  });

  test('A peer that does not complete the connection in time fails it (X17)', async () => {
    const clock = new VirtualClock();
    const { transport, seen } = await start({ clock, host: '0.0.0.0', limits: { connect: 5_000 } });
    const errors: Error[] = [];
    const flow = transport.flowTo({ host: '127.0.0.1', port: 1 });
    flow.send(latin1Bytes(good), (error) => errors.push(error));
    clock.advance(5_000);
    await until(() => seen.closings.length === 1);
    expect(errors.map(({ message }) => message)).toEqual(['No connection to 127.0.0.1:1 in time']);
  });

  test('RFC 3261 §18: an accepted connection serves requests the other way', async () => {
    const one = await start();
    const two = await start();
    one.transport.flowTo({ host: '127.0.0.1', port: two.port }).send(latin1Bytes(good), () => {});
    await until(() => two.seen.messages.length === 1);
    const remote = two.seen.messages[0]?.flow.remote ?? { host: '', port: 0 };
    two.transport.flowTo(remote).send(latin1Bytes(good), () => {});
    await until(() => one.seen.messages.length === 1);
    expect(one.transport.connections + two.transport.connections).toBe(2);
    expect(two.transport.counters.opened).toBe(0);
  });

  test('close resolves when every socket is closed, though a peer never ends', async () => {
    const clock = new VirtualClock();
    const { transport, port } = await start({ clock });
    const socket = connect({ host: '127.0.0.1', port, allowHalfOpen: true });
    open.push(() => socket.destroy());
    await once(socket, 'connect');
    await until(() => transport.connections === 1);
    const closed = transport.close();
    clock.advance(1_000);
    await closed;
    expect(transport.connections).toBe(0);
    expect(clock.pending).toBe(0);
  });

  test('A port in use is told by listen', async () => {
    const { port } = await start();
    await expect(tcp({ host: '127.0.0.1', port }).listen(new FlowRecorder())).rejects.toMatchObject(
      { code: 'EADDRINUSE' },
    );
  });
});
