// The DTLS of browsers' media against OpenSSL, which is its server and its client: both ends have the same keys for SRTP.
import { createSocket } from 'node:dgram';
import { execFileSync } from 'node:child_process';
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { DtlsAssociation } from '../../packages/offhook/src/media/embedded/dtls/association.ts';
import type { DtlsKeys } from '../../packages/offhook/src/media/embedded/dtls/association.ts';
import { newCertificate } from '../../packages/offhook/src/media/embedded/dtls/certificate.ts';
import { systemClock } from '../../packages/sip/src/base/clock.ts';
import { installed, Program } from '../peers/program.ts';
import { World } from '../peers/world.ts';

const srtp = [
  '-use_srtp',
  'SRTP_AES128_CM_SHA1_80',
  '-keymatexport',
  'EXTRACTOR-dtls_srtp',
  '-keymatexportlen',
  '60',
];

test.runIf(installed('openssl')).each(['ec', 'rsa'])(
  'RFC 5764 §4.2: as client of openssl s_server with a certificate of %s',
  async (kind) => {
    await using world = new World();
    const { certificate, key, fingerprint } = opensslCertificate(world.folder, kind);
    const port = await world.ports.take();
    const server = new Program(world, 'openssl', [
      ...['s_server', '-dtls1_2', '-port', String(port), '-cert', certificate, '-key', key],
      ...['-verify', '1', ...srtp],
    ]);
    await world.until('the server', () => server.output.includes('ACCEPT'));
    const keys = await handshake(world, 'client', fingerprint, port);
    await world.until('the keys of OpenSSL', () => /Keying material: \w+/.test(server.output));
    expect(material(server.output)).toBe(exported(keys.send, keys.receive));
  },
);

test.runIf(installed('openssl')).each(['ec', 'rsa'])(
  'RFC 5764 §4.2: as server of openssl s_client with a certificate of %s',
  async (kind) => {
    await using world = new World();
    const { certificate, key, fingerprint } = opensslCertificate(world.folder, kind);
    const port = await world.ports.take();
    const agreed = handshake(world, 'server', fingerprint, port);
    const client = new Program(world, 'openssl', [
      ...['s_client', '-dtls1_2', '-connect', `127.0.0.1:${port}`, '-cert', certificate],
      ...['-key', key, ...srtp],
    ]);
    const keys = await agreed;
    await world.until('the keys of OpenSSL', () => /Keying material: \w+/.test(client.output));
    expect(material(client.output)).toBe(exported(keys.receive, keys.send));
  },
);

/** One handshake over UDP; as a client with whoever is at `port`, as a server for whoever comes to it. */
async function handshake(
  world: World,
  role: 'client' | 'server',
  fingerprint: string,
  port: number,
): Promise<DtlsKeys> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => {
    socket.bind(role === 'server' ? port : 0, '127.0.0.1', resolve);
  });
  world.own({ close: () => new Promise<void>((resolve) => socket.close(() => resolve())) });
  let peer = port;
  return await new Promise((resolve, reject) => {
    const association = new DtlsAssociation({
      role,
      certificate: newCertificate(systemClock.wall()),
      fingerprints: [{ hash: 'sha-256', value: fingerprint }],
      clock: systemClock,
      send: (datagram) => socket.send(datagram, peer, '127.0.0.1'),
      connected: resolve,
      failed: (reason) => reject(new Error(reason)),
      closed: () => undefined,
    });
    socket.on('message', (datagram, from) => {
      peer = from.port;
      association.received(datagram);
    });
    association.start();
    world.own({ close: () => association.close() });
  });
}

function opensslCertificate(
  folder: string,
  kind: string,
): { readonly certificate: string; readonly key: string; readonly fingerprint: string } {
  const [certificate, key] = [path.join(folder, 'certificate.pem'), path.join(folder, 'key.pem')];
  const algorithm =
    kind === 'rsa' ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', ...algorithm, '-nodes', '-subj', '/CN=test', '-days', '2'],
      ...['-keyout', key, '-out', certificate],
    ],
    { stdio: 'ignore' },
  );
  const { raw } = new X509Certificate(readFileSync(certificate));
  const hex = createHash('sha256').update(raw).digest('hex').toUpperCase();
  return { certificate, key, fingerprint: hex.replaceAll(/(..)(?=.)/g, '$1:') };
}

function material(output: string): string {
  return /Keying material: (\w+)/.exec(output)?.[1] ?? '';
}

/** The keys as the exporter gives them: both keys, then both salts, the client's first. */
function exported(client: Uint8Array, server: Uint8Array): string {
  const parts = [
    client.subarray(0, 16),
    server.subarray(0, 16),
    client.subarray(16),
    server.subarray(16),
  ];
  return Buffer.concat(parts).toString('hex').toUpperCase();
}
