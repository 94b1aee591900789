// A SIP phone of a few lines over Node.js's own WebSocket: it writes its messages by hand and answers challenges by node:crypto.
import { createHash, randomBytes } from 'node:crypto';
import type { World } from './world.ts';

/** A response as it came. */
export interface RawResponse {
  readonly status: number;
  readonly text: string;
  /** The values of a header, row by row. */
  header(name: string): readonly string[];
}

/** A connected WebSocket that speaks SIP. */
export class WebSocketPhone {
  readonly #socket: WebSocket;
  readonly #world: World;
  readonly #received: string[] = [];
  /** The subprotocol that the server chose. */
  readonly protocol: string;
  #taken = 0;

  /** Connects with these subprotocols; undefined when the server refuses. */
  static async connect(
    world: World,
    url: string,
    protocols: readonly string[] = ['sip'],
  ): Promise<WebSocketPhone | undefined> {
    const socket = new WebSocket(url, [...protocols]);
    socket.binaryType = 'arraybuffer';
    const opened = await new Promise<boolean>((resolve) => {
      socket.addEventListener('open', () => resolve(true));
      socket.addEventListener('error', () => resolve(false));
      socket.addEventListener('close', () => resolve(false));
    });
    return opened ? new WebSocketPhone(world, socket) : undefined;
  }

  private constructor(world: World, socket: WebSocket) {
    this.#world = world;
    this.#socket = socket;
    this.protocol = socket.protocol;
    socket.addEventListener('message', (event) => {
      const data: unknown = event.data;
      this.#received.push(
        typeof data === 'string' ? data : Buffer.from(data as ArrayBuffer).toString('latin1'),
      );
    });
    world.own(this);
  }

  /** Sends a message, its lines joined by CRLF and ended by an empty one. */
  send(lines: readonly string[]): void {
    this.#socket.send(`${lines.join('\r\n')}\r\n\r\n`);
  }

  /** The next final response. */
  async final(): Promise<RawResponse> {
    for (;;) {
      const text = await this.#world.until(
        'a response over WebSocket',
        () => this.#received[this.#taken],
      );
      this.#taken += 1;
      const status = Number(/^SIP\/2\.0 (\d{3}) /.exec(text)?.[1] ?? 0);
      if (status < 200) continue;
      return {
        status,
        text,
        header: (name) =>
          text
            .split('\r\n')
            .filter((line) => line.toLowerCase().startsWith(`${name.toLowerCase()}:`))
            .map((line) => line.slice(name.length + 1).trim()),
      };
    }
  }

  /** The next request of this method, as its text. */
  async request(method: string): Promise<string> {
    for (;;) {
      const text = await this.#world.until(
        `${method} over WebSocket`,
        () => this.#received[this.#taken],
      );
      this.#taken += 1;
      if (text.startsWith(`${method} `)) return text;
    }
  }

  close(): void {
    this.#socket.close();
  }
}

/** The answer to a Digest challenge with qop (RFC 7616 §3.4), for the first use of its nonce. */
export function digest(
  challenge: string,
  {
    user,
    password,
    method,
    uri,
  }: {
    readonly user: string;
    readonly password: string;
    readonly method: string;
    readonly uri: string;
  },
): string {
  const part = (name: string): string =>
    new RegExp(`[ ,]${name}=(?:"([^"]*)"|([^", ]*))`, 'i')
      .exec(challenge)
      ?.slice(1)
      .find((found) => found !== undefined) ?? '';
  const algorithm = part('algorithm') === '' ? 'MD5' : part('algorithm');
  const hash = (text: string): string =>
    createHash(algorithm === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const cnonce = randomBytes(8).toString('hex');
  const first = hash(`${user}:${part('realm')}:${password}`);
  const answer = hash(
    `${first}:${part('nonce')}:00000001:${cnonce}:auth:${hash(`${method}:${uri}`)}`,
  );
  return (
    `Digest username="${user}", realm="${part('realm')}", nonce="${part('nonce')}", uri="${uri}", ` +
    `algorithm=${algorithm}, qop=auth, nc=00000001, cnonce="${cnonce}", response="${answer}"` +
    (part('opaque') === '' ? '' : `, opaque="${part('opaque')}"`)
  );
}
