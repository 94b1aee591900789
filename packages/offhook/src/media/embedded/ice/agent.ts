// A full ICE agent for one component, without its sockets: datagrams and ticks go in with the time, datagrams come out (RFC 8445).
import { randomBytes } from 'node:crypto';
import { hasIntegrity, parseStun, provenAttributes } from '@offhook/sip/stun';
import type { StunMac, StunMessage } from '@offhook/sip/stun';
import type { IceAgentOptions, IceBase, RemoteCandidate } from './agent-options.ts';
import { newIceSide } from './credentials.ts';
import type { IceSide } from './credentials.ts';
import { firstWait, IceGeneration } from './generation.ts';
import type { Transaction } from './generation.ts';
import {
  binding,
  checkedNames,
  errorCodeOf,
  formatCheck,
  formatCheckAnswer,
  formatCheckError,
  readCheck,
  strangeAttributes,
} from './messages.ts';
import type { HeardCheck, IceRole } from './messages.ts';
import { candidatePriority, comparePairs } from './pair.ts';
import type { CheckedPair } from './pair.ts';

/** RFC 8445 §14.2: milliseconds between two checks that are sent. */
const pace = 20;
/** RFC 8489 §6.2.1: how often is sent, and the last wait in first waits. */
const mostTries = 7;
const lastWaits = 16;
/** Milliseconds in which some pair must have worked: as long as one request is repeated. */
const longestSearch = 40_000;
/** How long the controlling side waits for a better pair than the one that works. */
const nominationPatience = 150;
/** RFC 7675 §5.1: a request each five seconds or so, and consent for thirty. */
const consentInterval = 5000;
const consentLasts = 30_000;
/** A pair that gave no answer for longer than between two requests has missed one. */
const missedConsent = 6500;
/** A wanted pair takes over from a better one that was quiet for so long: the peer's address translator moved it. */
const quiet = 500;
/** How long packets are still taken by the pairs of before a restart: some are under way. */
const farewell = 3000;

/** Names of ours that are remembered, and early checks. */
const mostNames = 4;
const mostEarly = 20;

/** A full ICE agent. Times are milliseconds of one monotonic clock. */
export class IceAgent {
  readonly #options: IceAgentOptions;
  readonly #bases = new Map<number, IceBase>();
  readonly #tieBreaker = randomBytes(8).readBigUInt64BE();
  #role: IceRole;
  #current = new IceGeneration(newIceSide());
  /** The generation before a restart; it carries packets until the new one has a pair. */
  #before: IceGeneration | undefined;
  /** The HMACs of our names, those of some restarts ago too: browsers may go on checking with them. */
  readonly #macs = new Map<string, StunMac>();
  /** Proven checks from before the description that explains them. */
  readonly #early: EarlyCheck[] = [];
  #used: CheckedPair | undefined;
  #nextCheckAt = 0;
  #nominateAt = Infinity;
  #nextNominationAt = 0;
  #nextConsentAt = Infinity;
  #consentUntil = Infinity;
  #forgetAt = Infinity;
  #failed = false;
  #dropped = 0;

  constructor(options: IceAgentOptions) {
    this.#options = options;
    this.#role = options.role;
    this.#know(this.#current);
  }

  /** Our name and password now. */
  get local(): IceSide {
    return this.#current.local;
  }

  /** The peer's name and password now. */
  get remote(): IceSide | undefined {
    return this.#current.remote;
  }

  /** The pair by which packets go; undefined as long as none was checked. */
  get pair(): CheckedPair | undefined {
    return this.#used;
  }

  /** True while a restart has led to no pair yet, and packets go by that of before. */
  get isRestarting(): boolean {
    return this.#before !== undefined && this.#current.selected === undefined;
  }

  /** STUN messages that proved nothing, and answers that nobody waits for. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Another place of ours. */
  addBase(number: number, base: IceBase): void {
    this.#bases.set(number, base);
  }

