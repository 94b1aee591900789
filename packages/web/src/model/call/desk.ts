// All calls of the phone on one desk: which is talked in, which waits, and that no sound gets from one into another.
import type { IncomingCall, TransferRequest } from '@offhook/sip';
import { computed, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import { trouble } from '../../words/trouble.ts';
import type { PhoneMedia } from '../ports.ts';
import { LiveCall } from './live-call.ts';
import type { CallSurroundings } from './surroundings.ts';

/** More calls than this at once are told that we are busy. */
const most = 8;
/** How long an ended call stays in sight when there is nothing to say about it, in milliseconds. */
const lingering = 3000;

/** What the desk tells the rest of the phone. */
export interface DeskListener {
  /** A call began, went on, or is over. */
  changed(call: LiveCall): void;
  /** A call is over, and will not change any more. */
  over(call: LiveCall): void;
  /** A call to us was turned away. */
  turnedAway(incoming: IncomingCall<PhoneMedia>): void;
}

/** Keeps the calls apart. */
export class Desk {
  readonly calls: Signal<readonly LiveCall[]> = signal([]);
  readonly current: ReadonlySignal<LiveCall | undefined>;
  readonly waiting: ReadonlySignal<LiveCall | undefined>;
  /** What the calls on it are given. */
  readonly around: CallSurroundings;
  readonly #listener: DeskListener;
  readonly #focus: Signal<LiveCall | undefined> = signal(undefined);
  readonly #told = new WeakSet<LiveCall>();
  #unmix: (() => void) | undefined;

  constructor(around: Omit<CallSurroundings, 'desk'>, listener: DeskListener) {
    this.around = { ...around, desk: this };
    this.#listener = listener;
    this.current = computed(() => inFocus(this.calls.value, this.#focus.value));
    this.waiting = computed(() => {
      const current = this.current.value;
      return this.calls.value.find(
        (call) => call !== current && call.phase.value.is === 'ringing here',
      );
    });
  }

  /** Calls `address`; what is talked in is put on hold. */
  call(address: string, { consults }: { readonly consults?: LiveCall } = {}): LiveCall {
    const { around } = this;
    const party = around.names.partyAt(address);
    const call = new LiveCall({ around, direction: 'outgoing', party, consults });
    this.#forgetEnded();
    this.clearFor(call);
    this.add(call);
    try {
      call.place(around.invite(address));
    } catch (error) {
      call.failed(error);
    }
    return call;
  }

  /** A call to us. */
  ring(incoming: IncomingCall<PhoneMedia>): void {
    const { around } = this;
    const replaced = this.#replacedBy(incoming);
    const open = this.calls.value.filter(({ state }) => state !== 'Over').length;
    if (replaced === undefined && (around.undisturbed() || open >= most)) {
      incoming.reject(486);
      this.#listener.turnedAway(incoming);
      return;
    }
    const call = new LiveCall({
      around,
      direction: 'incoming',
      party: around.names.party(incoming.from),
    });
    call.offer(incoming);
    this.add(call);
    if (replaced === undefined) incoming.ring();
    else {
      // RFC 3891 §3: it takes the place of a call that stands, and is answered without being asked.
      replaced.handsOver(true);
      this.#focus.value = call;
      call.answer();
    }
  }

  /** Somebody hands us over: what comes of it is shown, and talked in once it is answered. */
  follow(transfer: TransferRequest<PhoneMedia>, before: LiveCall): void {
    const party = this.around.names.partyAt(transfer.target);
    const call = new LiveCall({ around: this.around, direction: 'outgoing', party });
    before.handsOver(true);
    this.clearFor(call);
    this.add(call);
    call.place(transfer.follow());
  }

  add(call: LiveCall): void {
    this.calls.value = [...this.calls.value, call];
    this.changed(call);
  }

  /** Talks in `call`. */
  switchTo(call: LiveCall): void {
    if (call.phase.value.is === 'ringing here') call.answer();
    else if (call.hold.value === 'held' || call.hold.value === 'holding') call.resume();
    else this.clearFor(call);
  }

  /** `call` is about to be talked in: what else is talked in goes on hold at once. */
  clearFor(call: LiveCall): void {
    this.#focus.value = call;
    for (const other of this.calls.value) {
      if (other === call || (other.joined.value && call.joined.value)) continue;
      if (isUp(other) && other.hold.value !== 'held') other.holding.press('hold');
    }
    this.arrange();
  }

  /** Who may hear us, and whom we hear: the call in focus, unless it is held; and those that are joined with it. */
  arrange(): void {
    const current = this.current.peek();
    for (const call of this.calls.peek()) {
      const together = call === current || (call.joined.peek() && current?.joined.peek() === true);
      const talks = together && call.hold.peek() === 'off';
      call.microphone.open(talks);
      call.audible.value = talks && call.phase.peek().is !== 'ringing here';
    }
  }

  /** Those that hear each other. */
  get joined(): readonly LiveCall[] {
    return this.calls.value.filter(({ joined }) => joined.value);
  }

  /** Has all standing calls hear each other. */
  join(): void {
    const mixer = this.around.page.mixer;
    const calls = this.calls.value.filter(isUp);
    if (mixer === undefined || calls.length < 2) return;
    for (const call of calls) call.joined.value = true;
    for (const call of calls) call.holding.press('resume');
    void this.#mix(calls);
  }

  /** Ends that: `call` is talked in, the others go on hold. */
  split(call: LiveCall): void {
    this.#separate();
    this.clearFor(call);
  }

  /** Leaves two joined calls to each other. */
  leaveTogether(): void {
    const [one, other] = this.calls.value.filter((call) => call.joined.value && isUp(call));
    if (one === undefined || other === undefined) return;
    one.transferring.consultation.value = other;
    one.completeTransfer();
  }

  changed(call: LiveCall): void {
    if (call.state === 'Over' && !this.#told.has(call)) {
      this.#told.add(call);
      this.#ended(call);
    }
    this.arrange();
    this.#listener.changed(call);
  }

  /** Nothing more is to be said about `call`. */
  dismissed(call: LiveCall): void {
    if (call.state === 'Over') this.calls.value = this.calls.value.filter((one) => one !== call);
  }

  /** The phone closes. */
  close(): void {
    for (const call of this.calls.value) call.hangUp();
  }

  async #mix(calls: readonly LiveCall[]): Promise<void> {
    const media = calls.flatMap(({ call }) => (call === undefined ? [] : [call.media]));
    try {
      await Promise.all(calls.map((call) => call.holding.settled()));
      this.#unmix?.();
      this.#unmix = await this.around.page.mixer?.mix(media);
      this.arrange();
    } catch {
      this.#separate();
      for (const call of calls) call.report(trouble('join failed'));
    }
  }

  #separate(): void {
    this.#unmix?.();
    this.#unmix = undefined;
    for (const call of this.calls.value) call.joined.value = false;
  }

  #ended(call: LiveCall): void {
    call.consults?.transferring.asked(call);
    if (call.joined.value) {
      call.joined.value = false;
      const left = this.joined;
      if (left.length < 2) this.#separate();
      else void this.#mix(left);
    }
    this.#listener.over(call);
    // The signals that the list depends on are read anew.
    this.calls.value = [...this.calls.value];
    if (call.trouble.value === undefined)
      this.around.page.clock.after(lingering, () => this.dismissed(call));
  }

  #forgetEnded(): void {
    this.calls.value = this.calls.value.filter(({ state }) => state !== 'Over');
  }

  #replacedBy({ replaces }: IncomingCall<PhoneMedia>): LiveCall | undefined {
    if (replaces === undefined) return undefined;
    return this.calls.value.find(({ call }) => {
      const id = call?.dialog.id;
      return (
        id?.callId === replaces.callId &&
        id.localTag === replaces.localTag &&
        id.remoteTag === replaces.remoteTag
      );
    });
  }
}

// What is looked at stays; when it is over, what is up comes before what rings, and that before what is held.
function inFocus(calls: readonly LiveCall[], focus: LiveCall | undefined): LiveCall | undefined {
  const open = calls.filter((call) => call.phase.value.is !== 'over');
  if (focus !== undefined && open.includes(focus)) return focus;
  const best =
    open.find((call) => call.phase.value.is === 'up' && call.hold.value === 'off') ??
    open.find((call) => call.phase.value.is === 'ringing here') ??
    open[0];
  // A call that just ended is looked at until something else is there.
  return best ?? (focus !== undefined && calls.includes(focus) ? focus : calls.at(-1));
}

function isUp({ state }: LiveCall): boolean {
  return state === 'Up' || state === 'Mending';
}
