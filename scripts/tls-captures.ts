// Makes the captures of encrypted SIP that unit tests read: OpenSSL speaks at both ends, within Node.js and as s_client, and tshark
// records. Usage: node --conditions=offhook-source scripts/tls-captures.ts [tls|tls-old]
import { constants, createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer as createHttps } from 'node:https';
import path from 'node:path';
import { connect, createServer } from 'node:tls';
import type { SecureVersion, TLSSocket } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { WebSocket, WebSocketServer } from 'ws';
import { TestAuthority } from '../packages/sip/src/node/certificates.test-kit.ts';
import { Capture } from '../test/peers/capture.ts';
import { Program } from '../test/peers/program.ts';
import { pause, World } from '../test/peers/world.ts';

const folder = fileURLToPath(new URL('../packages/sip/src/trace/capture/golden/', import.meta.url));

/** One connection: its name becomes the Call-ID of what is said on it. */
interface Talk {
  readonly name: string;
  readonly version: SecureVersion;
  readonly cipher: string;
  readonly options?: number;
  /** Octets of a record at most. */
  readonly fragment?: number;
  /** Said again on a connection that resumes the first one. */
  readonly resumed?: boolean;
}

const noEncryptThenMac = 1 << 19;
/** As OpenSSL has it, and Node.js does not name it. */
const noExtendedMaster = 1;
const { SSL_OP_NO_TICKET: noTicket } = constants;
/** What phones and servers of the years before 2014 do. */
const plain = noEncryptThenMac | noExtendedMaster;
const talks: readonly Talk[] = [
  { name: 'tls13-aes128', version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256' },
  { name: 'tls13-aes256', version: 'TLSv1.3', cipher: 'TLS_AES_256_GCM_SHA384', resumed: true },
  { name: 'tls13-chacha', version: 'TLSv1.3', cipher: 'TLS_CHACHA20_POLY1305_SHA256' },
  { name: 'tls13-small', version: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', fragment: 512 },
  {
    name: 'tls12-aes128',
    version: 'TLSv1.2',
    cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256',
    resumed: true,
  },
  { name: 'tls12-aes256', version: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES256-GCM-SHA384' },
  { name: 'tls12-chacha', version: 'TLSv1.2', cipher: 'ECDHE-ECDSA-CHACHA20-POLY1305' },
  { name: 'tls12-cbc', version: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES128-SHA' },
  { name: 'tls12-cbc256', version: 'TLSv1.2', cipher: 'ECDHE-ECDSA-AES256-SHA384' },
  ...['ECDHE-ECDSA-AES256-SHA', 'ECDHE-ECDSA-AES128-SHA256', 'ECDHE-ECDSA-AES256-SHA384'].map(
    (cipher): Talk => ({
      name: `tls12-mac-first-${cipher.slice(12)}`,
      ...{ version: 'TLSv1.2', cipher, options: noEncryptThenMac },
    }),
  ),
];

/** Of versions and key exchanges that are found on older devices. */
const oldTalks: readonly Talk[] = [
  { name: 'tls10-ecdhe', version: 'TLSv1', cipher: 'ECDHE-RSA-AES128-SHA' },
  {
    name: 'tls10-ecdhe-mac-first',
    version: 'TLSv1',
    cipher: 'ECDHE-RSA-AES256-SHA',
    options: plain,
  },
  { name: 'tls11-ecdhe', version: 'TLSv1.1', cipher: 'ECDHE-RSA-AES256-SHA' },
  {
    name: 'tls11-ecdhe-mac-first',
    version: 'TLSv1.1',
    cipher: 'ECDHE-RSA-AES128-SHA',
    options: plain,
  },
  { name: 'tls10-rsa', version: 'TLSv1', cipher: 'AES128-SHA', resumed: true },
  { name: 'tls10-rsa-plain', version: 'TLSv1', cipher: 'AES256-SHA', options: plain },
  { name: 'tls11-rsa', version: 'TLSv1.1', cipher: 'AES128-SHA' },
  { name: 'tls12-rsa', version: 'TLSv1.2', cipher: 'AES128-GCM-SHA256', resumed: true },
  { name: 'tls12-rsa-sha384', version: 'TLSv1.2', cipher: 'AES256-GCM-SHA384' },
  {
    name: 'tls12-rsa-plain',
    ...{ version: 'TLSv1.2', cipher: 'AES256-SHA256', options: plain | noTicket, resumed: true },
  },
  { name: 'tls12-ecdhe', version: 'TLSv1.2', cipher: 'ECDHE-RSA-AES128-GCM-SHA256' },
];

/** A request, or the answer to it. */
function message(name: string, cseq: number, isAnswer = false): string {
  const body = 'Words that fill a message. '.repeat(6);
  return [
    isAnswer ? 'SIP/2.0 200 OK' : 'MESSAGE sip:bob@example.com SIP/2.0',
    `Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK-${name}-${cseq}`,
    'Max-Forwards: 70',
    'From: <sip:alice@example.com>;tag=1',
    `To: <sip:bob@example.com>${isAnswer ? ';tag=2' : ''}`,
    `Call-ID: ${name}`,
    `CSeq: ${cseq} MESSAGE`,
    ...(isAnswer ? [] : ['Content-Type: text/plain']),
    `Content-Length: ${isAnswer ? 0 : body.length}`,
    '',
    isAnswer ? '' : body,
  ].join('\r\n');
}

/** A server that answers each request. */
async function answering(port: number, talk: Talk, certificate: Certificate): Promise<() => void> {
  const server = createServer({ ...certificate, ...settings(talk) }, (socket) => {
    if (talk.fragment !== undefined) socket.setMaxSendFragment(talk.fragment);
    let text = '';
    socket.on('error', () => undefined);
    socket.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      for (let at = ends(text); at >= 0; at = ends(text)) {
        const cseq = Number(/CSeq: (\d+)/.exec(text)?.[1]);
        text = text.slice(at);
        socket.write(message(talk.name, cseq, true));
      }
    });
  });
  // RFC 5246 §7.3: a session is found again by its id where there are no tickets.
  const sessions = new Map<string, Buffer>();
  server.on('newSession', (id, session, done) => {
    sessions.set(id.toString('hex'), session);
    done();
  });
  server.on('resumeSession', (id, done) => {
    done(null, sessions.get(id.toString('hex')) ?? null);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return () => server.close();
}

/** Where the first whole message ends; negative when there is none. */
function ends(text: string): number {
  const head = text.indexOf('\r\n\r\n');
  const end = head + 4 + Number(/Content-Length: (\d+)/.exec(text)?.[1]);
  return head < 0 || end > text.length ? -1 : end;
}

type Certificate = { readonly key: string; readonly cert: string };

function settings({ version, cipher, options = 0 }: Talk): object {
  return {
    ...{ minVersion: version, maxVersion: version, rejectUnauthorized: false },
    ciphers: version === 'TLSv1.3' ? cipher : `${cipher}:@SECLEVEL=0`,
    secureOptions: options | constants.SSL_OP_NO_COMPRESSION,
  };
}

let lines: Buffer[] = [];

async function say(port: number, talk: Talk): Promise<void> {
  let session: Buffer | undefined;
  for (const round of talk.resumed === true ? [1, 2] : [1]) {
    const socket: TLSSocket = connect({ port, host: '127.0.0.1', session, ...settings(talk) });
    socket.on('keylog', (line: Buffer) => lines.push(line));
    socket.on('session', (ticket: Buffer) => {
      session = ticket;
    });
    await once(socket, 'secureConnect');
    if (round === 2 && !socket.isSessionReused()) throw new Error(`${talk.name} was not resumed`);
    if (talk.fragment !== undefined) socket.setMaxSendFragment(talk.fragment);
    for (const cseq of [1, 2, 3]) {
      socket.write(message(talk.name, round * 10 + cseq));
      await once(socket, 'data');
    }
    socket.end();
    await once(socket, 'close');
  }
}

/** What only s_client does: new keys in the middle (`K`, TLS 1.3), a new handshake in the middle (`R`, TLS 1.2). */
async function change(world: World, port: number, name: string, letter: 'K' | 'R'): Promise<void> {
  const keys = path.join(world.folder, `${name}.log`);
  const version = letter === 'K' ? '-tls1_3' : '-tls1_2';
  const client = new Program(world, 'openssl', [
    ...['s_client', '-connect', `127.0.0.1:${port}`, version, '-keylogfile', keys],
  ]);
  await client.prints(/Verify return code/);
  await pause(300);
  for (const cseq of [1, 2, 3]) {
    client.type(message(name, cseq));
    await client.prints(new RegExp(`CSeq: ${cseq} `));
    await pause(100);
    client.type(`${letter}\n`);
    await pause(300);
  }
  client.type('Q\n');
  await client.finished(5000);
  lines.push(readFileSync(keys));
}

/** SIP in WebSockets within TLS: as it is, and compressed in ways that the two agree on (RFC 7692). */
async function webSockets(world: World, certificate: Certificate): Promise<void> {
  const kinds = [
    ['wss', false],
    ['wss-deflate', { threshold: 0 }],
    [
      'wss-deflate-alone',
      { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true },
    ],
    ['wss-deflate-window', { threshold: 0, serverMaxWindowBits: 9, clientMaxWindowBits: 9 }],
  ] as const;
  for (const [name, perMessageDeflate] of kinds) {
    const port = await world.ports.take();
    const https = createHttps(certificate);
    https.on('keylog', (line: Buffer) => lines.push(line));
    https.listen(port, '127.0.0.1');
    const server = new WebSocketServer({ server: https, perMessageDeflate });
    server.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        const cseq = Number(/CSeq: (\d+)/.exec(data.toString('latin1'))?.[1]);
        socket.send(message(name, cseq, true));
      });
    });
    const client = new WebSocket(`wss://127.0.0.1:${port}/`, 'sip', {
      ...{ rejectUnauthorized: false, perMessageDeflate },
    });
    await once(client, 'open');
    for (const cseq of [1, 2, 3]) {
      client.send(message(name, cseq), { binary: cseq === 2 });
      await once(client, 'message');
    }
    client.close(1000);
    await once(client, 'close');
    server.close();
    https.close();
  }
}