  /** Takes the role of the one who made the first offer, or of the other (RFC 8445 §6.1.1). */
  play(role: IceRole): void {
    if (this.#used === undefined) this.#role = role;
  }

  /** Names of ours change; what is in use stays so until the new ones lead to a pair (RFC 8445 §9). */
  restart(): void {
    if (this.#current.selected !== undefined || this.#before === undefined) {
      this.#before = this.#current;
      this.#before.transactions.clear();
      this.#before.triggered.length = 0;
    }
    this.#current = new IceGeneration(newIceSide());
    this.#know(this.#current);
    this.#nominateAt = Infinity;
    this.#forgetAt = Infinity;
    this.#failed = false;
  }

  /** The restart was refused: the names of before are in force again. */
  takeBackRestart(): void {
    if (this.#before === undefined || this.#current.selected !== undefined) return;
    this.#current = this.#before;
    this.#before = undefined;
  }

  /** The peer told its names; checks start. */
  meet(remote: IceSide, now: number): void {
    this.#current.meet(remote, now);
    for (const heard of this.#early.splice(0))
      if (heard.theirs === remote.ufrag) this.#follow(heard, now);
  }

  /** The peer may be reached here too. */
  addCandidate({ host, port, priority }: RemoteCandidate): void {
    const family = host.includes(':') ? 6 : 4;
    for (const [base, { type, family: ours }] of this.#bases) {
      if (ours !== family) continue;
      this.#current.add({
        base,
        host,
        port,
        localPriority: candidatePriority(type, base),
        remotePriority: priority,
      });
    }
  }

  /** Whether packets from there come by a pair that was checked, in either generation (C198). */
  isChecked(base: number, host: string, port: number): boolean {
    const used = this.#used;
    if (used?.port === port && used.host === host && used.base === base) return true;
    const pair = this.#current.find(base, host, port) ?? this.#before?.find(base, host, port);
    return pair?.state === 'Succeeded';
  }

  /** Something authentic other than a check came from there: the peer may have moved, which a check will tell. */
  heard(base: number, host: string, port: number, now: number): void {
    const used = this.#used;
    if (used?.port === port && used.host === host && used.base === base) {
      used.heardAt = now;
      return;
    }
    if (this.#current.remote === undefined || this.#current.find(base, host, port)) return;
    this.#trigger(this.#learn(base, host, port, candidatePriority('prflx', 0)), now);
  }

  /** Takes a datagram that begins like STUN. */
  received(bytes: Uint8Array, base: number, host: string, port: number, now: number): void {
    const message = parseStun(bytes);
    if (message?.method !== binding || !this.#bases.has(base)) this.#dropped += 1;
    else if (message.class === 'request') this.#asked(bytes, message, { base, host, port }, now);
    else if (message.class !== 'indication')
      this.#answered(bytes, message, { base, host, port }, now);
  }

  /** Sends what is due. */
  tick(now: number): void {
    if (this.#failed) return;
    this.#repeat(this.#current, now);
    if (now >= this.#forgetAt) {
      this.#before = undefined;
      this.#forgetAt = Infinity;
    }
    if (now >= this.#nextCheckAt && this.#current.remote !== undefined) {
      const pair = this.#current.next();
      if (pair !== undefined) {
        this.#nextCheckAt = now + pace;
        this.#send(pair, 'check', now);
      }
    }
    this.#nominate(now);
    this.#followMoved(now);
    this.#askConsent(now);
    const { selected, remote, startedAt } = this.#current;
    const searches = remote !== undefined && selected === undefined && this.#used === undefined;
    if (searches && now - startedAt > longestSearch) this.#fail('No way to the peer was found');
  }

  // RFC 8445 §7.3, in the order of RFC 8489 §9.1.3.
  #asked(bytes: Uint8Array, message: StunMessage, from: Place, now: number): void {
    const names = hasIntegrity(message) ? checkedNames(message.attributes) : undefined;
    if (names === undefined) return this.#refuse(message, from, 400);
    const mac = this.#macs.get(names.ours);
    const proven = mac && provenAttributes(bytes, message, mac);
    if (mac === undefined || proven === undefined) return this.#refuse(message, from, 401);
    const strange = strangeAttributes(proven);
    if (strange.length > 0) {
      this.#reply(formatCheckError(message.transaction, 420, { mac, strange }), from);
      return undefined;
    }
    const check = readCheck(proven);
    if (this.#isConflict(check)) {
      this.#reply(formatCheckError(message.transaction, 487, { mac }), from);
      return undefined;
    }
    const answer = formatCheckAnswer(message.transaction, from, mac);
    if (answer === undefined) return undefined;
    this.#reply(answer, from);
    const heard: EarlyCheck = {
      ...from,
      ...names,
      priority: check.priority ?? candidatePriority('prflx', 0),
      nominates: check.nominates && this.#role === 'controlled',
    };
    this.#follow(heard, now);
    return undefined;
  }

  /**
   * A proven check leads to a pair of the generation to which the peer's name in it belongs. Ours may be an older one: browsers
   * that restart begin to check with the names that they know. A name that we do not know yet will come in a description.
   */
  #follow(heard: EarlyCheck, now: number): void {
    const { base, host, port, ours, theirs, priority, nominates } = heard;
    const old = this.#before?.remote?.ufrag === theirs ? this.#before : undefined;
    if (this.#current.remote?.ufrag !== theirs) {
      const pair = old?.find(base, host, port);
      if (pair !== undefined) pair.heardAt = now;
      else if (old === undefined && this.#early.length < mostEarly) this.#early.push(heard);
      return;
    }
    const pair = this.#current.find(base, host, port) ?? this.#learn(base, host, port, priority);
    if (pair === undefined) return;
    pair.heardAt = now;
    pair.ours = ours;
    if (nominates) pair.wanted = true;
    // RFC 8445 §7.3.1.4, §7.3.1.5.
    if (pair.state === 'Succeeded') this.#settle(pair, now);
    else this.#trigger(pair, now);
  }

  // RFC 8445 §7.3.1.1; true when the peer is to change its role, false when all is well or we changed ours.
  #isConflict({ role, tieBreaker }: HeardCheck): boolean {
    if (role !== this.#role) return false;
    const wins = this.#tieBreaker >= tieBreaker;
    if (role === 'controlling' ? wins : !wins) return true;
    this.#role = role === 'controlling' ? 'controlled' : 'controlling';
    return false;
  }

  #answered(bytes: Uint8Array, message: StunMessage, from: Place, now: number): void {
    const id = Buffer.from(message.transaction).toString('base64');
    const generation = [this.#current, this.#before].find((each) => each?.transactions.has(id));
    const transaction = generation?.transactions.get(id);
    const mac = generation?.remoteMac;
    const proven = mac && provenAttributes(bytes, message, mac);
    if (generation === undefined || transaction === undefined || proven === undefined) {
      this.#dropped += 1;
      return;
    }
    const { pair } = transaction;
    generation.transactions.delete(id);
    // RFC 8445 §7.2.5.2.1: an answer from elsewhere than asked.
    const elsewhere = pair.base !== from.base || pair.host !== from.host || pair.port !== from.port;
    if (elsewhere) {
      generation.take(pair, 'refused', now);
      return;
    }
    if (message.class === 'error')
      this.#wasRefused(generation, transaction, errorCodeOf(proven), now);
    else this.#succeeded(generation, transaction, now);
  }

  #wasRefused(
    generation: IceGeneration,
    transaction: Transaction,
    code: number | undefined,
    now: number,
  ): void {
    const { pair, kind, role } = transaction;
    if (code !== 487) {
      if (kind === 'check') generation.take(pair, 'refused', now);
      return;
    }
    if (this.#role === role) this.#role = role === 'controlling' ? 'controlled' : 'controlling';
    generation.take(pair, 'role conflict', now);
  }

  #succeeded(generation: IceGeneration, transaction: Transaction, now: number): void {
    const { pair, kind } = transaction;
    pair.heardAt = now;
    if (kind === 'consent') {
      if (pair === this.#used) this.#consentUntil = now + consentLasts;
      return;
    }
    generation.take(pair, 'answered', now);
    if (kind === 'nomination') pair.wanted = true;
    if (generation === this.#current) this.#settle(pair, now);
  }

  // A pair works. Which one is used: that which is nominated; before that, and without one of a generation before, the best.
  #settle(pair: CheckedPair, now: number): void {
    const current = this.#current;
    const { selected } = current;
    if (pair.wanted) {
      pair.nominated = true;
      const better = selected === undefined || comparePairs(pair, selected) < 0;
      const moved = selected !== undefined && now - selected.heardAt > quiet;
      if (better || moved) {
        if (selected === undefined) this.#forgetAt = now + farewell;
        current.selected = pair;
      }
    } else if (this.#role === 'controlling' && selected === undefined) {
      this.#nominateAt = Math.min(this.#nominateAt, now + nominationPatience);
    }
    const used = current.selected ?? (this.#before?.selected && this.#used) ?? current.valid();
    if (used === undefined || used === this.#used) return;
    this.#used = used;
    this.#consentUntil = now + consentLasts;
    this.#nextConsentAt = now + this.#consentWait();
    this.#options.selected();
  }

  // RFC 8445 §8.1.1: one pair is nominated, when nothing better is to be expected or patience is over.
  #nominate(now: number): void {
    if (this.#nominateAt === Infinity || this.#role !== 'controlling') return;
    const best = this.#current.valid();
    if (best === undefined || this.#current.selected !== undefined) {
      this.#nominateAt = Infinity;
      return;
    }
    if (now < this.#nominateAt && this.#current.awaitsBetter(best)) return;
    this.#nominateAt = Infinity;
    this.#send(best, 'nomination', now);
  }

  // The peer does not answer where it was, but is heard from another place: it moved, and who decides says so.
  #followMoved(now: number): void {
    const { selected, pairs } = this.#current;
    if (selected === undefined || this.#role !== 'controlling') return;
    if (now - selected.heardAt < missedConsent || now < this.#nextNominationAt) return;
    for (const pair of pairs.values()) {
      if (pair.state !== 'Succeeded' || pair.heardAt <= selected.heardAt) continue;
      this.#nextNominationAt = now + firstWait;
      this.#send(pair, 'nomination', now);
      return;
    }
  }

  // RFC 7675 §5.1: asked by the names of the generation to which the pair belongs.
  #askConsent(now: number): void {
    const pair = this.#used;
    if (pair === undefined) return;
    if (now >= this.#consentUntil) {
      this.#fail('The peer does not answer any more');
      return;
    }
    if (now < this.#nextConsentAt) return;
    this.#nextConsentAt = now + this.#consentWait();
    this.#send(pair, 'consent', now);
  }

  #consentWait(): number {
    return consentInterval * (0.8 + 0.4 * this.#options.fraction());
  }

  #repeat(generation: IceGeneration, now: number): void {
    for (const transaction of generation.transactions.values()) {
      if (now < transaction.dueAt) continue;
      const { id, pair, kind, bytes } = transaction;
      if (kind === 'consent' || transaction.tries >= mostTries) {
        generation.transactions.delete(id);
        if (kind === 'check') generation.take(pair, 'no answer', now);
        continue;
      }
      transaction.tries += 1;
      transaction.dueAt = now + waitAfter(transaction.tries);
      this.#options.send(bytes, pair.base, pair.host, pair.port);
    }
  }

  #send(pair: CheckedPair, kind: Transaction['kind'], now: number): void {
    const old = this.#before?.pairs.get(`${pair.base} ${pair.host} ${pair.port}`) === pair;
    const generation = old && this.#before !== undefined ? this.#before : this.#current;
    const { remote, remoteMac } = generation;
    if (remote === undefined || remoteMac === undefined) return;
    const transaction = randomBytes(12);
    const type = this.#bases.get(pair.base)?.type;
    const bytes = formatCheck(
      {
        transaction,
        localUfrag: pair.ours ?? generation.local.ufrag,
        remoteUfrag: remote.ufrag,
        priority: candidatePriority(type === 'relay' ? 'relay' : 'prflx', pair.base),
        role: this.#role,
        tieBreaker: this.#tieBreaker,
        nominates: kind === 'nomination' || (kind === 'consent' && this.#role === 'controlling'),
      },
      remoteMac,
    );
    const id = transaction.toString('base64');
    const role = this.#role;
    generation.transactions.set(id, {
      id,
      pair,
      kind,
      role,
      bytes,
      tries: 1,
      dueAt: now + (kind === 'consent' ? consentInterval : waitAfter(1)),
    });
    if (kind === 'check') generation.take(pair, 'check sent', now);
    this.#options.send(bytes, pair.base, pair.host, pair.port);
  }

  #learn(base: number, host: string, port: number, priority: number): CheckedPair | undefined {
    const type = this.#bases.get(base)?.type ?? 'host';
    const localPriority = candidatePriority(type, base);
    return this.#current.add({ base, host, port, localPriority, remotePriority: priority });
  }

  #know({ local, localMac }: IceGeneration): void {
    this.#macs.set(local.ufrag, localMac);
    for (const oldest of this.#macs.keys()) {
      if (this.#macs.size <= mostNames) break;
      this.#macs.delete(oldest);
    }
  }

  #trigger(pair: CheckedPair | undefined, now: number): void {
    if (pair !== undefined) this.#current.take(pair, 'triggered', now);
  }

  #refuse(message: StunMessage, from: Place, code: 400 | 401): void {
    this.#dropped += 1;
    this.#reply(formatCheckError(message.transaction, code, {}), from);
  }

  #reply(bytes: Uint8Array, { base, host, port }: Place): void {
    this.#options.send(bytes, base, host, port);
  }

  #fail(reason: string): void {
    this.#failed = true;
    this.#used = undefined;
    this.#options.failed(reason);
  }
}

interface EarlyCheck extends Place {
  /** The names in it, of us and of the peer. */
  readonly ours: string;
  readonly theirs: string;
  readonly priority: number;
  readonly nominates: boolean;
}

interface Place {
  readonly base: number;
  readonly host: string;
  readonly port: number;
}

function waitAfter(tries: number): number {
  return tries >= mostTries ? firstWait * lastWaits : firstWait * 2 ** (tries - 1);
}
