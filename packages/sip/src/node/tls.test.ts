// TLS on real sockets: whose certificate is taken, whose is not, and that nothing of SIP is sent before it is known.
import { once } from 'node:events';
import { connect as connectPlain, createServer as createPlain } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import { connect, createServer } from 'node:tls';
import type { TLSSocket, TlsOptions as ServerOptions } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { latin1Bytes } from '../base/bytes.ts';
import { FlowRecorder } from '../testing/recorder.ts';
import { VirtualClock } from '../testing/virtual-clock.ts';
import type { Flow } from '../transport/port.ts';
import { hasOpenssl, TestAuthority } from './certificates.test-kit.ts';
import type { TestCertificate } from './certificates.test-kit.ts';
import {
  checkedCertificate,
  readCertificate,
  tls,
  webSocketClient,
  webSocketServer,
} from './index.ts';
import type { TlsOptions, TlsTransport } from './index.ts';
import { until } from './until.test-kit.ts';

const authority = hasOpenssl ? new TestAuthority() : undefined;
const { ca = '' } = authority ?? {};
const open: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close();
});

function issue(san: string | undefined, more: object = {}): TestCertificate {
  if (authority === undefined) throw new Error('There is no openssl');
  return authority.issue({ ...(san === undefined ? {} : { san }), ...more });
}

async function start(
  options: TlsOptions = {},
): Promise<{ transport: TlsTransport; seen: FlowRecorder; port: number }> {
  const certificate =
    options.accept === false ? undefined : checkedCertificate(issue('DNS:localhost,IP:127.0.0.1'));
  const transport = tls({ host: '127.0.0.1', ca, certificate, ...options });
  const seen = new FlowRecorder();
  open.push(() => transport.close());
  await transport.listen(seen);
  return { transport, seen, port: transport.local?.port ?? 0 };
}

const good = 'OPTIONS sip:a@example.com SIP/2.0\r\nCall-ID: 1\r\nContent-Length: 0\r\n\r\n';

/** A TLS server of another make; `heard` is what it was sent inside TLS. */
async function otherServer(
  certificate: TestCertificate,
  more: ServerOptions = {},
): Promise<{ port: number; heard: () => string; sockets: TLSSocket[] }> {
  let heard = '';
  const sockets: TLSSocket[] = [];
  const server = createServer({ cert: certificate.cert, key: certificate.key, ...more });
  server.on('secureConnection', (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', (bytes: Uint8Array) => {
      heard += Buffer.from(bytes).toString('latin1');
    });
  });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, heard: () => heard, sockets };
}

/** What becomes of one message to `domain` at that port: undefined when it left. */
async function attempt(
  transport: TlsTransport,
  seen: FlowRecorder,
  remote: { readonly port: number; readonly domain?: string },
): Promise<string | undefined> {
  const before = seen.closings.length + seen.openings.length;
  let failure: Error | undefined;
  const flow = transport.flowTo({ host: '127.0.0.1', ...remote });
  flow.send(latin1Bytes(good), (error) => {
    failure = error;
  });
  await until(() => seen.closings.length + seen.openings.length > before);
  if (flow.open) return undefined;
  return String((failure as { code?: string } | undefined)?.code ?? failure?.message);
}

// 30 1e, 82 1a: a dNSName of "sip.test\0.evil.example".
const nul = Buffer.from('sip.test\0.evil.example', 'latin1');
const nulName = `DER:30:${hex(nul.length + 2)}:82:${hex(nul.length)}:${[...nul].map(hex).join(':')}`;

function hex(value: number): string {
  return value.toString(16).padStart(2, '0');
}

