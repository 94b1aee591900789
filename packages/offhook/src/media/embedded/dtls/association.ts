// One DTLS association of one call, which ends in keys for SRTP (RFC 6347, RFC 5764).
import { createECDH, randomBytes, sign } from 'node:crypto';
import type { ECDH, KeyObject } from 'node:crypto';
import { Machine } from '@offhook/sip';
import type { Clock, Figure } from '@offhook/sip';
import { suiteNamed } from '../../srtp/suite.ts';
import type { SuiteName } from '../../srtp/suite.ts';
import { isSignedBy, provenKey } from './certificate.ts';
import type { Certificate, CertificateHash } from './certificate.ts';
import { clientHandshake } from './client.figure.ts';
import type { ClientEvent, ClientState } from './client.figure.ts';
import { formatFragment, formatMessage, Fragments } from './fragments.ts';
import type { HandshakeMessage } from './fragments.ts';
import type { HandshakeAction, HandshakeTimer } from './handshake-step.ts';
import {
  curve,
  formatClientHello,
  formatServerHello,
  readClientHello,
  readCookie,
  readServerHello,
  signatureSchemes,
} from './hello.ts';
import { RecordLayer } from './records.ts';
import { masterSecret, randomLength, recordKeys, srtpKeys, verifyData } from './secrets.ts';
import type { DtlsRole } from './secrets.ts';
import { serverHandshake } from './server.figure.ts';
import type { ServerEvent, ServerState } from './server.figure.ts';
import {
  alertOf,
  contentType,
  DtlsFault,
  handshakeType,
  joined,
  octets,
  Reader,
  vector,
} from './wire.ts';

/** Keys for SRTP; each is the master key with the salt behind it. */
export interface DtlsKeys {
  readonly suite: SuiteName;
  readonly send: Uint8Array;
  readonly receive: Uint8Array;
}

/** What an association needs from around it. */
export interface DtlsOptions {
  readonly role: DtlsRole;
  readonly certificate: Certificate;
  /** Those of the peer's certificates, as its description says. */
  readonly fingerprints: readonly CertificateHash[];
  readonly clock: Clock;
  readonly send: (datagram: Uint8Array) => void;
  /** The handshake is done, and the peer is who the description says. */
  readonly connected: (keys: DtlsKeys) => void;
  /** There are no keys and there will be none; the reason in plain words. */
  readonly failed: (reason: string) => void;
  /** The peer said goodbye: it is gone, or a page that is being loaded anew. */
  readonly closed: () => void;
}

type State = ClientState | ServerState;
type Event = ClientEvent | ServerEvent;

/** Octets of a datagram of ours: what passes everywhere. */
const longestDatagram = 1200;
/** RFC 6347 §4.2.4.1 recommends a second; on a way that ICE has just proved open browsers begin as low as this. */
const firstWait = 50;
const longestWait = 4000;
/** Milliseconds for a whole handshake. */
const longestHandshake = 30_000;

interface Sent {
  readonly type: number;
  readonly epoch: 0 | 1;
  readonly message: HandshakeMessage | undefined;
}

/** One association; a client begins with `start`, a server when it is spoken to. */
export class DtlsAssociation {
  readonly #options: DtlsOptions;
  readonly #machine: Machine<State, Event, HandshakeAction, HandshakeTimer>;
  readonly #records = new RecordLayer();
  readonly #fragments = new Fragments();
  readonly #random = randomBytes(randomLength);
  readonly #transcript: Uint8Array[] = [];
  #exchange: ECDH | undefined;
  #flight: Sent[] = [];
  #sequence = 0;
  #cookie: Uint8Array = new Uint8Array(0);
  #peerRandom: Uint8Array = new Uint8Array(0);
  #srtp: SuiteName = 'AES_CM_128_HMAC_SHA1_80';
  #renegotiation = false;
  #peerKey: KeyObject | undefined;
  #asksCertificate = false;
  #shared: Uint8Array = new Uint8Array(0);
  #master: Uint8Array = new Uint8Array(0);
  #fault: DtlsFault | undefined;

