// One call as the view sees it.
import type { ReadonlySignal } from '@preact/signals-core';
import type { Trouble } from '../words/trouble.ts';
import type { StreamHandle } from './ports.ts';

/** How far a call is; each is shown only once the protocol has confirmed it. */
export type CallPhase =
  /** We call, and know nothing yet. */
  | { readonly is: 'calling' }
  /** It rings there. `media`: the other side already sends sound of its own. */
  | { readonly is: 'ringing there'; readonly media: boolean }
  /** It rings here. */
  | { readonly is: 'ringing here' }
  /** We said yes, and the answer is on its way. */
  | { readonly is: 'answering' }
  /** Since when, in milliseconds since 1970. */
  | { readonly is: 'up'; readonly since: number }
  /** The way of a standing call broke; it is being mended. */
  | { readonly is: 'mending'; readonly since: number }
  /** We said that it shall end, and wait for the other side to know. */
  | { readonly is: 'ending' }
  | { readonly is: 'over'; readonly how: CallOutcome; readonly seconds: number };

/** How a call ended. */
export type CallOutcome =
  | 'answered'
  | 'missed'
  | 'declined'
  | 'cancelled'
  | 'failed'
  | 'elsewhere'
  | 'transferred';

/** Hold of ours: asked for and confirmed are two things. */
export type HoldState = 'off' | 'holding' | 'held' | 'resuming';

/** Whom a call is with. */
export interface Party {
  /** As it is dialled again. */
  readonly address: string;
  /** As it is shown. */
  readonly name: string;
  /** The name as the other side gave it, when the contacts or the directory know a better one. */
  readonly claims?: string | undefined;
}

/** How a transfer goes. */
export type TransferState =
  | { readonly is: 'none' }
  /** The other side was asked. */
  | { readonly is: 'asked'; readonly to: Party }
  /** It told that it rings there. */
  | { readonly is: 'ringing'; readonly to: Party }
  /** It failed, and the call is back with us. */
  | { readonly is: 'failed'; readonly to: Party; readonly trouble: Trouble };

/** How good it sounds. */
export interface Quality {
  /** From 0 to 4. */
  readonly bars: 0 | 1 | 2 | 3 | 4;
  readonly cause: QualityCause;
  readonly roundTripMilliseconds: number | undefined;
  readonly jitterMilliseconds: number | undefined;
  /** Percent of the last seconds. */
  readonly lossPercent: number;
  readonly concealmentPercent: number | undefined;
  readonly codec: string | undefined;
  /** True when the media goes through a relay. */
  readonly relayed: boolean;
}

/** The likely cause of what is heard. */
export type QualityCause =
  | 'good'
  | 'delay'
  | 'jitter'
  | 'loss'
  | 'heavy loss'
  | 'nothing comes'
  | 'measuring';

/** A recording of a call. */
export type RecordingState = 'off' | 'on' | 'saved' | 'failed';

/** A call. */
export interface PhoneCall {
  /** Stays the same for the life of the call. */
  readonly id: string;
  /** For `Phone.explain`; empty before it is sent. */
  readonly callId: ReadonlySignal<string>;
  readonly direction: 'outgoing' | 'incoming';
  readonly with: ReadonlySignal<Party>;
  readonly phase: ReadonlySignal<CallPhase>;
  /** When it began to ring or to be called, in milliseconds since 1970. */
  readonly startedAt: number;
  /** What went wrong, if anything did: with the call, or with what was asked of it last. */
  readonly trouble: ReadonlySignal<Trouble | undefined>;
  readonly muted: ReadonlySignal<boolean>;
  /** We speak, and nobody hears it. */
  readonly talkingWhileMuted: ReadonlySignal<boolean>;
  readonly hold: ReadonlySignal<HoldState>;
  /** The other side holds us. */
  readonly heldByThem: ReadonlySignal<boolean>;
  readonly transfer: ReadonlySignal<TransferState>;
  /** The call that asks for the one to whom this one goes. */
  readonly consultation: ReadonlySignal<PhoneCall | undefined>;
  /** The call that this one asks for. */
  readonly consults: PhoneCall | undefined;
  /** Calls that hear each other with this one. */
  readonly joined: ReadonlySignal<boolean>;
  readonly quality: ReadonlySignal<Quality | undefined>;
  readonly recording: ReadonlySignal<RecordingState>;
  /** Keys that were sent, as typed. */
  readonly keys: ReadonlySignal<string>;
  /** What comes from there; to be played only while `audible`. */
  readonly sound: ReadonlySignal<StreamHandle | undefined>;
  /** It is this call that is listened to: not held, not beside another one. */
  readonly audible: ReadonlySignal<boolean>;
  /** What the other side shows, when it shows something. */
  readonly picture: ReadonlySignal<StreamHandle | undefined>;
  /** What we show. */
  readonly ownPicture: ReadonlySignal<StreamHandle | undefined>;
  readonly camera: ReadonlySignal<boolean>;
  readonly screen: ReadonlySignal<boolean>;

  /** Answers a call that rings here; one that is up is put on hold first. */
  answer(): void;
  /** Refuses a call that rings here. */
  decline(): void;
  /** Ends it, whatever its phase. */
  hangUp(): void;
  mute(on: boolean): void;
  /** Puts the other side on hold. */
  holdIt(): void;
  resume(): void;
  /** Sends keys: digits, `*`, `#`. */
  press(keys: string): void;
  /** Hands the other side over to `target` without asking there first. */
  transferTo(target: string): void;
  /** Holds this call and calls `target`, to ask there first. */
  consult(target: string): void;
  /** Hands the other side over to the one that was consulted. */
  completeTransfer(): void;
  /** Hangs up the consultation and comes back. */
  cancelTransfer(): void;
  /** Has all standing calls hear each other. */
  join(): void;
  /** Ends what `join` made: the others go on hold. */
  split(): void;
  /** Leaves a three-way call, and lets the other two go on with each other. */
  leaveTogether(): void;
  setCamera(on: boolean): void;
  shareScreen(on: boolean): void;
  record(on: boolean): void;
  /** Closes what is said about a call that is over, or about what failed in it. */
  dismiss(): void;
}
