// What ICE knows between two restarts: the names of both sides, the pairs, and the checks that are under way (RFC 8445 §9).
import { step } from '@offhook/sip';
import type { StunMac } from '@offhook/sip/stun';
import { checkFigure } from './check.figure.ts';
import type { CheckEvent } from './check.figure.ts';
import { macOf } from './credentials.ts';
import type { IceSide } from './credentials.ts';
import type { IceRole } from './messages.ts';
import { comparePairs } from './pair.ts';
import type { CheckedPair } from './pair.ts';

/** RFC 8445 §6.1.2.5: more pairs than these are not formed. */
export const mostPairs = 100;

/** RFC 8445 §14.3: milliseconds of the first wait for an answer. */
export const firstWait = 500;

/** One request under way. */
export interface Transaction {
  /** Twelve octets in base64. */
  readonly id: string;
  readonly pair: CheckedPair;
  /** `consent` asks whether the selected pair may still be used (RFC 7675). */
  readonly kind: 'check' | 'nomination' | 'consent';
  readonly role: IceRole;
  readonly bytes: Uint8Array;
  tries: number;
  /** When it is sent again, or given up. */
  dueAt: number;
}

/** One generation of ICE. */
export class IceGeneration {
  readonly local: IceSide;
  readonly localMac: StunMac;
  readonly pairs: Map<string, CheckedPair> = new Map();
  readonly transactions: Map<string, Transaction> = new Map();
  /** Checks that go before all others (RFC 8445 §6.1.4.1). */
  readonly triggered: CheckedPair[] = [];
  #remote: IceSide | undefined;
  #remoteMac: StunMac | undefined;
  /** The pair in use. */
  selected: CheckedPair | undefined;
  /** When the peer's names came. */
  startedAt = 0;

  /** With names of ours. */
  constructor(local: IceSide) {
    this.local = local;
    this.localMac = macOf(local.password);
  }

  /** The peer's names; undefined as long as it told none. */
  get remote(): IceSide | undefined {
    return this.#remote;
  }

  /** The HMAC that proves the peer's messages; undefined as long as it told no names. */
  get remoteMac(): StunMac | undefined {
    return this.#remoteMac;
  }

  /** The peer told its names. */
  meet(remote: IceSide, now: number): void {
    if (this.#remote?.ufrag === remote.ufrag && this.#remote.password === remote.password) return;
    this.#remote = remote;
    this.#remoteMac = macOf(remote.password);
    this.startedAt = now;
  }

  /** The pair of these places, if there is one. */
  find(base: number, host: string, port: number): CheckedPair | undefined {
    return this.pairs.get(`${base} ${host} ${port}`);
  }

  /** Adds a pair; undefined when there are too many. */
  add(
    place: Pick<CheckedPair, 'base' | 'host' | 'port' | 'localPriority' | 'remotePriority'>,
  ): CheckedPair | undefined {
    const { base, host, port } = place;
    const known = this.find(base, host, port);
    if (known !== undefined) return known;
    if (this.pairs.size >= mostPairs) return undefined;
    const pair: CheckedPair = {
      ...place,
      ours: undefined,
      state: 'Waiting',
      wanted: false,
      nominated: false,
      heardAt: -Infinity,
    };
    this.pairs.set(`${base} ${host} ${port}`, pair);
    return pair;
  }

  /** Takes an arrow of a pair's figure at `now` milliseconds. */
  take(pair: CheckedPair, event: CheckEvent, now: number): void {
    const arrow = step(checkFigure, pair.state, event);
    if (arrow === undefined) return;
    const [state, ...actions] = arrow;
    pair.state = state;
    for (const action of actions) {
      switch (action) {
        case 'queue check':
          if (!this.triggered.includes(pair)) this.triggered.push(pair);
          break;
        case 'repeat soon':
          this.#repeatSoon(pair, now);
          break;
      }
    }
  }

  /** The next pair to be checked: a triggered one, else the best that waits. */
  next(): CheckedPair | undefined {
    for (let pair = this.triggered.shift(); pair !== undefined; pair = this.triggered.shift()) {
      if (pair.state === 'Waiting') return pair;
    }
    let best: CheckedPair | undefined;
    for (const pair of this.pairs.values()) {
      if (pair.state !== 'Waiting') continue;
      if (best === undefined || comparePairs(pair, best) < 0) best = pair;
    }
    return best;
  }

  /** The best pair that was checked. */
  valid(): CheckedPair | undefined {
    let best: CheckedPair | undefined;
    for (const pair of this.pairs.values()) {
      if (pair.state !== 'Succeeded') continue;
      if (best === undefined || comparePairs(pair, best) < 0) best = pair;
    }
    return best;
  }

  /** Whether a pair that goes before `pair` may still succeed. */
  awaitsBetter(pair: CheckedPair): boolean {
    for (const other of this.pairs.values()) {
      const open = other.state === 'Waiting' || other.state === 'In-Progress';
      if (open && comparePairs(other, pair) < 0) return true;
    }
    return false;
  }

  #repeatSoon(pair: CheckedPair, now: number): void {
    for (const transaction of this.transactions.values()) {
      if (transaction.pair !== pair || transaction.tries === 1) continue;
      transaction.tries = 1;
      transaction.dueAt = Math.min(transaction.dueAt, now + firstWait);
    }
  }
}
