// Lamps of others: subscriptions to their dialogs and their presence (RFC 4235, RFC 3856), and the voicemail light (RFC 3842).
import type { Clock, Notification, Subscription, Timer, UserAgent } from '@offhook/sip';
import { computed, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import type { Party } from '../call.ts';
import type { Lamp, LampState } from '../phone.ts';
import type { PhoneMedia } from '../ports.ts';
import { lampOfDialogs, nextDialogs, readDialogInfo, readPresence } from './states.ts';
import type { DialogStates } from './states.ts';

/** More people than this are not watched. */
const most = 200;
/** After how long an event that ended in a failure is subscribed to again, in milliseconds. */
const pause = 60_000;

/** The lamps. */
export class LiveLamps {
  readonly lamps: ReadonlySignal<readonly Lamp[]>;
  readonly #watched: Signal<readonly WatchedParty[]> = signal([]);
  readonly #clock: Clock;
  #agent: UserAgent<PhoneMedia> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.lamps = computed(() => this.#watched.value.map((one) => one.lamp.value));
  }

  /** Watches these and nobody else. */
  watch(parties: readonly Party[]): void {
    const wanted = parties.slice(0, most);
    const before = this.#watched.peek();
    for (const one of before)
      if (!wanted.some(({ address }) => address === one.party.address)) one.close();
    this.#watched.value = wanted.map(
      (party) => before.find((one) => one.party.address === party.address) ?? this.#begin(party),
    );
  }

  /** There is a line: all are subscribed to, over it. */
  open(agent: UserAgent<PhoneMedia>): void {
    if (agent === this.#agent) return;
    this.#agent = agent;
    for (const one of this.#watched.peek()) one.open(agent);
  }

  /** The line is gone: nobody knows how they are. */
  darken(): void {
    this.#agent = undefined;
    for (const one of this.#watched.peek()) one.close();
  }

  #begin(party: Party): WatchedParty {
    const one = new WatchedParty(party, this.#clock);
    if (this.#agent !== undefined) one.open(this.#agent);
    return one;
  }
}

/** Somebody who is watched: the dialogs say more than the presence, and are believed first. */
class WatchedParty {
  readonly party: Party;
  readonly lamp: ReadonlySignal<Lamp>;
  readonly #clock: Clock;
  readonly #dialogs: Signal<
    { readonly version: number; readonly dialogs: DialogStates } | undefined
  > = signal(undefined);
  readonly #presence: Signal<
    { readonly state: LampState; readonly note: string | undefined } | undefined
  > = signal(undefined);
  #following: Following[] = [];

  constructor(party: Party, clock: Clock) {
    this.party = party;
    this.#clock = clock;
    this.lamp = computed(() => {
      const presence = this.#presence.value;
      const dialogs = this.#dialogs.value;
      const state = dialogs === undefined ? undefined : lampOfDialogs(dialogs.dialogs);
      const quiet = state === undefined || state === 'available';
      return {
        with: party,
        state: quiet ? (presence?.state ?? state ?? 'unknown') : state,
        note: presence?.note,
      };
    });
  }

  open(agent: UserAgent<PhoneMedia>): void {
    this.close();
    const { address } = this.party;
    this.#following = [
      new Following(this.#clock, {
        subscribe: () =>
          agent.subscribe(address, { event: 'dialog', accept: ['application/dialog-info+xml'] }),
        notified: (notification, subscription) => this.#dialogInfo(notification, subscription),
        lost: () => {
          this.#dialogs.value = undefined;
        },
      }),
      new Following(this.#clock, {
        subscribe: () =>
          agent.subscribe(address, { event: 'presence', accept: ['application/pidf+xml'] }),
        notified: ({ text }) => {
          this.#presence.value = readPresence(text) ?? this.#presence.value;
        },
        lost: () => {
          this.#presence.value = undefined;
        },
      }),
    ];
  }

  close(): void {
    for (const one of this.#following) one.close();
    this.#following = [];
    this.#dialogs.value = undefined;
    this.#presence.value = undefined;
  }

  #dialogInfo({ text }: Notification, subscription: Subscription): void {
    const info = readDialogInfo(text);
    if (info === undefined) return;
    const next = nextDialogs(this.#dialogs.value, info);
    // RFC 4235 §4.3: a version was missed; a refresh brings the full state.
    if (next === undefined) subscription.refresh();
    else this.#dialogs.value = next;
  }
}

/** How one event is followed. */
export interface FollowingOptions {
  readonly subscribe: () => Subscription;
  readonly notified: (notification: Notification, subscription: Subscription) => void;
  readonly lost: () => void;
}

/** One event followed as long as it is wished for; an end that a subscription does not get over itself is waited out. */
export class Following {
  readonly #clock: Clock;
  readonly #options: FollowingOptions;
  #subscription: Subscription | undefined;
  #timer: Timer | undefined;
  #closed = false;

  constructor(clock: Clock, options: FollowingOptions) {
    this.#clock = clock;
    this.#options = options;
    this.#begin();
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    void this.#subscription?.close();
  }

  #begin(): void {
    const subscription = this.#options.subscribe();
    this.#subscription = subscription;
    void this.#read(subscription);
    void subscription.ended.then(() => {
      if (this.#closed) return;
      this.#options.lost();
      this.#timer = this.#clock.after(pause, () => this.#begin());
    });
  }

  async #read(subscription: Subscription): Promise<void> {
    for await (const notification of subscription.notifications) {
      if (!this.#closed) this.#options.notified(notification, subscription);
    }
  }
}
