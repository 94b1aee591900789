// The world of the phone's tests: a page without a browser, a server made of text, and others who call and are called.
import { expect } from 'vitest';
import { ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Answer, Arrived, Expected } from '../../packages/sip/src/testing/scripted-peer.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { settle, VirtualClock } from '../../packages/sip/src/testing/virtual-clock.ts';
import { VirtualNetwork } from '../../packages/sip/src/testing/virtual-network.ts';
import type { Address, Flow } from '../../packages/sip/src/transport/port.ts';
import type { PhoneCall } from '../../packages/web/src/model/call.ts';
import { openPhone } from '../../packages/web/src/model/open-phone.ts';
import type { Phone } from '../../packages/web/src/model/phone.ts';
import type { PhoneConfiguration } from '../../packages/web/src/model/ports.ts';
import { fromCallee, fromCaller, request, row, sdp } from '../conformance/texts.ts';
import type { RequestText } from '../conformance/texts.ts';
import { FakePage } from './page.ts';
import type { FakeMedia } from './fake-media.ts';
import type { FakeStore, FakeTab } from './fake-browser.ts';

const phoneHost = '10.0.0.1';
const serverHost = '10.0.0.9';
const contact = `Contact: <sip:peer@${serverHost}:80;transport=ws>`;

/** What `GET /api/phone` tells in the tests. */
export const configuration: PhoneConfiguration = {
  aor: `sip:alice@${serverHost}`,
  displayName: 'Alice',
  domain: serverHost,
  token: 'token-0',
  tokenExpiresAt: 0,
  webSocket: `ws://${serverHost}:80/`,
  iceServers: [],
  directory: [
    { uri: `sip:echo@${serverHost}`, name: 'Echo', says: 'sends your voice back' },
    { uri: `sip:bob@${serverHost}`, name: 'Bob' },
  ],
  pushKey: 'key',
  voicemail: `sip:alice@${serverHost}`,
  product: 'Offhook',
};

/** How a phone is opened in a test. */
export interface PhoneOptions {
  readonly store?: FakeStore | undefined;
  readonly tabs?: FakeTab | undefined;
  readonly join?: string | undefined;
  /** Before the phone asks for anything. */
  readonly before?: ((page: FakePage) => void) | undefined;
}

/** A phone in its page. */
export interface Opened {
  readonly phone: Phone;
  readonly page: FakePage;
}

/** A clock, a network, a server, and phones. */
export class PhoneWorld {
  readonly clock: VirtualClock = new VirtualClock();
  readonly network: VirtualNetwork;
  server: ScriptedPeer;
  readonly #phones: Opened[] = [];
  #serverUp: Promise<void>;
  /** Registers whoever asks. */
  registers = true;

  constructor() {
    this.network = new VirtualNetwork({ clock: this.clock, random: seededRandom(1), latency: 5 });
    this.server = this.#newServer();
    this.#serverUp = this.server.start();
  }

  /** The server is back, and knows nothing of before. */
  async restart(): Promise<void> {
    this.server = this.#newServer();
    await this.server.start();
  }

  /** Meets each SUBSCRIBE; a test that wants them sets it. */
  subscribed: (arrived: Arrived) => void = (arrived) => this.server.respond(arrived, 489);

