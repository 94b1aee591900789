// A push service and a browser of this room's tests: what is posted to it, and what the browser makes of that.
import { createDecipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

/** A message as the push service got it. */
export interface Posted {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** A push service on loopback. */
export interface TestPushService {
  readonly origin: string;
  readonly posted: Posted[];
  /** What it answers from now on. */
  status: number;
  close(): Promise<void>;
}

/** Starts one. */
export async function testPushService(): Promise<TestPushService> {
  const posted: Posted[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      posted.push({
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(parts),
      });
      response.writeHead(service.status, { location: '/elsewhere' }).end('words');
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const service: TestPushService = {
    origin: `http://127.0.0.1:${port}`,
    posted,
    status: 201,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return service;
}

/** A browser with the keys of one subscription. */
export class TestBrowser {
  readonly keys: { readonly p256dh: string; readonly auth: string };
  readonly #ecdh = createECDH('prime256v1');
  readonly #auth = randomBytes(16);

  constructor() {
    this.keys = {
      p256dh: this.#ecdh.generateKeys().toString('base64url'),
      auth: this.#auth.toString('base64url'),
    };
  }

  /** What a message says to this browser, opened step by step as RFC 8291 §3.4 has it; throws when it is not for it. */
  open(body: Buffer): string {
    const [salt, length] = [body.subarray(0, 16), body[20] ?? 0];
    const theirs = body.subarray(21, 21 + length);
    const about = Buffer.concat([
      Buffer.from('WebPush: info\0'),
      this.#ecdh.getPublicKey(),
      theirs,
    ]);
    const secret = this.#ecdh.computeSecret(theirs);
    const shared = Buffer.from(hkdfSync('sha256', secret, this.#auth, about, 32));
    const derive = (purpose: string, octets: number): Buffer =>
      Buffer.from(hkdfSync('sha256', shared, salt, `Content-Encoding: ${purpose}\0`, octets));
    const sealed = body.subarray(21 + length);
    const opener = createDecipheriv('aes-128-gcm', derive('aes128gcm', 16), derive('nonce', 12));
    opener.setAuthTag(sealed.subarray(-16));
    const plain = Buffer.concat([opener.update(sealed.subarray(0, -16)), opener.final()]);
    if (plain.at(-1) !== 2) throw new Error('RFC 8188 §2: the last record ends with 2');
    return plain.subarray(0, -1).toString('utf8');
  }
}
