// The key log that one end of TLS connections wrote (SSLKEYLOGFILE, draft-ietf-tls-keylogfile): a line for each secret.
import { hexToBytes } from '@noble/hashes/utils.js';
import { latin1 } from '../../base/bytes.ts';

/** The secrets of one connection, as far as they were logged. */
export type ConnectionSecrets = { readonly [Name in SecretName]?: Uint8Array };

type SecretName = keyof typeof labels;

/** What each secret is called in the log. */
const labels = {
  /** The master secret of TLS 1.2. */
  master: 'CLIENT_RANDOM',
  clientHandshake: 'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
  serverHandshake: 'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  clientTraffic: 'CLIENT_TRAFFIC_SECRET_0',
  serverTraffic: 'SERVER_TRAFFIC_SECRET_0',
} as const;

const names: ReadonlyMap<string, SecretName> = new Map([
  [labels.master, 'master'],
  [labels.clientHandshake, 'clientHandshake'],
  [labels.serverHandshake, 'serverHandshake'],
  [labels.clientTraffic, 'clientTraffic'],
  [labels.serverTraffic, 'serverTraffic'],
]);

/** So many connections are known; the oldest are forgotten first, since logs are added to for months. */
const connectionLimit = 50_000;
/** No line is longer. */
const lineLimit = 512;
const LF = 10;

/**
 * Secrets of TLS connections, found by the random number in the client's hello.
 *
 * @example
 * const reader = new CaptureReader({ keys: new KeyLog(await readFile('keys.log')) });
 */
export class KeyLog {
  readonly #connections = new Map<string, { -readonly [Name in SecretName]?: Uint8Array }>();

  /** A log to begin with; more can be added. */
  constructor(log?: Uint8Array) {
    if (log !== undefined) this.add(log);
  }

  /** Of how many connections something is known. */
  get size(): number {
    return this.#connections.size;
  }

  /** Takes the lines of a log; what is no secret of a connection is passed over. */
  add(log: Uint8Array): void {
    for (let at = 0; at < log.length;) {
      const next = log.indexOf(LF, at);
      const end = next < 0 ? log.length : next;
      if (end - at <= lineLimit) this.#line(latin1(log, at, end));
      at = end + 1;
    }
  }

  /** What is known of the connection whose client sent this random number, in hexadecimal digits. */
  find(clientRandom: string): ConnectionSecrets | undefined {
    return this.#connections.get(clientRandom);
  }

  #line(line: string): void {
    const [, label = '', random = '', secret = ''] =
      /^([A-Z_0-9]+) ([0-9a-f]{64}) ((?:[0-9a-f]{2})+)\s*$/i.exec(line) ?? [];
    const name = names.get(label);
    if (name === undefined) return;
    const id = random.toLowerCase();
    const known = this.#connections.get(id) ?? {};
    known[name] = hexToBytes(secret);
    if (this.#connections.has(id)) return;
    const [oldest] = this.#connections.keys();
    if (oldest !== undefined && this.#connections.size >= connectionLimit)
      this.#connections.delete(oldest);
    this.#connections.set(id, known);
  }
}

/** True when a key log begins with these octets: comments, then a line with a secret. */
export function isKeyLog(bytes: Uint8Array): boolean {
  const head = latin1(bytes, 0, Math.min(bytes.length, 4096));
  return /^(?:(?:#[^\n]*|[ \t\r]*)\n)*(?:CLIENT|SERVER|EXPORTER|EARLY)_[A-Z_0-9]+ [0-9a-f]{16}/i.test(
    head,
  );
}