  /** A phone that is ready, unless `before` keeps it from that. */
  async open(options: PhoneOptions = {}): Promise<Opened> {
    await this.#serverUp;
    const { clock, network } = this;
    const page = new FakePage({
      clock,
      random: seededRandom(100 + this.#phones.length),
      host: phoneHost,
      configuration,
      transport: () =>
        Object.assign(network.transport('WS', phoneHost), { drop: () => network.cut(phoneHost) }),
      store: options.store,
      tabs: options.tabs,
    });
    options.before?.(page);
    const opened = { phone: await openPhone(page, options.join), page };
    this.#phones.push(opened);
    await this.elapse(100);
    return opened;
  }

  /** The page goes in order. */
  async close({ phone }: Opened): Promise<void> {
    const closing = phone.close();
    await this.elapse(3000);
    await closing;
  }

  /** Lets time pass. */
  elapse(milliseconds: number): Promise<void> {
    return this.clock.elapse(milliseconds);
  }

  /** The phone calls `target`; the one who is called. */
  async call({ phone }: Opened, target = 'bob'): Promise<Called> {
    const call = phone.call(target);
    if (call === undefined) throw new Error(`${target} cannot be called`);
    await this.elapse(50);
    return new Called(this, call, this.server.take('INVITE'));
  }

  /** The phone calls `target`, who answers. */
  async talk(opened: Opened, target = 'bob'): Promise<Called> {
    const called = await this.call(opened, target);
    await called.answer();
    expect(called.call.phase.value.is).toBe('up');
    return called;
  }

  /** Somebody calls the phone. */
  async ring(
    { phone }: Opened,
    text: RequestText & { readonly name?: string } = {},
  ): Promise<Caller> {
    this.#callers += 1;
    const callId = text.callId ?? `to-us-${this.#callers}`;
    const invite = request(this.server.address, {
      uri: 'sip:alice@10.0.0.1',
      via: this.#via(),
      from: `${text.name ?? '"Carol Jones"'} <sip:carol@${serverHost}>;tag=carol-${this.#callers}`,
      to: `<sip:alice@${serverHost}>`,
      contact: `<sip:peer@${serverHost}:80;transport=ws>`,
      body: sdp(),
      ...text,
      callId,
    });
    this.send(invite);
    await this.elapse(50);
    const call = phone.calls.value.find((one) => one.callId.value === callId);
    return new Caller(this, call, callId, invite);
  }

  /** The server sends a request to the phone, over the connection on which it registered last. */
  send(text: string, flow: Flow | undefined = this.flow): void {
    if (flow === undefined) throw new Error('No phone has registered');
    this.server.send(text, flow);
  }

  /** A request of the server's outside of any call. */
  request(text: RequestText): string {
    return request(this.server.address, { via: this.#via(), uri: 'sip:alice@10.0.0.1', ...text });
  }

  via(): string {
    return this.#via();
  }

  /** The connection of the last REGISTER. */
  get flow(): Flow | undefined {
    return this.server.log.findLast(({ text }) => text.startsWith('REGISTER'))?.flow;
  }

  get address(): Address {
    return this.server.address;
  }

  /** The REGISTERs that came. */
  get registrations(): readonly Arrived[] {
    return this.server.log.filter(({ text }) => text.startsWith('REGISTER'));
  }

  /** Everything is closed, and nothing is left. */
  async end(): Promise<void> {
    const closing = Promise.all(this.#phones.map(({ phone }) => phone.close()));
    await this.elapse(3000);
    await closing;
    await this.elapse(60_000);
    await settle();
    expect(this.clock.pending).toBe(0);
  }

  #callers = 0;
  #branches = 0;

  #newServer(): ScriptedPeer {
    const transport = this.network.transport('WS', serverHost, 80);
    const server = new ScriptedPeer({ clock: this.clock, transport });
    server.when(
      (text) => this.registers && text.startsWith('REGISTER'),
      (arrived) => this.#register(arrived),
    );
    // What nobody asked for: those who watch are told that there is nothing to see.
    server.when('SUBSCRIBE', (arrived) => this.subscribed(arrived));
    return server;
  }

  #via(): string {
    this.#branches += 1;
    return `SIP/2.0/WS ${serverHost}:80;branch=z9hG4bK-phone-${this.#branches}`;
  }

  #register(arrived: Arrived): void {
    const asked = row(arrived, 'Contact');
    const expires = /expires=(\d+)/.exec(asked)?.[1] ?? '600';
    this.server.respond(arrived, 200, {
      headers: expires === '0' ? [] : [`Contact: ${asked.replace(/;expires=\d+/, '')};expires=600`],
      toTag: 'registrar',
    });
  }
}

/** A peer of a call in the hands of a test. */
abstract class Peer {
  readonly world: PhoneWorld;
  #cseq = 100;
  protected constructor(world: PhoneWorld) {
    this.world = world;
  }

  abstract get callId(): string;
  protected abstract text(text: RequestText): string;