  constructor(options: DtlsOptions) {
    this.#options = options;
    const isClient = options.role === 'client';
    this.#machine = new Machine<State, Event, HandshakeAction, HandshakeTimer>({
      figure: isClient ? clientFigure : serverFigure,
      start: isClient ? 'Idle' : 'Awaiting ClientHello',
      clock: options.clock,
      length: (timer, resets) =>
        timer === 'patience'
          ? longestHandshake
          : Math.min(longestWait, firstWait * 2 ** Math.min(resets, 8)),
      perform: (action) => this.#perform(action),
    });
  }

  /** True once there are keys for SRTP. */
  get isConnected(): boolean {
    return this.#machine.state === 'Connected';
  }

  /** A way to the peer is open; a client says hello. */
  start(): void {
    this.#machine.on('start');
  }

  /** Takes a datagram of the peer. What is wrong in it ends the handshake, and after that changes nothing. */
  received(datagram: Uint8Array): void {
    for (const { type, proven, content } of this.#records.read(datagram)) {
      if (type === contentType.handshake) this.#takeHandshake(content, proven);
      else if (type === contentType.alert && proven) this.#takeAlert(content);
    }
  }

  /** Says goodbye, if there is somebody to say it to. */
  close(): void {
    this.#machine.on('closed');
    this.#machine.stop();
  }

  // RFC 5246 §7.2: only proven ones count; others could be anybody's.
  #takeAlert(content: Uint8Array): void {
    const [level, description] = content;
    if (level === 2 || description === alertOf.closeNotify) this.#machine.on('peer closed');
  }

  #takeHandshake(content: Uint8Array, proven: boolean): void {
    const { messages, repeated } = this.#fragments.take(content);
    if (repeated && proven) this.#machine.on('repeated flight');
    for (const message of messages) {
      try {
        this.#take(message, proven);
      } catch (error) {
        // Node.js throws on keys and certificates that are none; whatever it is, it came from the peer.
        this.#fault =
          error instanceof DtlsFault ? error : new DtlsFault(alertOf.decodeError, String(error));
        this.#machine.on('fault');
        return;
      }
    }
  }

  // A message that the state does not await is passed over; one that it awaits is checked before the arrow is taken.
  #take(message: HandshakeMessage, proven: boolean): void {
    const { type, body } = message;
    const { state } = this.#machine;
    const awaited = (event: Event): boolean => Object.hasOwn(this.#arrows(state), event);
    const reading = (event: Event, read: () => void, covers = true): void => {
      if (!awaited(event)) return;
      read();
      if (covers) this.#transcript.push(formatMessage(message));
      this.#machine.on(event);
    };
    switch (type) {
      case handshakeType.helloVerifyRequest:
        // RFC 6347 §4.2.1: neither it nor the hello before it is part of the transcript.
        reading(
          'HelloVerifyRequest',
          () => {
            this.#cookie = readCookie(body);
            this.#transcript.length = 0;
          },
          false,
        );
        break;
      case handshakeType.clientHello:
        reading('ClientHello', () => {
          const hello = readClientHello(body);
          this.#peerRandom = hello.random;
          this.#srtp = hello.srtp;
          this.#renegotiation = hello.renegotiation;
        });
        break;
      case handshakeType.serverHello:
        reading('ServerHello', () => {
          const hello = readServerHello(body);
          this.#peerRandom = hello.random;
          this.#srtp = hello.srtp;
        });
        break;
      case handshakeType.certificate:
        reading('Certificate', () => this.#readCertificate(body));
        break;
      case handshakeType.serverKeyExchange:
        reading('ServerKeyExchange', () => this.#readServerKeyExchange(body));
        break;
      case handshakeType.certificateRequest:
        reading('CertificateRequest', () => {
          this.#asksCertificate = true;
        });
        break;
      case handshakeType.serverHelloDone:
        reading('ServerHelloDone', () => new Reader(body).end());
        break;
      case handshakeType.clientKeyExchange:
        reading('ClientKeyExchange', () => {
          const reader = new Reader(body);
          this.#shared = this.#keyExchange().computeSecret(reader.vector(1));
          reader.end();
        });
        if (this.#machine.state === 'Awaiting CertificateVerify') this.#deriveKeys();
        break;
      case handshakeType.certificateVerify:
        reading('CertificateVerify', () => this.#checkSignature(body, joined(this.#transcript)));
        break;
      case handshakeType.finished:
        // RFC 5246 §7.4.9: the first message under the new keys.
        if (proven) reading('Finished', () => this.#checkFinished(body));
        break;
    }
  }

  #readCertificate(body: Uint8Array): void {
    const reader = new Reader(body);
    const list = new Reader(reader.vector(3));
    reader.end();
    if (list.done) throw new DtlsFault(alertOf.handshakeFailure, 'The peer shows no certificate');
    this.#peerKey = provenKey(list.vector(3), this.#options.fingerprints);
  }

  // RFC 8422 §5.4: the peer's share, signed together with both randoms.
  #readServerKeyExchange(body: Uint8Array): void {
    const reader = new Reader(body);
    const [kind, named] = [reader.number(1), reader.number(2)];
    const share = reader.vector(1);
    if (kind !== 3 || named !== curve)
      throw new DtlsFault(alertOf.illegalParameter, 'The peer chose a curve that was not offered');
    const parameters = body.subarray(0, 4 + share.length);
    this.#checkSignature(
      body.subarray(parameters.length),
      joined([this.#random, this.#peerRandom, parameters]),
    );
    this.#shared = this.#keyExchange().computeSecret(share);
  }

  #checkSignature(signed: Uint8Array, content: Uint8Array): void {
    const reader = new Reader(signed);
    const scheme = reader.number(2);
    const signature = reader.vector(2);
    reader.end();
    const key = this.#peerKey;
    if (
      key === undefined ||
      !signatureSchemes.includes(scheme) ||
      !isSignedBy(key, scheme, content, signature)
    )
      throw new DtlsFault(
        alertOf.decryptError,
        'The peer does not hold the key of its certificate',
      );
  }

  #checkFinished(body: Uint8Array): void {
    const peer = this.#options.role === 'client' ? 'server' : 'client';
    const right = verifyData(this.#master, peer, joined(this.#transcript));
    if (!Buffer.from(right).equals(body))
      throw new DtlsFault(alertOf.decryptError, 'The handshake was changed on the way');
  }

  #perform(action: HandshakeAction): void {
    const { failed, connected } = this.#options;
    switch (action) {
      case 'send ClientHello':
        this.#flight = [
          this.#message(handshakeType.clientHello, formatClientHello(this.#random, this.#cookie)),
        ];
        this.#transmit();
        break;
      case 'send client flight':
        this.#sendClientFlight();
        break;
      case 'send server flight':
        this.#sendServerFlight();
        break;
      case 'send last flight':
        this.#flight = this.#ending();
        this.#transmit();
        break;
      case 'repeat flight':
        this.#transmit();
        break;
      case 'send alert':
        this.#alert(2, this.#fault?.alert ?? alertOf.handshakeFailure);
        break;
      case 'send goodbye':
        this.#alert(1, alertOf.closeNotify);
        break;
      case 'tell connected':
        connected(this.#keys());
        break;
      case 'tell failure':
        failed(this.#fault?.message ?? 'The DTLS handshake failed');
        break;
      case 'tell timeout':
        failed('The DTLS handshake was not finished in time');
        break;
      case 'tell closed':
        this.#options.closed();
        break;
    }
  }

  #sendClientFlight(): void {
    const share = this.#keyExchange().getPublicKey();
    const flight: Sent[] = [];
    if (this.#asksCertificate) flight.push(this.#ownCertificate());
    flight.push(this.#message(handshakeType.clientKeyExchange, vector(1, share)));
    this.#deriveKeys();
    if (this.#asksCertificate) {
      const signature = this.#sign(joined(this.#transcript));
      flight.push(this.#message(handshakeType.certificateVerify, signature));
    }
    this.#flight = [...flight, ...this.#ending()];
    this.#transmit();
  }

  #sendServerFlight(): void {
    const settled = { srtp: this.#srtp, renegotiation: this.#renegotiation };
    const parameters = joined([
      octets(3, 1),
      octets(curve, 2),
      vector(1, this.#keyExchange().getPublicKey()),
    ]);
    const signature = this.#sign(joined([this.#peerRandom, this.#random, parameters]));
    // RFC 5246 §7.4.4: certificates of ECDSA and RSA, whoever signed them.
    const request = joined([
      vector(1, Uint8Array.of(64, 1)),
      vector(2, ...signatureSchemes.map((each) => octets(each, 2))),
      vector(2),
    ]);
    this.#flight = [
      this.#message(handshakeType.serverHello, formatServerHello(this.#random, settled)),
      this.#ownCertificate(),
      this.#message(handshakeType.serverKeyExchange, joined([parameters, signature])),
      this.#message(handshakeType.certificateRequest, request),
      this.#message(handshakeType.serverHelloDone, new Uint8Array(0)),
    ];
    this.#transmit();
  }

  #ending(): readonly Sent[] & Sent[] {
    const body = verifyData(this.#master, this.#options.role, joined(this.#transcript));
    return [
      { type: contentType.changeCipherSpec, epoch: 0, message: undefined },
      { ...this.#message(handshakeType.finished, body), epoch: 1 },
    ];
  }

  #ownCertificate(): Sent {
    const { der } = this.#options.certificate;
    return this.#message(handshakeType.certificate, vector(3, vector(3, der)));
  }

  #sign(content: Uint8Array): Uint8Array {
    const signature = sign('sha256', content, this.#options.certificate.key);
    return joined([octets(0x0403, 2), vector(2, signature)]);
  }

  // The hello with a cookie keeps its place behind the one without.
  #message(type: number, body: Uint8Array): Sent {
    const message = { type, sequence: this.#sequence, body };
    this.#sequence += 1;
    this.#transcript.push(formatMessage(message));
    return { type: contentType.handshake, epoch: 0, message };
  }

  #transmit(): void {
    let datagram: Uint8Array[] = [];
    let size = 0;
    const flush = (): void => {
      if (size > 0) this.#options.send(joined(datagram));
      datagram = [];
      size = 0;
    };
    for (const { type, epoch, message } of this.#flight) {
      const contents = message === undefined ? [Uint8Array.of(1)] : fragmentsOf(message);
      for (const content of contents) {
        const record = this.#records.format(type, epoch, content);
        if (size + record.length > longestDatagram) flush();
        datagram.push(record);
        size += record.length;
      }
    }
    flush();
  }

  #alert(level: 1 | 2, description: number): void {
    const epoch = this.#records.hasKeys ? 1 : 0;
    const content = Uint8Array.of(level, description);
    this.#options.send(this.#records.format(contentType.alert, epoch, content));
  }

  #deriveKeys(): void {
    const { client, server } = this.#randoms();
    this.#master = masterSecret(this.#shared, joined(this.#transcript));
    const keys = recordKeys(this.#master, client, server);
    const isClient = this.#options.role === 'client';
    this.#records.useKeys(
      isClient ? keys.client : keys.server,
      isClient ? keys.server : keys.client,
    );
  }

  #keys(): DtlsKeys {
    const suite = suiteNamed(this.#srtp);
    if (suite === undefined) throw new Error('A suite of SRTP was settled that there is not');
    const lengths = { key: suite.keyLength, salt: suite.saltLength };
    const { client, server } = srtpKeys(this.#master, this.#randoms(), lengths);
    const isClient = this.#options.role === 'client';
    return {
      suite: this.#srtp,
      send: isClient ? client : server,
      receive: isClient ? server : client,
    };
  }

  #randoms(): { readonly client: Uint8Array; readonly server: Uint8Array } {
    return this.#options.role === 'client'
      ? { client: this.#random, server: this.#peerRandom }
      : { client: this.#peerRandom, server: this.#random };
  }

  #keyExchange(): ECDH {
    if (this.#exchange === undefined) {
      this.#exchange = createECDH('prime256v1');
      this.#exchange.generateKeys();
    }
    return this.#exchange;
  }

  #arrows(state: State): object {
    return this.#options.role === 'client' ? clientFigure[state] : serverFigure[state];
  }
}

function fragmentsOf(message: HandshakeMessage): readonly Uint8Array[] {
  const most = longestDatagram - 100;
  const count = Math.max(1, Math.ceil(message.body.length / most));
  return Array.from({ length: count }, (_, index) =>
    formatFragment(message, index * most, Math.min(most, message.body.length - index * most)),
  );
}

// One machine runs either figure; states and events of the other one are strays in it.
type EitherFigure = Figure<State, Event, HandshakeAction, HandshakeTimer>;
const clientFigure = { ...emptyStates(), ...clientHandshake } as EitherFigure;
const serverFigure = { ...emptyStates(), ...serverHandshake } as EitherFigure;

function emptyStates(): Record<State, object> {
  return {
    Idle: {},
    'Awaiting ClientHello': {},
    'Awaiting ServerHello': {},
    'Awaiting Certificate': {},
    'Awaiting ServerKeyExchange': {},
    'Awaiting ServerHelloDone': {},
    'Awaiting ClientKeyExchange': {},
    'Awaiting CertificateVerify': {},
    'Awaiting Finished': {},
    Connected: {},
    Failed: {},
  };
}
