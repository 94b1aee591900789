// A TLS connection whose keys are known: what was said within it is read on as if it had been said in the clear.
import { hexToBytes } from '@noble/hashes/utils.js';
import { formatAddress } from '../../transport/address.ts';
import type { Allowance } from './allowance.ts';
import type { Direct } from './content.ts';
import type { StreamReader } from './direction.ts';
import type { ConnectionSecrets, KeyLog } from './key-log.ts';
import type { CaptureOutput } from './output.ts';
import { bodyOf, handshakeType, readClientHello, readServerHello } from './tls-hello.ts';
import type { ServerHello } from './tls-hello.ts';
import { protection12, protection13 } from './tls-protection.ts';
import { RsaExchange } from './tls-rsa-exchange.ts';
import { masterKeys } from './tls-secrets.ts';
import { TlsStream } from './tls-stream.ts';
import type { TlsStreamOwner } from './tls-stream.ts';
import { isByRsa, suiteOf, tlsVersion } from './tls-suite.ts';
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

/** What a client began, and where its hello came from. */
interface Client {
  readonly stream: TlsStream;
  readonly random: string;
  /** Follows the handshake where there are private keys. */
  readonly exchange: RsaExchange | undefined;
}

/** What both agreed on, before TLS 1.3. */
interface Agreed {
  readonly client: Client;
  readonly server: TlsStream;
  readonly suite: Suite;
  readonly hello: ServerHello;
}

const notBegun = 'it resumes a session whose beginning was not captured, which tells its key';

/** Reads both directions, from the hellos on. */
export class TlsConnection implements TlsStreamOwner {
  readonly streams: readonly [TlsStream, TlsStream];
  readonly #options: TlsOptions;
  #client: Client | undefined;
  /** The handshake whose secret the client will send for the server's private key. */
  #awaited: Agreed | undefined;
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

  handshake(from: TlsStream, type: number, message: Uint8Array): void {
    const body = bodyOf(message);
    if (type === handshakeType.clientHello) {
      const hello = readClientHello(body);
      const { server } = this.#options.keys;
      const exchange = server.size > 0 ? new RsaExchange(server, hello) : undefined;
      this.#client = { stream: from, random: hello.random, exchange };
      this.#awaited = undefined;
    }
    // RFC 7627 §3: that a server asks for a handshake is no part of it.
    if (type !== handshakeType.helloRequest) this.#client?.exchange?.heard(message);
    if (type === handshakeType.serverHello) {
      const hello = readServerHello(body);
      if (hello !== undefined && !hello.isRetry) this.#agree(from, hello);
    } else if (this.#awaited !== undefined) this.#exchanged(this.#awaited, from, type, body);
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
    if (isFirst) {
      const source = this.#awaited === undefined ? 'in the key log' : 'that a private key told';
      this.#tell(`the key ${source} does not fit it`);
    } else {
      const text = 'A record of a TLS connection was forged or damaged, and is left out.';
      this.#options.output.problem('damaged', text, this.#way(from));
    }
  }

  /** RFC 8446 §4.2.10: a client may send so before it has an answer, and that is of no use to SIP. */
  keyless(): void {
    if (this.#client === undefined || this.#hasHole)
      this.#leave('the beginning of its handshake was not captured, which tells its key');
    else if (this.#awaited !== undefined) this.#leave(notBegun);
  }

  #way(stream: TlsStream): Direct {
    const { ways } = this.#options;
    return stream === this.streams[0] ? ways[0] : ways[1];
  }

  /** Both hellos are there: the keys follow from them and from the secrets that were logged. */
  #agree(server: TlsStream, hello: ServerHello): void {
    const suite = suiteOf(hello.suite, hello.version);
    const client = this.#client;
    if (hello.version < tlsVersion.tls10 || hello.version > tlsVersion.tls13) {
      this.#leave(`its version is ${hex(hello.version)}, and TLS 1.0 to 1.3 are known`);
    } else if (suite === undefined) {
      this.#leave(`its cipher suite ${hex(hello.suite)} is not known`);
    } else if (client === undefined || client.stream === server) {
      this.keyless();
    } else {
      const secrets = this.#options.keys.find(client.random) ?? {};
      if (hello.version === tlsVersion.tls13) {
        if (!protectBy13(suite, secrets, client.stream, server)) this.#leave(this.#lack(hello));
      } else if (secrets.master !== undefined)
        prepare({ client, server, suite, hello }, secrets.master);
      else if (client.exchange !== undefined && isByRsa(hello.suite))
        this.#await({ client, server, suite, hello }, client.exchange);
      else this.#leave(this.#lack(hello));
    }
  }

  /** What has to be there to read it. */
  #lack({ suite, version }: ServerHello): string {
    if (version < tlsVersion.tls13 && isByRsa(suite))
      return 'its key is not in the key log; the private key of its server would tell it';
    return this.#options.keys.isLogged
      ? 'its key is not in the key log'
      : "its key cannot be had from the server's private key: it needs a key log";
  }

  /** RFC 5246 §7.3: the secret follows from what the client will send, or from the session that is resumed. */
  #await(agreed: Agreed, exchange: RsaExchange): void {
    const { isResumed, master } = exchange.agree(agreed.suite, agreed.hello);
    this.#awaited = agreed;
    if (master !== undefined) this.#use(agreed, master);
    else if (isResumed) this.#leave(notBegun);
  }

  #exchanged(agreed: Agreed, from: TlsStream, type: number, body: Uint8Array): void {
    const { exchange, stream } = agreed.client;
    if (from !== stream) {
      if (type === handshakeType.certificate) exchange?.certified(body);
      else if (type === handshakeType.newSessionTicket) exchange?.ticketed(body);
    } else if (type === handshakeType.clientKeyExchange) {
      const chosen = exchange?.chosen(body);
      if (chosen?.ok === true) this.#use(agreed, chosen.value);
      else if (chosen !== undefined) this.#leave(chosen.error);
    }
  }

  /** A private key told this secret, or did so before. */
  #use(agreed: Agreed, master: Uint8Array): void {
    this.#options.keys.learn(agreed.client.random, master);
    prepare(agreed, master);
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

/** RFC 5246 §6.3: each direction is encrypted once it says so. */
function prepare({ client, server, suite, hello }: Agreed, master: Uint8Array): void {
  const { random, version, encryptThenMac } = hello;
  const keys = masterKeys(suite, version, master, random, hexToBytes(client.random));
  const [ofClient, ofServer] = keys;
  client.stream.prepare(protection12(suite, ofClient, encryptThenMac));
  server.prepare(protection12(suite, ofServer, encryptThenMac));
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(4, '0')}`;
}