  /** The next message of this call that fits. */
  take(expected: RegExp | string): Arrived {
    return this.world.server.take(this.#ofThisCall(expected));
  }

  /** Whether such a message waits. */
  has(expected: RegExp | string): boolean {
    const fits = this.#ofThisCall(expected);
    return this.world.server.untaken.some(({ text }) => typeof fits === 'function' && fits(text));
  }

  respond(arrived: Arrived, status: number, answer: Answer = {}): void {
    const headers = [
      contact,
      ...(answer.body === undefined ? [] : ['Content-Type: application/sdp']),
    ];
    this.world.server.respond(arrived, status, {
      ...answer,
      headers: [...headers, ...(answer.headers ?? [])],
    });
  }

  /** A request of the peer's in the call. */
  async say(method: string, text: RequestText = {}): Promise<void> {
    this.#cseq += 1;
    const via = this.world.via();
    const where = `<sip:peer@${serverHost}:80;transport=ws>`;
    this.world.send(
      this.text({ method, via, cseq: this.#cseq, contact: where, ...text }),
      this.#flow,
    );
    await this.world.elapse(30);
  }

  /** Takes a re-INVITE and agrees, with `direction`. */
  async agree(direction: string, version = 2): Promise<Arrived> {
    const invite = this.take('INVITE');
    this.respond(invite, 200, { body: sdp({ direction, version }) });
    await this.world.elapse(30);
    this.take('ACK');
    return invite;
  }

  async hangUp(): Promise<void> {
    await this.say('BYE');
    this.take(/^SIP\/2\.0 200/);
  }

  /** The connection on which the phone spoke last in this call. */
  get #flow(): Flow | undefined {
    const fits = this.#ofThisCall(/./);
    return this.world.server.log.findLast(({ text }) => fits(text))?.flow;
  }

  #ofThisCall(expected: RegExp | string): Extract<Expected, (text: string) => boolean> {
    return (text) =>
      row({ text }, 'Call-ID') === this.callId &&
      (typeof expected === 'string' ? text.startsWith(expected) : expected.test(text));
  }
}

/** Somebody whom the phone called. */
export class Called extends Peer {
  readonly call: PhoneCall;
  readonly invite: Arrived;

  constructor(world: PhoneWorld, call: PhoneCall, invite: Arrived) {
    super(world);
    this.call = call;
    this.invite = invite;
  }

  get callId(): string {
    return row(this.invite, 'Call-ID');
  }

  protected text(text: RequestText): string {
    return fromCallee(this.world.address, this.invite, text);
  }

  async ringBack(status = 180, body?: string): Promise<void> {
    this.respond(this.invite, status, { body });
    await this.world.elapse(30);
  }

  async answer(): Promise<void> {
    this.respond(this.invite, 200, { body: sdp() });
    await this.world.elapse(50);
    this.take('ACK');
  }

  async refuse(status: number, headers: readonly string[] = []): Promise<void> {
    this.respond(this.invite, status, { headers });
    await this.world.elapse(50);
  }
}

/** Somebody who called the phone. */
export class Caller extends Peer {
  readonly callId: string;
  readonly invite: string;
  readonly #call: PhoneCall | undefined;
  #accepted: Arrived | undefined;

  constructor(world: PhoneWorld, call: PhoneCall | undefined, callId: string, invite: string) {
    super(world);
    this.#call = call;
    this.callId = callId;
    this.invite = invite;
  }

  get call(): PhoneCall {
    if (this.#call === undefined) throw new Error('The phone shows no such call');
    return this.#call;
  }

  protected text(text: RequestText): string {
    if (this.#accepted === undefined) throw new Error('The phone has not answered');
    return fromCaller(this.world.address, this.#accepted, text);
  }

  /** Our user answers; the caller acknowledges. */
  async answered(): Promise<void> {
    await this.world.elapse(50);
    this.#accepted = this.take(/^SIP\/2\.0 200/);
    await this.say('ACK', { cseq: 1 });
  }

  async cancel(headers: readonly string[] = []): Promise<void> {
    const branch = /branch=([^\s;]+)/.exec(this.invite)?.[1] ?? '';
    this.world.send(
      this.invite
        .split('\n\n')[0]
        ?.replace(/^INVITE/, 'CANCEL')
        .replace('CSeq: 1 INVITE', 'CSeq: 1 CANCEL')
        .split('\n')
        .filter((line) => !/^(?:Contact|Content-Type)/.test(line))
        .concat(headers, '', '')
        .join('\n') ?? branch,
    );
    await this.world.elapse(50);
  }
}

/** Runs `act` in a world of its own, and looks that nothing is left of it. */
export async function inPhoneWorld(act: (world: PhoneWorld) => Promise<void>): Promise<void> {
  const world = new PhoneWorld();
  await act(world);
  await world.end();
}

/** The newest media of a page. */
export function lastMedia({ page }: Opened): FakeMedia {
  const media = page.sessions.at(-1);
  if (media === undefined) throw new Error('No call has media');
  return media;
}
