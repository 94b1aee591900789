// One call on an rtpengine: its parties are tags, and each offer and answer is one command, in the order in which they were asked for.
import { Emitter } from '@offhook/sip';
import type { Off } from '@offhook/sip';
import { isCompanion, NoCommonMedia, NoMediaLeft, receives, sends } from '@offhook/sip/sdp';
import type { SessionDescription, StreamReport } from '@offhook/sip/sdp';
import type { Bridge, BridgeEvents, PartyName, PartyProfile } from '../bridge.ts';
import { answers, heardText, Spoken } from './description.ts';
import { isFull } from './nodes.ts';
import type { Node, Nodes } from './nodes.ts';
import { answerFlags, offerFlags } from './flags.ts';
import type { NgFlags } from './flags.ts';
import { NgRefused, NgSilent } from './ng.ts';
import type { NgReply } from './ng.ts';
import { readCounted } from './report.ts';
import { KeyWays } from '../key/ways.ts';
import { Watch } from './watch.ts';

interface Party {
  readonly name: PartyName;
  readonly profile: PartyProfile;
  readonly spoken: Spoken;
  readonly ways: KeyWays;
  /** What was agreed with it the last time. */
  standing: Standing | undefined;
}

interface Standing {
  /** What it said itself. */
  readonly said: SessionDescription;
  /** The answer, whichever side gave it. */
  readonly answer: SessionDescription;
  /** Whom it hears. */
  readonly peer: PartyName;
}

/** An offer of one party to another. */
interface Asked {
  readonly from: PartyName;
  readonly to: PartyName;
  readonly offer: SessionDescription;
}

/** An offer and its answer. */
interface Answered extends Asked {
  readonly answer: SessionDescription;
}

/** How long a command of a call that stands may take, in milliseconds: nobody else can be asked. */
const patience = 900;

/** The media of one call. */
export class RtpengineBridge implements Bridge {
  readonly #nodes: Nodes;
  readonly #closed: () => void;
  /** Its call-id at rtpengine. */
  readonly call: string;
  readonly #parties = new Map<PartyName, Party>();
  /** The last offer between two parties, and the last one that was answered, by `keyOf`. */
  readonly #asked = new Map<string, Asked>();
  readonly #agreed = new Map<string, Answered>();
  readonly #events: Emitter<BridgeEvents>;
  readonly #watch: Watch;
  /** Who is kept from being heard. */
  readonly #blocked = new Set<PartyName>();
  #node: Node | undefined;
  /** Keys can be pressed: rtpengine looks into every packet then, so not before the first one. */
  #inject = false;
  /** The end of all commands so far. */
  #last: Promise<unknown> = Promise.resolve();
  #closing: Promise<ReadonlyMap<PartyName, readonly StreamReport[]>> | undefined;

