// A TLS connection whose keys are in a key log: what was said within it is read on as if it had been said in the clear.
import { hexToBytes } from '@noble/hashes/utils.js';
import { formatAddress } from '../../transport/address.ts';
import type { Allowance } from './allowance.ts';
import type { Direct } from './content.ts';
import type { StreamReader } from './direction.ts';
import type { ConnectionSecrets, KeyLog } from './key-log.ts';
import type { CaptureOutput } from './output.ts';
import { clientRandomOf, handshakeType, readServerHello } from './tls-hello.ts';
import type { ServerHello } from './tls-hello.ts';
import { protection12, protection13 } from './tls-protection.ts';
import { masterKeys } from './tls-secrets.ts';
import { TlsStream } from './tls-stream.ts';
import type { TlsStreamOwner } from './tls-stream.ts';
import { suiteOf } from './tls-suite.ts';
import type { Suite } from './tls-suite.ts';

/** What the connection is of. */
export interface TlsOptions {
  readonly output: CaptureOutput;
  readonly allowance: Allowance;
  readonly keys: KeyLog;
  /** Who opened it comes first. */
  readonly ways: readonly [Direct, Direct];
  /** Who reads what was encrypted, in the same order. */
  readonly inner: readonly [StreamReader, StreamReader];
}

/** RFC 8446 §4.1.2: as both are written. */
const [tls12, tls13] = [0x0303, 0x0304];

/** Reads both directions, from the hellos on. */
export class TlsConnection implements TlsStreamOwner {
  readonly streams: readonly [TlsStream, TlsStream];
  readonly #options: TlsOptions;
  /** The random number of the client's hello, which came from there. */
  #client: { readonly stream: TlsStream; readonly random: string } | undefined;
  #hasHole = false;
  #isLeft = false;

  constructor(options: TlsOptions) {
    const { allowance, inner } = options;
    this.#options = options;
    this.streams = [
      new TlsStream(this, allowance, inner[0]),
      new TlsStream(this, allowance, inner[1]),
    ];
  }

  /** True when nothing more can be read of it. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  handshake(from: TlsStream, type: number, body: Uint8Array): void {
    if (type === handshakeType.clientHello) {
      this.#client = { stream: from, random: clientRandomOf(body) };
      return;
    }
    const hello = readServerHello(body);
    if (hello !== undefined && !hello.isRetry) this.#agree(from, hello);
  }

  missing(from: TlsStream, octets: number): void {
    this.#hasHole = true;
    const [event, text] =
      octets > 0
        ? ['TCP gap', `${octets} octets of a TLS connection were not captured.`]
        : ['damaged', 'What follows in a TLS connection is no record of it.'];
    this.#options.output.problem(event, text, this.#way(from));
  }

  unopened(from: TlsStream, isFirst: boolean): void {
    if (isFirst) this.#tell('the key in the key log does not fit it');
    else {
      const text = 'A record of a TLS connection was forged or damaged, and is left out.';
      this.#options.output.problem('damaged', text, this.#way(from));
    }
  }

  /** RFC 8446 §4.2.10: a client may send so before it has an answer, and that is of no use to SIP. */
  keyless(): void {
    if (this.#client === undefined || this.#hasHole)
      this.#leave('the beginning of its handshake was not captured, which tells its key');
  }

  #way(stream: TlsStream): Direct {
    const { ways } = this.#options;
    return stream === this.streams[0] ? ways[0] : ways[1];
  }

  /** Both hellos are there: the keys follow from them and from the secrets that were logged. */
  #agree(server: TlsStream, hello: ServerHello): void {
    const suite = suiteOf(hello.suite);
    if (hello.version !== tls12 && hello.version !== tls13) {
      this.#leave(`its version is ${hex(hello.version)}, and TLS 1.2 and 1.3 are known`);
    } else if (suite === undefined) {
      this.#leave(`its cipher suite ${hex(hello.suite)} is not known`);
    } else if (this.#client === undefined || this.#client.stream === server) {
      this.keyless();
    } else {
      const { stream, random } = this.#client;
      const secrets = this.#options.keys.find(random) ?? {};
      const isTold =
        hello.version === tls13
          ? protectBy13(suite, secrets, stream, server)
          : protectBy12(suite, secrets, hello, [stream, random, server]);
      if (!isTold) this.#leave('its key is not in the key log');
    }
  }

  #leave(why: string): void {
    if (this.#isLeft) return;
    this.#isLeft = true;
    for (const stream of this.streams) stream.leave();
    this.#tell(why);
  }

  #tell(why: string): void {
    const { output, ways } = this.#options;
    const [way] = ways;
    const [one, other] = [way.source, way.destination].map(formatAddress);
    output.problem(
      'encrypted',
      `The TLS connection from ${one} to ${other} could not be read: ${why}.`,
      way,
    );
  }
}

/** RFC 8446 §7.1: both directions are encrypted from here on; false when no secret is known. */
function protectBy13(
  suite: Suite,
  secrets: ConnectionSecrets,
  client: TlsStream,
  server: TlsStream,
): boolean {
  const { clientHandshake, clientTraffic, serverHandshake, serverTraffic } = secrets;
  const ofClient = protection13(suite, [clientHandshake, clientTraffic]);
  const ofServer = protection13(suite, [serverHandshake, serverTraffic]);
  if (ofClient === undefined || ofServer === undefined) return false;
  client.protect(ofClient);
  server.protect(ofServer);
  return true;
}

/** RFC 5246 §6.3: each direction is encrypted once it says so; false when the secret is not known. */
function protectBy12(
  suite: Suite,
  { master }: ConnectionSecrets,
  { random, encryptThenMac }: ServerHello,
  [client, clientRandom, server]: readonly [TlsStream, string, TlsStream],
): boolean {
  if (master === undefined) return false;
  const [ofClient, ofServer] = masterKeys(suite, master, random, hexToBytes(clientRandom));
  client.prepare(protection12(suite, ofClient, encryptThenMac));
  server.prepare(protection12(suite, ofServer, encryptThenMac));
  return true;
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}