/** Those talks, and what else `more` says, as a capture and a key log. */
async function record(
  name: string,
  talks: readonly Talk[],
  certificate: Certificate,
  more: (world: World) => Promise<void>,
): Promise<void> {
  await using world = new World(120_000);
  lines = [];
  const capture = await Capture.start(world, `tcp and ${world.ports.filter}`, []);
  for (const talk of talks) {
    const port = await world.ports.take();
    const close = await answering(port, talk, certificate);
    await say(port, talk);
    close();
  }
  await more(world);
  await capture.stop();
  const file = gzipSync(readFileSync(capture.file), { level: 9 });
  writeFileSync(path.join(folder, `${name}.pcapng.gz`), file);
  writeFileSync(path.join(folder, `${name}-keys.log`), Buffer.concat(lines));
}

/** A connection of s_client's, where `talk` says what the server takes. */
async function changed(
  world: World,
  talk: Talk,
  letter: 'K' | 'R',
  certificate: Certificate,
): Promise<void> {
  const port = await world.ports.take();
  const close = await answering(port, talk, certificate);
  await change(world, port, talk.name, letter);
  close();
}

const authority = new TestAuthority();
const [only] = process.argv.slice(2);
if (only !== 'tls-old') {
  const certificate = authority.issue({ san: 'IP:127.0.0.1' });
  await record('tls', talks, certificate, async (world) => {
    const new13: Talk = {
      name: 'tls13-new-keys',
      version: 'TLSv1.3',
      cipher: 'TLS_AES_128_GCM_SHA256',
    };
    const new12: Talk = {
      ...{ name: 'tls12-new-handshake', version: 'TLSv1.2' },
      cipher: 'ECDHE-ECDSA-AES128-GCM-SHA256',
    };
    await changed(world, new13, 'K', certificate);
    await changed(world, new12, 'R', certificate);
    await webSockets(world, certificate);
  });
}
if (only !== 'tls') {
  const certificate = authority.issue({ san: 'IP:127.0.0.1', rsa: true });
  await record('tls-old', oldTalks, certificate, async (world) => {
    const talk: Talk = {
      name: 'tls12-rsa-new-handshake',
      version: 'TLSv1.2',
      cipher: 'AES256-SHA',
    };
    await changed(world, talk, 'R', certificate);
  });
  const key = createPrivateKey(certificate.key).export({ type: 'pkcs8', format: 'der' });
  writeFileSync(path.join(folder, 'tls-old-key.bin'), key);
}