  /** Made by `rtpengineBridge(…).open()`. */
  constructor(nodes: Nodes, closed: () => void) {
    this.#nodes = nodes;
    this.#closed = closed;
    const { clock, random, log } = nodes.tools;
    this.call = random.token();
    this.#events = new Emitter(log);
    this.#watch = new Watch({
      clock,
      query: async () =>
        readCounted(await this.#ask('query', {}), (name, line) => this.#codecOf(name, line)),
      isTalking: (name) => this.#isTalking(name),
      silent: (party) => this.#events.emit('silent', { party }),
      broken: (reason) => this.#break(reason),
    });
  }

  addParty(name: PartyName, profile: PartyProfile): void {
    if (this.#parties.has(name)) throw new TypeError(`There is a party ${name} already`);
    const spoken = new Spoken(profile, this.#nodes.tools.random);
    this.#parties.set(name, { name, profile, spoken, ways: new KeyWays(), standing: undefined });
  }

  removeParty(name: PartyName): void {
    this.#party(name);
    this.#parties.delete(name);
    for (const [key, { from, to }] of this.#asked)
      if (from === name || to === name) this.#asked.delete(key);
    for (const [key, { from, to }] of this.#agreed)
      if (from === name || to === name) this.#agreed.delete(key);
    if (this.#parties.size < 2) return;
    this.#inBackground(() => this.#ask('delete', { 'from-tag': name, 'delete-delay': 0 }));
  }

  offer(from: PartyName, offer: SessionDescription, to: PartyName): Promise<SessionDescription> {
    const [offerer, answerer] = [this.#party(from), this.#party(to)];
    return this.#inTurn(async () => {
      const reply = await this.#offer(offerer, offer, answerer);
      this.#asked.set(keyOf(from, to), { from, to, offer });
      return this.#spoken(answerer, reply, undefined);
    });
  }

  answer(from: PartyName, answer: SessionDescription, to: PartyName): Promise<SessionDescription> {
    const [answerer, offerer] = [this.#party(from), this.#party(to)];
    return this.#inTurn(async () => {
      const asked = this.#asked.get(keyOf(from, to));
      if (asked?.from !== to)
        throw new Error(`There is no offer of ${to} that ${from} would answer`);
      const reply = await this.#answer({ ...asked, answer }, offerer);
      const made = this.#spoken(offerer, reply, asked.offer);
      this.#agreed.set(keyOf(from, to), { ...asked, answer });
      answerer.standing = { said: answer, answer, peer: to };
      offerer.standing = { said: asked.offer, answer: made, peer: from };
      await this.#silence(from, to);
      this.#watch.start();
      return made;
    });
  }

  rollback(from: PartyName, to: PartyName): void {
    const key = keyOf(from, to);
    const agreed = this.#agreed.get(key);
    if (agreed === undefined) this.#asked.delete(key);
    else this.#inBackground(() => this.#repeat(agreed));
  }

  press(to: PartyName, key: string): void {
    if (!/^[\d*#A-D]$/.test(key)) throw new TypeError(`There is no key ${JSON.stringify(key)}`);
    const peer = this.#party(to).standing?.peer;
    const presser = peer === undefined ? undefined : this.#parties.get(peer);
    if (
      peer === undefined ||
      presser?.ways.take(key, 'info', this.#nodes.tools.clock.now()) !== true
    )
      return;
    this.#inBackground(async () => {
      const agreed = this.#agreed.get(keyOf(peer, to));
      if (!this.#inject && agreed !== undefined) {
        this.#inject = true;
        await this.#repeat(agreed);
      }
      await this.#ask('play DTMF', { 'from-tag': peer, code: key, duration: 100 });
    });
  }

  /** rtpengine saw that a party pressed a key. */
  pressed(party: PartyName, key: string): void {
    if (this.#parties.get(party)?.ways.take(key, 'event', this.#nodes.tools.clock.now()) === true)
      this.#events.emit('key', { party, key });
  }

  on<Name extends keyof BridgeEvents>(
    event: Name,
    listener: (value: BridgeEvents[Name]) => void,
  ): Off {
    return this.#events.on(event, listener);
  }

  reportTo(listener: (party: PartyName, reports: readonly StreamReport[]) => void): void {
    this.#watch.reportTo(listener);
  }

  close(): Promise<ReadonlyMap<PartyName, readonly StreamReport[]>> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<ReadonlyMap<PartyName, readonly StreamReport[]>> {
    this.#watch.stop();
    await this.#last;
    if (this.#node !== undefined) {
      await this.#watch.look();
      await this.#ask('delete', { 'delete-delay': 0 }).catch((error: unknown) =>
        this.#isLost(error),
      );
    }
    this.#closed();
    return this.#watch.counted;
  }

  async #offer(from: Party, offer: SessionDescription, to: Party): Promise<NgReply> {
    const side = { profile: to.profile, said: to.standing?.said };
    const fields = {
      'from-tag': from.name,
      'to-tag': to.name,
      sdp: heardText(offer),
      ...offerFlags(offer, side, this.#inject),
    };
    if (this.#node !== undefined) return this.#ask('offer', fields);
    const command = { command: 'offer', 'call-id': this.call, ...fields };
    const { node, reply } = await this.#nodes.offer(command);
    this.#node = node;
    return reply;
  }

  #answer({ from, to, offer, answer }: Answered, { profile }: Party): Promise<NgReply> {
    return this.#ask('answer', {
      'from-tag': from,
      'to-tag': to,
      sdp: heardText(answer),
      ...answerFlags({ profile, said: offer }, this.#inject),
    });
  }

  // rtpengine cannot take an offer back: what was agreed before it is agreed once more, and nobody is told.
  async #repeat({ from, to, offer, answer }: Answered): Promise<void> {
    const [offerer, answerer] = [this.#parties.get(from), this.#parties.get(to)];
    if (offerer === undefined || answerer === undefined) return;
    await this.#offer(offerer, offer, answerer);
    await this.#answer({ from, to, offer, answer }, offerer);
    await this.#silence(from, to);
    this.#asked.set(keyOf(from, to), { from, to, offer });
  }

  // rtpengine passes on what a party sends against what was agreed, such as music to someone who wants none: it is told not to.
  async #silence(...pair: readonly [PartyName, PartyName]): Promise<void> {
    for (const name of pair) {
      const isBlocked = !this.#mayBeHeard(name);
      if (isBlocked === this.#blocked.has(name)) continue;
      await this.#ask(isBlocked ? 'block media' : 'unblock media', { 'from-tag': name });
      if (isBlocked) this.#blocked.add(name);
      else this.#blocked.delete(name);
    }
  }

  #mayBeHeard(name: PartyName): boolean {
    const party = this.#parties.get(name)?.standing;
    const peer = party === undefined ? undefined : this.#parties.get(party.peer)?.standing;
    return (
      party?.said.media.some(({ direction }, line) => {
        const wish = peer?.said.media[line]?.direction;
        return sends(direction) && wish !== undefined && receives(wish);
      }) === true
    );
  }

  async #ask(command: string, fields: NgFlags): Promise<NgReply> {
    if (this.#node === undefined) throw new NoMediaLeft('No rtpengine has this call');
    return this.#node.client.ask({ command, 'call-id': this.call, ...fields }, patience);
  }

  #spoken(to: Party, reply: NgReply, offer: SessionDescription | undefined): SessionDescription {
    const { sdp } = reply;
    const made = typeof sdp === 'string' ? to.spoken.describe(sdp, offer) : undefined;
    if (made === undefined || (offer !== undefined && !answers(made, offer)))
      throw new NoCommonMedia('rtpengine made no description that can be used');
    return made;
  }

  #inTurn<Value>(work: () => Promise<Value>): Promise<Value> {
    if (this.#closing !== undefined)
      return Promise.reject(new NoMediaLeft('This bridge is closed'));
    const done = this.#last.then(work).catch((error: unknown) => {
      throw asRefusal(error);
    });
    this.#last = done.catch(() => undefined);
    return done;
  }

  #inBackground(work: () => Promise<unknown>): void {
    this.#inTurn(work).catch((error: unknown) => this.#isLost(error));
  }

  #isLost(error: unknown): void {
    this.#nodes.tools.log.warn('A command to rtpengine failed', {
      call: this.call,
      error: String(error),
    });
  }

  #break(reason: string): void {
    for (const party of this.#parties.keys()) this.#events.emit('broken', { party, reason });
  }

  // Only who may talk and is listened to has to be heard: a party on hold may rightly send nothing.
  #isTalking(name: PartyName): boolean {
    const party = this.#parties.get(name)?.standing;
    const peer = party === undefined ? undefined : this.#parties.get(party.peer)?.standing;
    return [party?.said, peer?.said].every(
      (said) =>
        said?.media.some(({ port, direction }) => port !== 0 && direction === 'sendrecv') === true,
    );
  }

  #codecOf(name: PartyName, line: number): string | undefined {
    const formats = this.#parties.get(name)?.standing?.answer.media[line]?.rtpFormats() ?? [];
    return formats.find((format) => !isCompanion(format))?.name;
  }

  #party(name: PartyName): Party {
    const party = this.#parties.get(name);
    if (party === undefined) throw new TypeError(`There is no party ${name}`);
    return party;
  }
}

function keyOf(one: PartyName, other: PartyName): string {
  return [one, other].toSorted().join(' ');
}

function asRefusal(error: unknown): unknown {
  if (error instanceof NgSilent) return new NoMediaLeft(error.message, { cause: error });
  if (!(error instanceof NgRefused)) return error;
  const Refusal = isFull(error) ? NoMediaLeft : NoCommonMedia;
  return new Refusal(`rtpengine says: ${error.message}`, { cause: error });
}
