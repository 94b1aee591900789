// The media of one call, joined in this process: offers and answers here, packets in a media thread.
import { Emitter } from '@offhook/sip';
import type { Logger } from '@offhook/sip';
import {
  directionOf,
  isCompanion,
  isUnspecified,
  NoCommonMedia,
  receives,
  sends,
} from '@offhook/sip/sdp';
import type {
  Direction,
  MediaDescription,
  SessionDescription,
  StreamReport,
} from '@offhook/sip/sdp';
import type { Bridge, BridgeEvents, PartyName, PartyProfile } from '../bridge.ts';
import { KeyWays } from '../key/ways.ts';
import { monotonicNow } from '../machine-time.ts';
import { MediaClosed } from '../media-thread.ts';
import type { MediaThread } from '../media-thread.ts';
import type { PortRange } from '../port-pair.ts';
import type { BrokenEvent } from '../worker-messages.ts';
import { hasShared, offeredCodecs, transcodableCodecs } from './bridge-codecs.ts';
import type { BridgeEvent, LegCommand } from './bridge-messages.ts';
import type { LegPlace } from './leg.ts';
import type { LineMedia } from './leg-agreement.ts';
import { lineOf, Party } from './party.ts';
import type { LineWish } from './party.ts';

/** A thread of bridges, seen from here. */
export type BridgeThread = MediaThread<LegCommand, BridgeEvent>;

/** What all bridges of an engine have in common. */
export interface BridgeSettings {
  readonly host: string;
  readonly advertised: string;
  readonly ports: PortRange;
  readonly log: Logger | undefined;
}

interface Member {
  readonly party: Party;
  readonly leg: number;
}

/** The media of one call. */
export class EmbeddedBridge implements Bridge {
  readonly #thread: BridgeThread;
  readonly #settings: BridgeSettings;
  readonly #closed: () => void;
  readonly #members = new Map<PartyName, Member>();
  /** Who hears whom, both ways. */
  readonly #joined = new Map<PartyName, PartyName>();
  readonly #ways = new Map<PartyName, KeyWays>();
  readonly #events: Emitter<BridgeEvents>;
  #reportTo: ((party: PartyName, reports: readonly StreamReport[]) => void) | undefined;
  /** Offers and answers are taken one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  #closing: Promise<ReadonlyMap<PartyName, readonly StreamReport[]>> | undefined;

  /** Made by `embeddedBridge(…).open()`. */
  constructor(thread: BridgeThread, settings: BridgeSettings, closed: () => void) {
    this.#thread = thread;
    this.#settings = settings;
    this.#closed = closed;
    this.#events = new Emitter(settings.log);
  }

  addParty(name: PartyName, profile: PartyProfile): void {
    if (this.#members.has(name)) throw new TypeError(`There is a party ${name} already`);
    const { host, advertised, ports } = this.#settings;
    const { kind } = profile;
    const leg = this.#thread.addStream((event) => this.#happened(name, event));
    const tell = (command: LegCommand): Promise<unknown> => this.#thread.ask(leg, command);
    const party = new Party({
      profile,
      advertised,
      open: async (media) =>
        asPlace(await tell({ verb: 'open', kind, host, advertised, ports, media })),
      tell,
    });
    this.#members.set(name, { party, leg });
  }

  removeParty(name: PartyName): void {
    const member = this.#members.get(name);
    const other = this.#joined.get(name);
    if (other !== undefined && this.#joined.get(other) === name) this.#joined.delete(other);
    this.#joined.delete(name);
    this.#ways.delete(name);
    this.#members.delete(name);
    // What an open leg of a lost thread had is gone already.
    if (member !== undefined) this.#end(member).catch(() => undefined);
  }

  offer(from: PartyName, offer: SessionDescription, to: PartyName): Promise<SessionDescription> {
    return this.#inTurn(async () => {
      const [caller, callee] = [this.#member(from), this.#member(to)];
      caller.party.hear(offer);
      const wishes = wishesOf(offer, caller.party.profile, callee.party.profile);
      if (wishes.length === 0 && offer.media.some(({ port }) => port !== 0))
        throw new NoCommonMedia('Nothing in the offer can be made use of by the other party');
      return callee.party.offer(wishes);
    });
  }

  answer(from: PartyName, answer: SessionDescription, to: PartyName): Promise<SessionDescription> {
    return this.#inTurn(async () => {
      const [callee, caller] = [this.#member(from), this.#member(to)];
      await callee.party.applyAnswer(answer);
      const answered = await caller.party.answer(agreedWishes(callee.party, caller.party));
      this.#joined.set(from, to).set(to, from);
      await this.#thread.ask(caller.leg, { verb: 'join', other: callee.leg });
      return answered;
    });
  }

