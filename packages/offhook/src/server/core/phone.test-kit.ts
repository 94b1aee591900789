// A phone at the server of the tests: it writes requests and answers challenges.
import { createHash } from 'node:crypto';
import type { Flow, Protocol } from '@offhook/sip';
import { headerRows } from '@offhook/sip/testing';
import type { Arrived, ScriptedPeer } from '@offhook/sip/testing';

/** Where the server listens. */
export const server = { host: '192.0.2.1', port: 5060 } as const;

/** What differs from an ordinary request. */
export interface Wish {
  readonly uri?: string;
  readonly from?: string;
  readonly to?: string;
  readonly callId?: string;
  readonly cseq?: number;
  readonly branch?: string;
  /** Whole header lines. */
  readonly headers?: readonly string[];
  readonly body?: string;
}

/** Who proves a request, with which password. */
interface Login {
  readonly user: string;
  readonly password?: string;
}

let branches = 0;

/** The world of a phone, as far as it needs one. */
interface World {
  /** Lets what was sent arrive and be answered. */
  pass(): Promise<void>;
}

/** A scripted peer that can write requests and answer challenges. */
export class Phone {
  readonly scripted: ScriptedPeer;
  readonly #world: World;
  readonly #host: string;
  /** The address that it believes to have. */
  viaHost: string;
  readonly #protocol: Protocol;
  readonly #flow: Flow | undefined;

  constructor(
    world: World,
    scripted: ScriptedPeer,
    {
      host,
      protocol,
      flow,
    }: { readonly host: string; readonly protocol: Protocol; readonly flow: Flow | undefined },
  ) {
    this.#world = world;
    this.scripted = scripted;
    this.#host = host;
    this.viaHost = host;
    this.#protocol = protocol;
    this.#flow = flow;
  }

