// UDP on real sockets: sizes, what is not SIP, ports in use, and sends that cannot be.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import { FlowRecorder } from '../testing/recorder.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { tcp, udp, udpDrops } from './index.ts';
import type { UdpOptions, UdpTransport } from './index.ts';
import { until } from './until.test-kit.ts';

const open: { close(): unknown }[] = [];

afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
});

async function start(
  options: UdpOptions = {},
): Promise<{ transport: UdpTransport; seen: FlowRecorder; port: number }> {
  const transport = udp({ host: '127.0.0.1', ...options });
  const seen = new FlowRecorder();
  open.push(transport);
  await transport.listen(seen);
  return { transport, seen, port: transport.local?.port ?? 0 };
}

async function rawSocket(): Promise<Socket> {
  const socket = createSocket('udp4');
  let closed = false;
  socket.on('close', () => {
    closed = true;
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  open.push({ close: () => closed || new Promise<void>((resolve) => socket.close(resolve)) });
  return socket;
}

const message = 'OPTIONS sip:a SIP/2.0\r\n\r\n';

describe('udp', () => {
  test('RFC 3261 §18.1.1: the largest legal datagram arrives untruncated, and a longer one fails (C032)', async () => {
    const { transport, seen, port } = await start();
    const flow = transport.flowTo({ host: '127.0.0.1', port });
    const largest = message + 'x'.repeat(65_507 - message.length);
    flow.send(latin1Bytes(largest), () => {});
    await until(() => seen.messages.length === 1);
    expect(seen.messages[0]?.text).toBe(largest);
    const failure = await new Promise<Error>((resolve) =>
      flow.send(latin1Bytes(`${largest}x`), resolve),
    );
    expect(failure).toMatchObject({ code: 'EMSGSIZE' });
  });

  test('RFC 5626 §4.4.1: empty and CRLF datagrams are ignored, junk and STUN never reach the parser (C042, X18)', async () => {
    const { transport, seen, port } = await start();
    const socket = await rawSocket();
    for (const text of [
      '',
      '\r\n',
      '\r\n\r\n',
      '\0\x01\0\0!\x12\xa4B',
      '\x16\x03\x01',
      '{}',
      ' x',
      `\r\n${message}`,
      message,
    ]) {
      socket.send(latin1Bytes(text), port, '127.0.0.1');
    }
    await until(() => seen.messages.length === 2);
    expect(seen.messages.map(({ text }) => text)).toEqual([message, message]);
    await until(() => transport.counters.received === 9);
    expect(transport.counters).toMatchObject({ keepAlives: 3, stun: 1, dropped: 3 });
  });

  test('RFC 5626 §8: a STUN packet on the SIP port is handed up as such, with its flow (C042)', async () => {
    const { seen, port } = await start();
    const socket = await rawSocket();
    socket.send(Uint8Array.of(0, 1, 0, 0), port, '127.0.0.1');
    await until(() => seen.keepAlives.length === 1);
    const [packet] = seen.keepAlives;
    expect([...(packet?.bytes ?? [])]).toEqual([0, 1, 0, 0]);
    packet?.flow.send(Uint8Array.of(1, 1, 0, 0), () => {});
    const [answer] = await once(socket, 'message');
    expect([...Buffer.from(answer)]).toEqual([1, 1, 0, 0]);
  });

  test('A port in use is told by listen', async () => {
    const { port } = await start();
    const second = udp({ host: '127.0.0.1', port });
    open.push(second);
    await expect(second.listen(new FlowRecorder())).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('RFC 3261 §18.2.1: TCP listens on the port that UDP has (C030)', async () => {
    const { port } = await start();
    const stream = tcp({ host: '127.0.0.1', port });
    open.push(stream);
    await stream.listen(new FlowRecorder());
    expect(stream.local).toEqual({ host: '127.0.0.1', port });
  });

  test('A port in use is told by listen, though both would hear ICMP', async () => {
    const { port } = await start({ noticeUnreachable: true });
    const second = udp({ host: '127.0.0.1', port, noticeUnreachable: true });
    await expect(second.listen(new FlowRecorder())).rejects.toMatchObject({ code: 'EADDRINUSE' });
    const { port: chosen } = await start();
    await expect(
      udp({ host: '127.0.0.1', port: chosen }).listen(new FlowRecorder()),
    ).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('RFC 3261 §18.4: ICMP unreachable is told at once, for that remote alone (C040)', async () => {
    const { transport, seen } = await start();
    const other = await start();
    const socket = await rawSocket();
    const { port } = socket.address();
    const flow = transport.flowTo({ host: '127.0.0.1', port });
    flow.send(latin1Bytes(message), () => {});
    await once(socket, 'message');
    await new Promise<void>((resolve) => socket.close(resolve));
    flow.send(latin1Bytes(message), () => {});
    await until(() => seen.closings.length === 1);
    expect(seen.closings[0]).toMatchObject({
      flow: { id: flow.id },
      error: { code: 'ECONNREFUSED' },
    });
    transport.flowTo({ host: '127.0.0.1', port: other.port }).send(latin1Bytes(message), () => {});
    await until(() => other.seen.messages.length === 1);
    other.seen.messages[0]?.flow.send(latin1Bytes(message), () => {});
    await until(() => seen.messages.length === 1);
    expect(other.seen.messages[0]?.flow.remote).toEqual(transport.local);
  });

  test('Many remotes are contacted from one port, each is watched for a while, and all answers come in', async () => {
    const clock = new VirtualClock();
    const { transport, seen } = await start({ clock });
    const others = await Promise.all(Array.from({ length: 100 }, () => start({ clock })));
    for (const { port } of others)
      transport.flowTo({ host: '127.0.0.1', port }).send(latin1Bytes(message), () => {});
    await until(() => others.every((other) => other.seen.messages.length === 1));
    for (const other of others) other.seen.messages[0]?.flow.send(latin1Bytes(message), () => {});
    await until(() => seen.messages.length === 100);
    clock.advance(120_000);
    expect(clock.pending).toBe(0);
    transport
      .flowTo({ host: '127.0.0.1', port: others[0]?.port ?? 0 })
      .send(latin1Bytes(message), () => {});
    await until(() => others[0]?.seen.messages.length === 2);
  });

  test('A large receive buffer is asked for, and what the kernel grants is read back (X22)', async () => {
    const warnings: unknown[] = [];
    const log = {
      debug() {},
      info() {},
      error() {},
      warn: (_text: string, fields?: unknown) => warnings.push(fields),
    };
    const { transport } = await start({ receiveBuffer: 65_536, log });
    expect(transport.receiveBuffer).toBeGreaterThanOrEqual(65_536);
    expect(warnings).toEqual([{ bytes: transport.receiveBuffer }]);
  });

  const mayCount = existsSync('/proc/net/udp');

  test.runIf(mayCount)(
    'A stall of 200 ms at 2,000 messages a second loses none where the kernel grants 1 MiB, and what a small buffer loses is counted (X22)',
    async () => {
      const sender = await rawSocket();
      const bytes = latin1Bytes(`OPTIONS sip:a SIP/2.0\r\nX: ${'x'.repeat(472)}\r\n\r\n`);
      /** Sends without letting anything be read. */
      const burst = async (port: number, datagrams: number): Promise<void> => {
        const left = Array.from(
          { length: datagrams },
          () =>
            new Promise<void>((resolve) => {
              sender.send(bytes, port, '127.0.0.1', () => resolve());
            }),
        );
        await Promise.all(left);
      };
      const large = await start();
      await burst(large.port, 400);
      const drops = await udpDrops({ host: '127.0.0.1', port: large.port });
      if ((large.transport.receiveBuffer ?? 0) >= 1024 * 1024) expect(drops).toBe(0);
      await until(() => large.seen.messages.length === 400 - (drops ?? 0));
      const small = await start({ receiveBuffer: 4096 });
      expect(await udpDrops({ host: '127.0.0.1', port: small.port })).toBe(0);
      await burst(small.port, 400);
      const lost = (await udpDrops({ host: '127.0.0.1', port: small.port })) ?? 0;
      expect(lost).toBeGreaterThan(0);
      await until(() => small.seen.messages.length === 400 - lost);
    },
  );

  test('A name is never looked up: it fails at once', async () => {
    const { transport } = await start();
    const flow = transport.flowTo({ host: 'localhost', port: 5060 });
    expect(flow.reliable).toBe(false);
    const failure = await new Promise<Error>((resolve) => flow.send(latin1Bytes(message), resolve));
    expect(failure.message).toBe('No UDP socket here reaches localhost');
    expect(() => udp({ host: 'localhost' })).toThrow(TypeError);
  });

  test('An address of the other family fails and throws nothing', async () => {
    const { transport } = await start();
    const failure = await new Promise<Error>((resolve) =>
      transport.flowTo({ host: '::1', port: 5060 }).send(latin1Bytes(message), resolve),
    );
    expect(failure.message).toBe('No UDP socket here reaches ::1');
  });

  test('A remote that this socket cannot send to fails each send, and throws nothing', async () => {
    for (const noticeUnreachable of [true, false]) {
      const { transport } = await start({ noticeUnreachable });
      const flow = transport.flowTo({ host: '192.0.2.1', port: 5060 });
      for (let sent = 0; sent < 3; sent += 1) {
        const failure = await new Promise<Error>((resolve) =>
          flow.send(latin1Bytes(message), resolve),
        );
        expect(failure).toMatchObject({ syscall: 'send' });
      }
    }
  });

  test('A transport closes though remotes are just being contacted', async () => {
    const { transport, port } = await start();
    const failures: Error[] = [];
    for (let other = 1; other < 5; other += 1) {
      transport
        .flowTo({ host: '127.0.0.1', port: port - other })
        .send(latin1Bytes(message), (error) => failures.push(error));
    }
    await transport.close();
    transport
      .flowTo({ host: '127.0.0.1', port })
      .send(latin1Bytes(message), (error) => failures.push(error));
    await until(() => failures.length >= 1);
  });

  test('A socket on all addresses tells each peer the address that it sees', async () => {
    const { transport, seen, port } = await start({ host: '0.0.0.0' });
    expect(transport.local?.host).not.toBe('0.0.0.0');
    const socket = await rawSocket();
    socket.send(latin1Bytes(message), port, '127.0.0.1');
    await until(() => seen.messages.length === 1);
    expect(seen.messages[0]?.flow.local).toEqual({ host: '127.0.0.1', port });
    const advertised = await start({ host: '0.0.0.0', advertisedHost: '198.51.100.1' });
    expect(advertised.transport.local?.host).toBe('198.51.100.1');
  });
});
