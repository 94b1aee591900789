// What opens TLS connections: the key log that one of their ends wrote (SSLKEYLOGFILE, draft-ietf-tls-keylogfile), a line for each
// secret, and private keys of servers.
import { hexToBytes } from '@noble/hashes/utils.js';
import { latin1 } from '../../base/bytes.ts';
import { PemLines } from './private-key.ts';
import { ServerKeys } from './server-keys.ts';

/** The secrets of one connection, as far as they were logged. */
export type ConnectionSecrets = { readonly [Name in SecretName]?: Uint8Array };

type SecretName = keyof typeof labels;

/** What each secret is called in the log. */
const labels = {
  /** The master secret, before TLS 1.3. */
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
 * Secrets of TLS connections, found by the random number in the client's hello, and private keys of servers, which
 * open those that agreed on their secret by RSA.
 *
 * @example
 * const reader = new CaptureReader({ keys: new KeyLog(await readFile('keys.log')) });
 */
export class KeyLog {
  readonly #connections = new Map<string, { -readonly [Name in SecretName]?: Uint8Array }>();

  readonly #pem = new PemLines();
  /** What private keys open. */
  readonly server: ServerKeys = new ServerKeys();
  #refused: string | undefined;
  #isLogged = false;

  /** A log to begin with; more can be added. */
  constructor(log?: Uint8Array) {
    if (log !== undefined) this.add(log);
  }

  /** Of how many connections something is known, and how many private keys there are. */
  get size(): number {
    return this.#connections.size + this.server.size;
  }

  /** True when a key log was among what was added. */
  get isLogged(): boolean {
    return this.#isLogged;
  }

  /** Why the last private key that could not be used could not, in words. */
  get refused(): string | undefined {
    return this.#refused;
  }

  /** Takes whole lines of a log, or of private keys in PEM; what is neither is passed over. */
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

  /** A private key told the master secret of this connection. */
  learn(clientRandom: string, master: Uint8Array): void {
    this.#connection(clientRandom).master = master;
  }

  #line(line: string): void {
    const key = this.#pem.line(line);
    if (key === true) return;
    if (key === false) this.#secret(line);
    else if (key.ok) this.server.add(key.value);
    else this.#refused = key.error;
  }

  #secret(line: string): void {
    const [, label = '', random = '', secret = ''] =
      /^([A-Z_0-9]+) ([0-9a-f]{64}) ((?:[0-9a-f]{2})+)\s*$/i.exec(line) ?? [];
    const name = names.get(label);
    if (name === undefined) return;
    this.#isLogged = true;
    this.#connection(random.toLowerCase())[name] = hexToBytes(secret);
  }

  #connection(id: string): { -readonly [Name in SecretName]?: Uint8Array } {
    const known = this.#connections.get(id) ?? {};
    if (this.#connections.has(id)) return known;
    const [oldest] = this.#connections.keys();
    if (oldest !== undefined && this.#connections.size >= connectionLimit)
      this.#connections.delete(oldest);
    this.#connections.set(id, known);
    return known;
  }
}

/** True when a key log begins with these octets, which is comments and then a line with a secret; or text with a private key. */
export function isKeyLog(bytes: Uint8Array): boolean {
  const head = latin1(bytes, 0, Math.min(bytes.length, 4096));
  return (
    /^(?:(?:#[^\n]*|[ \t\r]*)\n)*(?:CLIENT|SERVER|EXPORTER|EARLY)_[A-Z_0-9]+ [0-9a-f]{16}/i.test(
      head,
    ) || /^[\t\r\n -~]*?-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----/.test(head)
  );
}
