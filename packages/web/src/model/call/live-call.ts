// A call of the phone: the user agent's call in its three phases, as one thing with signals (RFC 3261 §13, §15).
import { Machine } from '@offhook/sip';
import type { Call, IncomingCall, OutgoingCall, SessionEnd } from '@offhook/sip';
import { signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import { trouble } from '../../words/trouble.ts';
import type { Trouble } from '../../words/trouble.ts';
import type { CallOutcome, CallPhase, Party, PhoneCall } from '../call.ts';
import type { PhoneMedia } from '../ports.ts';
import { Hold } from './hold.ts';
import { Keys } from './keys.ts';
import { MediaWay } from './media-way.ts';
import { Microphone } from './microphone.ts';
import { phaseOf } from './phase.ts';
import { phoneCallFigure } from './phone-call.figure.ts';
import type { PhoneCallAction, PhoneCallEvent, PhoneCallState } from './phone-call.figure.ts';
import { Pictures } from './pictures.ts';
import { QualityWatch } from './quality.ts';
import { Recording } from './recording.ts';
import type { CallSurroundings } from './surroundings.ts';
import { Transferring } from './transferring.ts';
import { troubleOf, troubleOfEnd } from './troubles.ts';

/** How a call begins. */
export interface LiveCallOptions {
  readonly around: CallSurroundings;
  readonly direction: 'outgoing' | 'incoming';
  readonly party: Party;
  /** It was up before the page was loaded anew, since then. */
  readonly since?: number | undefined;
  /** It asks for somebody to whom this call may go. */
  readonly consults?: LiveCall | undefined;
}

/** How a call ended, and why. */
interface End {
  readonly how: CallOutcome;
  readonly trouble?: Trouble | undefined;
}

/** How long we wait for the other side to know that we hung up, in milliseconds. */
const patience = 4000;

/** A call. */
export class LiveCall implements PhoneCall {
  readonly id: string;
  readonly callId: Signal<string> = signal('');
  readonly direction: 'outgoing' | 'incoming';
  readonly startedAt: number;
  readonly consults: LiveCall | undefined;
  readonly with: Signal<Party>;
  readonly phase: Signal<CallPhase>;
  readonly trouble: Signal<Trouble | undefined> = signal(undefined);
  readonly heldByThem: Signal<boolean> = signal(false);
  readonly joined: Signal<boolean> = signal(false);
  readonly audible: Signal<boolean> = signal(false);
  readonly microphone: Microphone;
  readonly holding: Hold;
  readonly transferring: Transferring;
  readonly pictures: Pictures;
  readonly #around: CallSurroundings;
  readonly #quality: QualityWatch;
  readonly #recording: Recording;
  readonly #keys: Keys;
  readonly #way: MediaWay;
  readonly #offs: (() => void)[] = [];
  readonly #machine: Machine<PhoneCallState, PhoneCallEvent, PhoneCallAction, 'patience', End>;
  #outgoing: OutgoingCall<PhoneMedia> | undefined;
  #incoming: IncomingCall<PhoneMedia> | undefined;
  #call: Call<PhoneMedia> | undefined;
  #since: number | undefined;
  #stopMusic: (() => void) | undefined;
  #early = false;
  #rang = false;
  #handsOver = false;
  #heldBefore = false;
  #over: End | undefined;

  constructor(options: LiveCallOptions) {
    const { around, direction, party } = options;
    const { clock, random } = around.page;
    this.#around = around;
    this.id = random.token(80);
    this.direction = direction;
    this.consults = options.consults;
    this.startedAt = options.since ?? clock.wall();
    this.#since = options.since;
    this.with = signal(party);
    this.microphone = new Microphone(clock);
    this.holding = new Hold(clock, {
      failed: (what, error) => this.#holdFailed(what, error),
      changed: () => this.#holdChanged(),
    });
    this.transferring = new Transferring(this, around);
    this.pictures = new Pictures(this);
    this.#quality = new QualityWatch(clock);
    this.#recording = new Recording(this, around.page.recorder);
    this.#keys = new Keys((error) => this.#report(error, 'keys not sent'));
    this.#way = new MediaWay({
      lost: () => this.#machine.on('way lost'),
      back: () => this.#machine.on('way back'),
      failed: (because) => this.report(because),
    });
    this.#machine = new Machine({
      figure: phoneCallFigure,
      start: 'New',
      clock,
      length: (timer) => (timer === 'patience' ? patience : undefined),
      perform: (action, end) => this.#perform(action, end),
      observe: ({ after, stray }) => {
        if (!stray) this.#show(after);
      },
    });
    this.phase = signal({ is: direction === 'incoming' ? 'ringing here' : 'calling' });
    const begins = direction === 'incoming' ? 'rings here' : 'call';
    this.#machine.on(options.since === undefined ? begins : 'take back');
  }

  get muted(): ReadonlySignal<boolean> {
    return this.microphone.muted;
  }

  get talkingWhileMuted(): ReadonlySignal<boolean> {
    return this.microphone.talkingWhileMuted;
  }

  get hold(): PhoneCall['hold'] {
    return this.holding.state;
  }

  get transfer(): PhoneCall['transfer'] {
    return this.transferring.state;
  }

  get consultation(): ReadonlySignal<LiveCall | undefined> {
    return this.transferring.consultation;
  }

  get quality(): PhoneCall['quality'] {
    return this.#quality.state;
  }

  get recording(): PhoneCall['recording'] {
    return this.#recording.state;
  }

  get keys(): ReadonlySignal<string> {
    return this.#keys.sent;
  }

  get sound(): PhoneCall['sound'] {
    return this.pictures.sound;
  }

  get picture(): PhoneCall['picture'] {
    return this.pictures.theirs;
  }

  get ownPicture(): PhoneCall['ownPicture'] {
    return this.pictures.ours;
  }

  get camera(): ReadonlySignal<boolean> {
    return this.pictures.camera;
  }

  get screen(): ReadonlySignal<boolean> {
    return this.pictures.screen;
  }

  /** The figure's state; `phase` is what is shown of it. */
  get state(): PhoneCallState {
    return this.#machine.state;
  }

  /** The answered call under it. */
  get call(): Call<PhoneMedia> | undefined {
    return this.#call;
  }

  /** Follows a call of ours. */
  place(outgoing: OutgoingCall<PhoneMedia>): void {
    this.#outgoing = outgoing;
    this.callId.value = outgoing.callId;
    this.#begin(outgoing.media);
    void this.#follow(outgoing);
    outgoing.answered.then(
      (call) => this.#up(call),
      (error: unknown) => this.failed(error),
    );
  }

  /** Follows a call to us. */
  offer(incoming: IncomingCall<PhoneMedia>): void {
    this.#incoming = incoming;
    this.callId.value = incoming.callId;
    void incoming.ended.then((end) => {
      if (this.#call === undefined) this.#end(endOfRinging(end));
    });
  }

  /** It could not be made. */
  failed(error: unknown): void {
    const because = troubleOf(error, this.with.value.name, { rang: this.#rang });
    const how = this.state === 'Taking back' ? 'answered' : because ? 'failed' : 'cancelled';
    this.#end({ how, trouble: because });
  }

  answer(): void {
    this.#around.desk.clearFor(this);
    this.#machine.on('answer');
  }

  decline(): void {
    this.#machine.on('decline');
  }

  hangUp(): void {
    this.#machine.on('hang up');
  }

  /** Calls that are joined have one microphone. */
  mute(on: boolean): void {
    for (const call of this.joined.value ? this.#around.desk.joined : [this])
      call.microphone.mute(on);
    this.#around.desk.changed(this);
  }

  holdIt(): void {
    this.trouble.value = undefined;
    this.holding.press('hold');
    this.#around.desk.arrange();
  }

  resume(): void {
    this.trouble.value = undefined;
    this.#around.desk.clearFor(this);
    this.holding.press('resume');
  }

  press(keys: string): void {
    this.#keys.press(keys, this.#call);
  }

  transferTo(target: string): void {
    this.transferring.blind(target);
  }

  consult(target: string): void {
    this.transferring.consult(target);
  }

  completeTransfer(): void {
    this.transferring.complete();
  }

  cancelTransfer(): void {
    this.transferring.cancel();
  }

  join(): void {
    this.#around.desk.join();
  }

  split(): void {
    this.#around.desk.split(this);
  }

  leaveTogether(): void {
    this.#around.desk.leaveTogether();
  }

  setCamera(on: boolean): void {
    void this.pictures.setCamera(on, this.#around.cameraId());
  }

  shareScreen(on: boolean): void {
    void this.pictures.shareScreen(on);
  }

  record(on: boolean): void {
    void this.#recording.turn(on);
  }

  dismiss(): void {
    this.trouble.value = undefined;
    this.transferring.dismiss();
    this.#around.desk.dismissed(this);
  }

  /** It was held before the page was loaded anew, and is again. */
  holdOnceUp(): void {
    this.#heldBefore = true;
  }

  /** Tells what a wish came to. */
  report(because: Trouble | undefined): void {
    if (this.state !== 'Over') this.trouble.value = because;
  }

  /** It is being handed over: when it ends now, that is why. */
  handsOver(on: boolean): void {
    this.#handsOver = on;
  }

  #perform(action: PhoneCallAction, end: End | undefined): void {
    switch (action) {
      case 'accept':
        this.#incoming?.accept().then(
          (call) => this.#up(call),
          (error: unknown) => this.#notAccepted(error),
        );
        break;
      case 'refuse':
        this.#incoming?.reject(486);
        break;
      case 'give up':
        this.#outgoing?.cancel();
        break;
      case 'note the start':
        this.#since = this.#around.page.clock.wall();
        break;
      case 'say goodbye':
        void this.#call?.hangUp();
        break;
      case 'note the end':
        this.#finish(end);
        break;
    }
  }

  async #follow(outgoing: OutgoingCall<PhoneMedia>): Promise<void> {
    for await (const { status, media } of outgoing.progress) {
      this.#early ||= media;
      if (status < 180) continue;
      this.#rang ||= status === 180;
      this.#machine.on('rings there');
    }
  }

  #begin(media: PhoneMedia): void {
    this.microphone.begin(media);
    this.pictures.begin(media);
    this.#offs.push(
      this.#way.begin(media),
      media.on('refused', (error) => this.report(troubleOf(error, this.with.value.name))),
    );
  }

  #up(call: Call<PhoneMedia>): void {
    this.#call = call;
    if (this.#outgoing === undefined) this.#begin(call.media);
    this.holding.begin(call);
    this.#quality.begin(call.media);
    this.#offs.push(
      call.onAgreement(() => this.#agreed(call)),
      call.onRenamed(() => this.#renamed(call)),
    );
    void call.ended.then((end) => this.#ended(end));
    this.#machine.on('answered');
    this.#agreed(call);
    this.#around.desk.arrange();
    if (this.#heldBefore) this.holding.press('hold');
  }

  // What is `recvonly` or `inactive` for us although we hold nobody is hold of theirs; to our own hold `inactive` is a fair answer.
  #agreed({ streams }: Call<PhoneMedia>): void {
    const direction = streams[0]?.direction;
    const stopped = direction === 'recvonly' || direction === 'inactive';
    if (this.hold.value === 'off' || direction === 'recvonly') this.heldByThem.value = stopped;
    else if (!stopped) this.heldByThem.value = false;
    this.pictures.refresh();
    this.#around.desk.changed(this);
  }

  #renamed({ remote }: Call<PhoneMedia>): void {
    if (remote !== undefined) this.with.value = this.#around.names.party(remote);
  }

  #notAccepted(error: unknown): void {
    const because = troubleOf(error, this.with.value.name);
    if (because !== undefined) this.#incoming?.reject(480);
    this.#end({ how: because === undefined ? 'missed' : 'failed', trouble: because });
  }

  #ended(end: SessionEnd): void {
    this.#end({ how: 'answered', trouble: troubleOfEnd(end, this.with.value.name) });
  }

  #end(end: End): void {
    this.#machine.on('ended', end);
  }

  #finish(end: End | undefined): void {
    // We wanted it to end before it did.
    const wished = this.phase.peek().is === 'ending';
    const own: End = { how: this.#ownOutcome() };
    this.#over = this.#handsOver ? { how: 'transferred' } : wished ? own : (end ?? own);
    this.trouble.value = this.#over.trouble;
    for (const off of this.#offs) off();
    this.#endMusic();
    this.microphone.end();
    this.#quality.end();
    this.transferring.end();
    void this.#recording.turn(false);
  }

  #ownOutcome(): CallOutcome {
    if (this.#since !== undefined) return 'answered';
    return this.direction === 'incoming' ? 'declined' : 'cancelled';
  }

  // The held party hears music; what stands in for the microphone goes before the microphone is opened.
  #holdChanged(): void {
    const media = this.#call?.media;
    if (this.hold.peek() !== 'held' || media === undefined) this.#endMusic();
    else this.#stopMusic ??= this.#around.page.holdMusic?.play(media);
    this.#around.desk.changed(this);
  }

  #endMusic(): void {
    this.#stopMusic?.();
    this.#stopMusic = undefined;
  }

  #holdFailed(what: 'hold' | 'resume', error: unknown): void {
    if (this.state === 'Up') this.#report(error, what === 'hold' ? 'hold failed' : 'resume failed');
  }

  #report(error: unknown, name: 'hold failed' | 'resume failed' | 'keys not sent'): void {
    const because = troubleOf(error, this.with.value.name);
    if (because === undefined) return;
    const { status, said } = because;
    this.report(trouble(name, { who: this.with.value.name, status, said }));
  }

  #show(state: PhoneCallState): void {
    this.phase.value = phaseOf(state, {
      since: this.#since,
      startedAt: this.startedAt,
      now: this.#around.page.clock.wall(),
      early: this.#early,
      how: this.#over?.how ?? this.#ownOutcome(),
    });
    this.#around.desk.changed(this);
  }
}

// RFC 3326 §2: who cancels because another phone of ours answered says so.
function endOfRinging({ cause, reason }: SessionEnd): End {
  const elsewhere = reason !== undefined && /completed elsewhere/i.test(reason);
  if (cause === 'rejected') return { how: 'declined' };
  return { how: elsewhere ? 'elsewhere' : 'missed' };
}
