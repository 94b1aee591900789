// The offers and answers of one session: which descriptions are in force, and whether a new offer may be made.
import type { Clock } from '../base/clock.ts';
import { Machine } from '../base/machine.ts';
import type { Step } from '../base/machine.ts';
import type { ObservedStream, Tap } from '../base/tap.ts';
import type { SessionDescription } from './description.ts';
import { agreeStreams } from './match.ts';
import { offerAnswer } from './offer-answer.figure.ts';
import type {
  OfferAnswerAction,
  OfferAnswerEvent,
  OfferAnswerState,
} from './offer-answer.figure.ts';

/** What an OfferAnswer needs. */
export interface OfferAnswerOptions {
  /** For the tap; unique in its endpoint. */
  readonly id: string;
  /** Id of the session, for the tap. */
  readonly session: string;
  /** Name of the endpoint, for the tap. */
  readonly endpoint: string;
  readonly clock: Clock;
  readonly tap?: Tap | undefined;
}

/** What both sides have said; `local` is ours. */
export interface Descriptions {
  readonly local: SessionDescription;
  readonly remote: SessionDescription;
}

/**
 * Follows the offers and answers of one dialog (RFC 3264 §4). Each method returns whether the figure has that arrow: `false`
 * means that nothing changed, so that an offer then is glare (491 or 500), and an answer is one to ignore.
 */
export class OfferAnswer {
  readonly #options: OfferAnswerOptions;
  readonly #machine: Machine<
    OfferAnswerState,
    OfferAnswerEvent,
    OfferAnswerAction,
    never,
    SessionDescription
  >;
  #inForce: Descriptions | undefined;
  #before: Descriptions | undefined;
  #localOffer: SessionDescription | undefined;
  #remoteOffer: SessionDescription | undefined;
  #taken = false;

  constructor(options: OfferAnswerOptions) {
    this.#options = options;
    this.#machine = new Machine({
      figure: offerAnswer,
      start: 'Stable',
      clock: options.clock,
      length: () => undefined,
      perform: (action, subject) => this.#perform(action, subject),
      observe: (taken) => this.#observe(taken),
    });
    this.#tell({ event: 'created', after: 'Stable', actions: [] });
  }

  /** The figure's state. */
  get state(): OfferAnswerState {
    return this.#machine.state;
  }

  /** What is in force; undefined before the first answer. */
  get inForce(): Descriptions | undefined {
    return this.#inForce;
  }

  /** Our offer that is open. */
  get localOffer(): SessionDescription | undefined {
    return this.#localOffer;
  }

  /** The peer's offer that is open. */
  get remoteOffer(): SessionDescription | undefined {
    return this.#remoteOffer;
  }

  /** Whether an offer may be made now (RFC 3264 §4). */
  get mayOffer(): boolean {
    return this.state === 'Stable';
  }

  /** We sent an offer. */
  offerSent(offer: SessionDescription): boolean {
    return this.#take('offer sent', offer);
  }

  /** The peer sent an offer; `false` is glare. */
  offerReceived(offer: SessionDescription): boolean {
    return this.#take('offer received', offer);
  }

  /** We answered: for good, or `early` in a provisional response that is not reliable. */
  answerSent(answer: SessionDescription, when: 'early' | 'final' = 'final'): boolean {
    return this.#take(when === 'early' ? 'early answer sent' : 'answer sent', answer);
  }

  /** The peer answered: for good, or `early` in a provisional response that is not reliable. */
  answerReceived(answer: SessionDescription, when: 'early' | 'final' = 'final'): boolean {
    return this.#take(when === 'early' ? 'early answer received' : 'answer received', answer);
  }

  /** The reliable response after an early answer came or went; what it carries is not looked at (RFC 3261 §13.2.1). */
  confirmed(): boolean {
    return this.#take('exchange confirmed');
  }

  /** The peer refused our offer, or it cannot be answered any more: all is as before it. */
  refusedByPeer(): boolean {
    return this.#take('offer refused by peer');
  }

  /** We refused the peer's offer, or it was withdrawn: all is as before it. */
  refusedByUs(): boolean {
    return this.#take('offer refused by us');
  }

  /** The session is over; nothing is taken from now on. */
  end(): void {
    this.#take('session ended');
  }

  #take(event: OfferAnswerEvent, subject?: SessionDescription): boolean {
    this.#taken = false;
    this.#machine.on(event, subject);
    return this.#taken;
  }

  #perform(action: OfferAnswerAction, subject: SessionDescription | undefined): void {
    switch (action) {
      case 'open local offer':
        this.#before = this.#inForce;
        this.#localOffer = subject;
        break;
      case 'open remote offer':
        this.#before = this.#inForce;
        this.#remoteOffer = subject;
        break;
      case 'put in force': {
        const local = this.#localOffer ?? subject;
        const remote = this.#remoteOffer ?? subject;
        if (local !== undefined && remote !== undefined) this.#inForce = { local, remote };
        break;
      }
      case 'close offer':
        this.#closeOffer();
        break;
      case 'restore':
        this.#inForce = this.#before;
        this.#closeOffer();
        break;
    }
  }

  #closeOffer(): void {
    this.#before = undefined;
    this.#localOffer = undefined;
    this.#remoteOffer = undefined;
  }

  #observe({ stray, ...taken }: Step<OfferAnswerState>): void {
    this.#taken = !stray;
    this.#tell(stray ? { ...taken, stray } : taken);
  }

  #tell(taken: {
    readonly event: string;
    readonly before?: OfferAnswerState;
    readonly after: OfferAnswerState;
    readonly actions: readonly string[];
    readonly stray?: boolean;
  }): void {
    const { tap, clock, endpoint, id, session } = this.#options;
    if (tap === undefined) return;
    const streams =
      this.#inForce === undefined ? [] : agreeStreams(this.#inForce.local, this.#inForce.remote);
    tap.observe({
      kind: 'offer-answer',
      v: 1,
      at: clock.wall(),
      endpoint,
      id,
      session,
      ...taken,
      timers: [],
      streams: streams.map(({ media, codec, direction, local, remote }): ObservedStream => {
        return { media, codec, direction, local, remote };
      }),
    });
  }
}