  /** Sends a request, and returns its text. */
  send(method: string, wish: Wish = {}): string {
    branches += 1;
    const { uri = 'sip:bob@example.com', cseq = 1, callId = `call-${this.#host}` } = wish;
    const contact = this.#protocol === 'WS' ? 'df7jal23ls0d.invalid;transport=ws' : this.#host;
    const text = [
      `${method} ${uri} SIP/2.0`,
      `Via: SIP/2.0/${this.#protocol} ${this.viaHost};branch=${wish.branch ?? `z9hG4bK-${branches}`};rport`,
      'Max-Forwards: 70',
      `From: ${wish.from ?? '<sip:alice@example.com>;tag=a1'}`,
      `To: ${wish.to ?? `<${uri}>`}`,
      `Call-ID: ${callId}`,
      `CSeq: ${cseq} ${method}`,
      'User-Agent: A phone with a name that makes its requests as long as those of most phones are, which is some hundred octets',
      ...(wish.headers ?? [`Contact: <sip:phone@${contact}>`]),
      '',
      wish.body ?? '',
    ].join('\n');
    this.scripted.send(text, this.#flow ?? server);
    return text;
  }

  /** Sends a request, answers its challenge, and gives back the final response that came then. */
  async proved(method: string, login: Login, wish: Wish = {}): Promise<Arrived> {
    this.send(method, wish);
    await this.#world.pass();
    const challenge = this.scripted.take(/^SIP\/2\.0 40[17] /);
    if (method === 'INVITE') this.acknowledge(challenge, wish);
    return this.answer(challenge, method, login, wish);
  }

  /** Sends a request again with the answer to `challenge`, and gives back the first final response. */
  async answer(
    challenge: Arrived,
    method: string,
    login: Login,
    wish: Wish = {},
  ): Promise<Arrived> {
    this.sendAnswer(challenge, method, login, wish);
    await this.#world.pass();
    return this.scripted.take(/^SIP\/2\.0 [2-6]/);
  }

  /** Sends a request again with the answer to `challenge`. */
  sendAnswer(challenge: Arrived, method: string, login: Login, wish: Wish = {}): void {
    const { uri = 'sip:bob@example.com', cseq = 1 } = wish;
    const isProxy = challenge.text.startsWith('SIP/2.0 407');
    const [row = ''] = headerRows(
      challenge.text,
      isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate',
    );
    const credentials = digest(row, { ...login, method, uri });
    const contact = this.#protocol === 'WS' ? 'df7jal23ls0d.invalid;transport=ws' : this.#host;
    this.send(method, {
      ...wish,
      cseq: cseq + 1,
      headers: [
        `${isProxy ? 'Proxy-Authorization' : 'Authorization'}: ${credentials}`,
        ...(wish.headers ?? [`Contact: <sip:phone@${contact}>`]),
      ],
    });
  }

  /** ACK to a final response other than 2xx. */
  acknowledge(response: Arrived, wish: Wish = {}): void {
    const [via = ''] = headerRows(response.text, 'Via');
    const branch = /branch=([^;]*)/.exec(via)?.[1];
    const [to] = headerRows(response.text, 'To');
    this.send('ACK', {
      ...wish,
      headers: [],
      ...(branch === undefined ? {} : { branch }),
      ...(to === undefined ? {} : { to }),
    });
  }

  /** Registers `user` with its password and this contact, for an hour. */
  async register(user: string, contact?: string): Promise<Arrived> {
    const own = this.#protocol === 'WS' ? 'df7jal23ls0d.invalid;transport=ws' : this.#host;
    const aor = `<sip:${user}@example.com>`;
    return this.proved(
      'REGISTER',
      { user },
      {
        uri: 'sip:example.com',
        from: `${aor};tag=r1`,
        to: aor,
        callId: `register-${user}-${this.#host}`,
        headers: [`Contact: <${contact ?? `sip:${user}@${own}`}>`, 'Expires: 3600'],
      },
    );
  }

  /** Rings and answers every INVITE, and says 200 to whatever else comes. */
  answers(status = 200): void {
    this.scripted.when('ACK', () => undefined);
    this.scripted.when('INVITE', (invite) =>
      this.scripted.respond(invite, status, {
        headers: [`Contact: <sip:phone@${this.#host}>`, ...recordRoutes(invite)],
      }),
    );
    this.scripted.when(/^[A-Z]+ sip/, (request) => this.scripted.respond(request, 200));
  }

  /** The methods of all requests that came, in order. */
  get methods(): readonly string[] {
    return this.scripted.log.flatMap(({ text }) =>
      text.startsWith('SIP/2.0 ') ? [] : [text.slice(0, text.indexOf(' '))],
    );
  }

  /** The statuses of all responses that came, in order. */
  get statuses(): readonly number[] {
    return this.scripted.log.flatMap(({ text }) =>
      text.startsWith('SIP/2.0 ') ? [Number(text.slice(8, 11))] : [],
    );
  }
}

/** The Record-Route rows of a request, as a response repeats them. */
export function recordRoutes({ text }: Arrived): readonly string[] {
  return headerRows(text, 'Record-Route').map((value) => `Record-Route: ${value}`);
}

/** The answer to one Digest challenge with qop, by node:crypto (RFC 7616 §3.4). */
export function digest(
  challenge: string,
  {
    user,
    password = `pw-${user}`,
    method,
    uri,
    nc = '00000001',
  }: Login & { readonly method: string; readonly uri: string; readonly nc?: string },
): string {
  const part = (name: string): string =>
    new RegExp(`[ ,]${name}="?([^",]*)`).exec(challenge)?.[1] ?? '';
  const hash = (text: string): string =>
    createHash(part('algorithm') === 'SHA-256' ? 'sha256' : 'md5')
      .update(text)
      .digest('hex');
  const secret = hash(`${user}:${part('realm')}:${password}`);
  const response = hash(`${secret}:${part('nonce')}:${nc}:c0ffee:auth:${hash(`${method}:${uri}`)}`);
  return (
    `Digest username="${user}", realm="${part('realm')}", nonce="${part('nonce')}", uri="${uri}", ` +
    `algorithm=${part('algorithm')}, qop=auth, nc=${nc}, cnonce="c0ffee", response="${response}"`
  );
}