describe.runIf(hasOpenssl)('tls and the certificate of the peer', () => {
  test.each([
    ['the domain as URI', 'URI:sip:sip.test', 'sip.test'],
    ['the URI before all DNS values', 'DNS:other.test,URI:sip:sip.test', 'sip.test'],
    ['another letter case', 'URI:SIP:Sip.Test', 'sIP.teST'],
    ['the domain as DNS, without URI', 'DNS:first.test,DNS:sip.test', 'sip.test'],
    ['the domain as CN, without subjectAltName', undefined, 'sip.test'],
    ['an address', 'IP:127.0.0.1', '127.0.0.1'],
  ])('RFC 5922 §7.1: a certificate with %s is taken (C194)', async (_what, san, domain) => {
    const { port, heard } = await otherServer(issue(san, { cn: 'sip.test' }));
    const { transport, seen } = await start({ accept: false });
    expect(await attempt(transport, seen, { port, domain })).toBeUndefined();
    await until(() => heard() === good);
  });

  const mismatch = 'ERR_TLS_CERT_ALTNAME_INVALID';
  test.each([
    ['another name', issueOf('DNS:other.test'), mismatch],
    ['a suffix of the name', issueOf('DNS:test'), mismatch],
    ['a name below it', issueOf('DNS:a.sip.test'), mismatch],
    ['a wildcard', issueOf('DNS:*.test,URI:sip:*.test'), mismatch],
    [
      'the name as DNS beside a URI of another',
      issueOf('DNS:sip.test,URI:sip:other.test'),
      mismatch,
    ],
    ['the name of a user', issueOf('URI:sip:alice@sip.test'), mismatch],
    ['the name in a URI of another scheme', issueOf('URI:https:sip.test'), mismatch],
    ['the name as sips', issueOf('URI:sips:sip.test'), mismatch],
    ['the name before a NUL', issueOf(nulName), mismatch],
    [
      'the name as CN beside a subjectAltName',
      issueOf('DNS:other.test', { cn: 'sip.test' }),
      mismatch,
    ],
    ['two names in one value', issueOf('URI:sip:x, DNS:sip.test'), mismatch],
    ['a date that is past', issueOf('DNS:sip.test', { days: -1 }), 'CERT_HAS_EXPIRED'],
    ['no authority', issueOf('DNS:sip.test', { selfSigned: true }), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  ])(
    'RFC 5922 §7.3: a certificate with %s is refused before any byte of SIP (C194, A31)',
    async (_what, certificate, code) => {
      const { port, heard, sockets } = await otherServer(certificate());
      const { transport, seen } = await start({ accept: false });
      expect(await attempt(transport, seen, { port, domain: 'sip.test' })).toBe(code);
      await until(() => sockets.every(({ destroyed }) => destroyed));
      expect(heard()).toBe('');
    },
  );

  test('RFC 5922 §7.3: the domain of the URI counts, not the name of the host that SRV led to (C194, A31)', async () => {
    const { port, heard } = await otherServer(issue('DNS:host.provider.test,IP:127.0.0.1'));
    const { transport, seen } = await start({ accept: false });
    expect(await attempt(transport, seen, { port, domain: 'example.com' })).toBe(mismatch);
    expect(heard()).toBe('');
  });

  test('RFC 5923 §9.3: a connection to one domain is not used for another at the same address', async () => {
    const { port } = await otherServer(issue('DNS:one.test,DNS:also-one.test'));
    const { transport, seen } = await start({ accept: false });
    const first = transport.flowTo({ host: '127.0.0.1', port, domain: 'one.test' });
    expect(transport.flowTo({ host: '127.0.0.1', port, domain: 'also-one.test' })).not.toBe(first);
    await until(() => seen.openings.length === 2);
    expect(transport.flowTo({ host: '127.0.0.1', port, domain: 'also-one.test' }).open).toBe(true);
    expect(await attempt(transport, seen, { port, domain: 'two.test' })).toBe(mismatch);
    expect(transport.counters.opened).toBe(3);
    expect(transport.flowTo({ host: '127.0.0.1', port }).open).toBe(true);
  });

  test.each(['TLSv1.1', 'TLSv1'] as const)('%s is not spoken', async (version) => {
    const { port, seen } = await start();
    const socket = connect({
      port,
      host: '127.0.0.1',
      ca,
      servername: 'localhost',
      minVersion: version,
      maxVersion: version,
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    open.push(() => socket.destroy());
    const [error] = await once(socket, 'error');
    expect(String(error.code)).toMatch(/ALERT|PROTOCOL/);
    expect(seen.openings).toEqual([]);
  });
});

function issueOf(san: string, more: object = {}): () => TestCertificate {
  return () => issue(san, more);
}

describe.runIf(hasOpenssl)('tls and bad peers', () => {
  async function plainPeer(port: number): Promise<Socket & { ended?: boolean }> {
    const socket: Socket & { ended?: boolean } = connectPlain({ host: '127.0.0.1', port });
    socket.on('error', () => {});
    socket.on('close', () => {
      socket.ended = true;
    });
    socket.resume();
    open.push(() => socket.destroy());
    await once(socket, 'connect');
    return socket;
  }

  test('A handshake that is not done in 5 s is closed, however slowly it goes on (X17, A43)', async () => {
    const clock = new VirtualClock();
    const { transport, seen, port } = await start({ clock });
    const silent = await plainPeer(port);
    const slow = await plainPeer(port);
    slow.write(latin1Bytes('\x16\x03\x01'));
    await until(() => transport.connections === 2);
    clock.advance(4_999);
    expect(transport.connections).toBe(2);
    clock.advance(1);
    await until(() => silent.ended === true && slow.ended === true);
    expect(transport.connections).toBe(0);
    expect(transport.counters.unready).toBe(2);
    expect(seen.openings).toEqual([]);
    expect(clock.pending).toBe(0);
  });

  test('Handshakes count against the limit of one source (A43)', async () => {
    const { transport, port } = await start({ trusted: () => false, limits: { perSource: 3 } });
    const peers = await Promise.all([1, 2, 3, 4, 5].map(() => plainPeer(port)));
    await until(() => peers.filter(({ ended }) => ended).length === 2);
    expect(transport.connections).toBe(3);
    expect(transport.counters.refused).toBe(2);
  });

  test('Garbage, plain SIP and a peer that goes in mid-handshake cost one connection each and nothing else (X18, A44)', async () => {
    const { transport, seen, port } = await start();
    for (const text of [
      '',
      good,
      '\x16\x03\x01\x02\x00\x01',
      '\x80\x2e\x01\x00\x02',
      '\0'.repeat(2000),
    ]) {
      const peer = await plainPeer(port);
      if (text !== '') peer.write(latin1Bytes(text));
      await new Promise((resolve) => setImmediate(resolve));
      peer.resetAndDestroy();
    }
    await until(() => transport.counters.unready + transport.counters.refused === 5);
    expect(transport.connections).toBe(0);
    const { port: after } = await start({ accept: false }).then(({ transport: client }) => {
      client.flowTo({ host: '127.0.0.1', port }).send(latin1Bytes(good), () => {});
      return { port };
    });
    expect(after).toBe(port);
    await until(() => seen.messages.length === 1);
  });

  test('A server that speaks no TLS, or nothing at all, fails the send', async () => {
    const clock = new VirtualClock();
    const server = createPlain((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write(good));
      open.push(() => socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    open.push(() => server.close());
    const { port } = server.address() as AddressInfo;
    const { transport, seen } = await start({ accept: false, clock });
    expect(await attempt(transport, seen, { port, domain: 'sip.test' })).toMatch(/^ERR_SSL/);
    const mute = createPlain(() => {}).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    const { port: mutePort } = mute.address() as AddressInfo;
    open.push(() => mute.close());
    const errors: Error[] = [];
    const flow: Flow = transport.flowTo({ host: '127.0.0.1', port: mutePort });
    flow.send(latin1Bytes(good), (error) => errors.push(error));
    clock.advance(10_000);
    await until(() => errors.length === 1);
    expect(errors[0]?.message).toContain('in time');
  });
});

describe.runIf(hasOpenssl)('RFC 5923: requests back on the connection of another', () => {
  /** A request from left to right, whose flow is what right knows of the connection. */
  async function met(leftOptions: TlsOptions): Promise<{
    left: TlsTransport;
    right: TlsTransport;
    flow: Flow;
    port: number;
    seen: FlowRecorder;
  }> {
    const { transport: left, port, seen } = await start(leftOptions);
    const right = await start();
    left.flowTo({ host: '127.0.0.1', port: right.port }).send(latin1Bytes(good), () => {});
    await until(() => right.seen.messages.length === 1);
    const flow = right.seen.messages[0]?.flow;
    if (flow === undefined) throw new Error('Nothing came');
    return { left, right: right.transport, flow, port, seen };
  }

  const named = (): TlsOptions => ({
    certificate: checkedCertificate(issue('URI:sip:left.test,IP:127.0.0.1')),
  });

  test('RFC 5923 §8.2: a client that asked for it and proved its domain gets requests to that domain on its connection, and no others', async () => {
    const { right, flow, port, seen } = await met(named());
    expect(right.flowTo({ host: '127.0.0.1', port, domain: 'left.test' })).not.toBe(flow);
    await until(() => seen.openings.length === 2);
    flow.alias?.(port);
    const own = right.flowTo({ host: '127.0.0.1', port, domain: 'left.test' });
    expect(own).toBe(flow);
    own.send(latin1Bytes(good), () => {});
    await until(() => seen.messages.length === 1);
    expect(right.flowTo({ host: '127.0.0.1', port, domain: 'other.test' })).not.toBe(flow);
    expect(right.flowTo({ host: '127.0.0.1', port: port + 1, domain: 'left.test' })).not.toBe(flow);
    flow.close();
    await until(() => !flow.open);
    expect(right.flowTo({ host: '127.0.0.1', port, domain: 'left.test' })).not.toBe(flow);
  });

  test('RFC 5923 §9.2: a client without a certificate, or with one that nobody vouches for, gets none', async () => {
    const self = checkedCertificate(issue('URI:sip:left.test,IP:127.0.0.1', { selfSigned: true }));
    for (const options of [{ accept: false }, { certificate: self }]) {
      const { right, flow } = await met(options);
      flow.alias?.(5061);
      expect(right.flowTo({ host: '127.0.0.1', port: 5061, domain: 'left.test' })).not.toBe(flow);
    }
  });

  test('RFC 5923 §9.2: what we opened ourselves is not given away by what comes on it', async () => {
    const { left } = await met(named());
    const flow = left.flowTo({ host: '127.0.0.1', port: 9 });
    flow.alias?.(5061);
    expect(left.flowTo({ host: '127.0.0.1', port: 5061 })).not.toBe(flow);
  });
});

describe.runIf(hasOpenssl)('WebSocket over TLS', () => {
  test('RFC 7118 §5.2: a client that trusts the authority exchanges messages, and Via is WSS (C049)', async () => {
    const certificate = checkedCertificate(issue('DNS:localhost'));
    const server = webSocketServer({ host: '127.0.0.1', certificate });
    const seen = new FlowRecorder();
    open.push(() => server.close());
    await server.listen(seen);
    const url = `wss://localhost:${server.local?.port}/`;
    const client = webSocketClient({ url, ca });
    const heard = new FlowRecorder();
    open.push(() => client.close());
    await client.listen(heard);
    client.flowTo({ host: '', port: 0 }).send(latin1Bytes(good), () => {});
    await until(() => seen.messages.length === 1);
    expect([server.protocol, client.protocol]).toEqual(['WSS', 'WSS']);
    expect(seen.messages[0]?.flow.protocol).toBe('WSS');
    server.renew(checkedCertificate(issue('DNS:elsewhere.test')));
    seen.messages[0]?.flow.send(latin1Bytes(good), () => {});
    await until(() => heard.messages.length === 1);
    const next = webSocketClient({ url, ca });
    const lost = new FlowRecorder();
    open.push(() => next.close());
    await next.listen(lost);
    next.flowTo({ host: '', port: 0 }).send(latin1Bytes(good), () => {});
    await until(() => lost.closings.length === 1);
    expect(lost.closings[0]?.error).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' });
  });

  test('A server of another authority is refused, and hears nothing (A31)', async () => {
    const { port, heard } = await otherServer(issue('DNS:localhost', { selfSigned: true }));
    const client = webSocketClient({ url: `wss://localhost:${port}/`, ca });
    const seen = new FlowRecorder();
    open.push(() => client.close());
    await client.listen(seen);
    client.flowTo({ host: '', port: 0 }).send(latin1Bytes(good), () => {});
    await until(() => seen.closings.length === 1);
    expect(seen.closings[0]?.error).toMatchObject({ code: 'DEPTH_ZERO_SELF_SIGNED_CERT' });
    expect(heard()).toBe('');
  });

  test('Handshakes of TLS and of WebSocket have 5 s together (X17, A43)', async () => {
    const clock = new VirtualClock();
    const certificate = checkedCertificate(issue('DNS:localhost'));
    const server = webSocketServer({ host: '127.0.0.1', certificate, clock });
    open.push(() => server.close());
    await server.listen(new FlowRecorder());
    const port = server.local?.port ?? 0;
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca });
    socket.on('error', () => {});
    open.push(() => socket.destroy());
    await once(socket, 'secureConnect');
    socket.write('GET / HTTP/1.1\r\n');
    socket.resume();
    expect(server.connections).toBe(1);
    clock.advance(5_000);
    await until(() => socket.destroyed);
    expect(server.connections).toBe(0);
    expect(server.counters.unready).toBe(1);
  });
});

describe.runIf(hasOpenssl)('tls and our own certificate', () => {
  test('A renewed certificate serves new connections, and those that stand go on (S6)', async () => {
    const { transport, seen, port } = await start();
    const shown = async (): Promise<{ socket: TLSSocket; names: string | undefined }> => {
      const socket = connect({ port, host: '127.0.0.1', ca, checkServerIdentity: () => undefined });
      open.push(() => socket.destroy());
      await once(socket, 'secureConnect');
      return { socket, names: socket.getPeerCertificate().subjectaltname };
    };
    const before = await shown();
    transport.renew(checkedCertificate(issue('DNS:new.test')));
    expect((await shown()).names).toBe('DNS:new.test');
    before.socket.write(good);
    await until(() => seen.messages.length === 1);
    expect(before.names).toBe('DNS:localhost, IP Address:127.0.0.1');
  });

  test('What is wrong with a certificate file is said in plain words', async () => {
    const one = issue('DNS:one.test');
    const two = issue('DNS:two.test');
    const read = (cert: string, key: string): Promise<unknown> =>
      readCertificate({ cert, key }).catch((error: unknown) => error);
    expect(await read(one.certFile, two.keyFile)).toMatchObject({
      code: 'SIP_CERTIFICATE',
      message: `The key in ${two.keyFile} is not that of the certificate in ${one.certFile}`,
    });
    expect(await read(one.keyFile, one.keyFile)).toMatchObject({
      code: 'SIP_CERTIFICATE',
      message: `${one.keyFile} holds no certificate in PEM form`,
    });
    expect(await read(one.certFile, one.certFile)).toMatchObject({
      message: `${one.certFile} holds no private key in PEM form`,
    });
    expect(await read('/nowhere.pem', one.keyFile)).toMatchObject({ code: 'ENOENT' });
    const fine = await readCertificate({ cert: one.certFile, key: one.keyFile });
    expect(fine.covers('ONE.test')).toBe(true);
    expect(fine.covers('two.test')).toBe(false);
    expect(fine.expires).toBeGreaterThan(Date.now());
  });

  test('A listener without a certificate is a mistake of the program', () => {
    expect(() => tls({ host: '127.0.0.1' })).toThrow(TypeError);
  });
});