  rollback(from: PartyName, to: PartyName): void {
    const parties = [this.#member(from).party, this.#member(to).party];
    this.#inTurn(async () => {
      for (const party of parties) await party.rollback();
      // What is in force again was so before; only the thread can be lost, and that is told as broken.
    }).catch(() => undefined);
  }

  press(to: PartyName, key: string): void {
    const { leg, party } = this.#member(to);
    const from = this.#joined.get(to);
    // A key that its peer pressed in the media did not reach it there, when it takes none.
    const takesKeys = party.lines.some(({ telephoneEvents }) => telephoneEvents.send !== undefined);
    const isNew =
      !takesKeys || from === undefined || this.#waysOf(from).take(key, 'info', monotonicNow());
    // What an open leg of a lost thread had is gone already.
    if (isNew && party.opened) this.#thread.ask(leg, { verb: 'press', key }).catch(() => undefined);
  }

  on<Name extends keyof BridgeEvents>(
    event: Name,
    listener: (value: BridgeEvents[Name]) => void,
  ): () => void {
    return this.#events.on(event, listener);
  }

  reportTo(listener: (party: PartyName, reports: readonly StreamReport[]) => void): void {
    this.#reportTo = listener;
  }

  close(): Promise<ReadonlyMap<PartyName, readonly StreamReport[]>> {
    this.#closing ??= this.#endAll();
    return this.#closing;
  }

  async #endAll(): Promise<ReadonlyMap<PartyName, readonly StreamReport[]>> {
    const ended = [...this.#members].map(
      async ([name, member]) => [name, await this.#end(member)] as const,
    );
    this.#members.clear();
    const reports = new Map(await Promise.all(ended));
    this.#closed();
    return reports;
  }

  async #end({ leg, party }: Member): Promise<readonly StreamReport[]> {
    try {
      if (!party.opened) return [];
      return asReports(await this.#thread.ask(leg, { verb: 'close' }));
    } catch (error) {
      if (!(error instanceof MediaClosed)) throw error;
      return [];
    } finally {
      this.#thread.removeStream(leg);
    }
  }

  #member(name: PartyName): Member {
    const member = this.#members.get(name);
    if (member === undefined) throw new TypeError(`There is no party ${name}`);
    return member;
  }

  /** How a party sends its keys. */
  #waysOf(party: PartyName): KeyWays {
    const ways = this.#ways.get(party) ?? new KeyWays();
    this.#ways.set(party, ways);
    return ways;
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    if (this.#closing !== undefined)
      return Promise.reject(new MediaClosed('This bridge is closed'));
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  #happened(party: PartyName, event: BridgeEvent | BrokenEvent): void {
    switch (event.name) {
      case 'key':
        if (this.#waysOf(party).take(event.key, 'event', monotonicNow()))
          this.#events.emit('key', { party, key: event.key });
        break;
      case 'silent':
        this.#events.emit('silent', { party });
        break;
      case 'counted':
        this.#reportTo?.(party, event.reports);
        break;
      case 'broken':
        this.#events.emit('broken', { party, reason: event.reason });
        break;
    }
  }
}

const medias: readonly LineMedia[] = ['audio', 'video'];

/** What an offer of one party becomes towards another. */
function wishesOf(
  offer: SessionDescription,
  from: PartyProfile,
  to: PartyProfile,
): readonly LineWish[] {
  return medias.flatMap((media) => {
    const line = lineOf(offer, media, from.kind);
    const codecs = line === undefined ? [] : offeredCodecs(line, to.kind);
    if (line === undefined || codecs.every(isCompanion)) return [];
    return [{ media, codecs, direction: directionSaid(line, from), ptime: line.ptime }];
  });
}

/** What a party agreed to, as the other one is to be told. */
function agreedWishes(party: Party, other: Party): readonly LineWish[] {
  return party.lines.flatMap(({ media, codec, direction, sendFormats, ptime }) => {
    if (codec === undefined || (media !== 'audio' && media !== 'video')) return [];
    const offered = other.heard && lineOf(other.heard, media, other.profile.kind);
    const apart = media === 'audio' && offered !== undefined && !hasShared(offered, sendFormats);
    return [
      {
        media,
        // Without a codec in common each keeps its own, and the thread makes packets of one into those of the other.
        codecs: apart ? transcodableCodecs(offered) : sendFormats,
        // What is ours towards it is the other way round from where it stands.
        direction: directionOf(receives(direction), sends(direction)),
        ptime,
      },
    ];
  });
}

// RFC 3264 §8.4: 0.0.0.0 takes away the hearing, whatever the direction says; with ICE it means nothing.
function directionSaid(line: MediaDescription, { kind }: PartyProfile): Direction {
  const { connection, direction } = line;
  const held = kind === 'rtp' && connection !== undefined && isUnspecified(connection);
  return held ? directionOf(sends(direction), false) : direction;
}

// What comes back from the thread has no type on the way; each verb has one kind of answer, made in bridge-worker.ts.
function asPlace(value: unknown): LegPlace {
  return value as LegPlace;
}

function asReports(value: unknown): readonly StreamReport[] {
  return value as readonly StreamReport[];
}
