// The media of one leg as its session sees it: a negotiator that asks the bridge, and through it the other leg (RFC 3264, RFC 7092 §3.2).
import type { OfferMethod } from '@offhook/sip';
import { NoCommonMedia } from '@offhook/sip/sdp';
import type { AgreedStream, Negotiator, SessionDescription, StreamReport } from '@offhook/sip/sdp';
import type { PartyName } from '../../media/bridge.ts';
import type { JointMedia } from './joint-media.ts';
import { Later } from './later.ts';
import { sameMedia } from './same-media.ts';

/** One side of a bridged call. */
export class LegMedia implements Negotiator {
  readonly party: PartyName;
  readonly #joint: JointMedia;
  #said: SessionDescription | undefined;
  #told: SessionDescription | undefined;
  /** What it was told before that, should it not take it. */
  #toldBefore: SessionDescription | undefined;
  /** The first description of the other side, as the bridge makes it for this party. */
  readonly #first: Later<SessionDescription> = new Later();
  /** What the caller answers to an offer of the callee (RFC 3261 §13.2.1). */
  readonly #answer: Later<SessionDescription> = new Later();
  #isAwaited = false;
  #begun = false;
  #listener: ((reports: readonly StreamReport[]) => void) | undefined;
  /** By what the party's last offer came, and so goes on. */
  offeredBy: OfferMethod = 'INVITE';
  /** Has the session of this leg make an offer; absent as long as it cannot. */
  renegotiate: ((method: OfferMethod) => Promise<void>) | undefined;

  /** `offer` is what the party has said already. */
  constructor(party: PartyName, joint: JointMedia, offer?: SessionDescription) {
    this.party = party;
    this.#joint = joint;
    this.#said = offer;
  }

  /** The last offer or answer of the party. */
  get said(): SessionDescription | undefined {
    return this.#said;
  }

  /** What was agreed stands in the descriptions of both legs; the bridge alone knows more. */
  get streams(): readonly AgreedStream[] {
    return [];
  }

  /** True when `offer` says nothing that the party was not told before. */
  knows(offer: SessionDescription): boolean {
    return this.#told !== undefined && sameMedia(offer, this.#told);
  }

  /** True once there is something for the party to be told. */
  get isTold(): boolean {
    return this.#first.settled;
  }

  /** The call was answered in an earlier run: whatever comes now is a change of it. */
  resume(): void {
    this.#begun = true;
    this.#first.reject(new NoCommonMedia('The call was answered before'));
  }

  /** The first description of the other side is ready for this party. */
  tell(description: SessionDescription): void {
    this.#first.resolve(description);
  }

  async createOffer(): Promise<SessionDescription> {
    return this.#tells(await this.#offer());
  }

  async createAnswer(offer: SessionDescription): Promise<SessionDescription> {
    return this.#tells(await this.#answerTo(offer));
  }

  async applyAnswer(answer: SessionDescription): Promise<void> {
    const joint = this.#joint;
    const { bridge, exchange } = joint;
    this.#said = answer;
    if (exchange?.to === this) {
      exchange.answer = await bridge.answer(this.party, answer, exchange.from.party);
    } else if (this.#isAwaited) {
      this.#isAwaited = false;
      this.#answer.resolve(answer);
    } else if (joint.isJoined && joint.caller.isTold) {
      const other = joint.other(this);
      if (other !== undefined) await bridge.answer(this.party, answer, other.party);
    } else await joint.hear(this, answer);
  }

  rollback(): void {
    this.#told = this.#toldBefore;
    this.#joint.rollback(this);
  }

  reportTo(listener: (reports: readonly StreamReport[]) => void): void {
    this.#listener = listener;
  }

  /** The bridge has counted the party's lines. */
  report(reports: readonly StreamReport[]): void {
    this.#listener?.(reports);
  }

  close(): Promise<readonly StreamReport[]> {
    const over = new NoCommonMedia('The other side is gone');
    this.#first.reject(over);
    this.#answer.reject(over);
    return this.#joint.left(this);
  }

  #offer(): Promise<SessionDescription> {
    const joint = this.#joint;
    const { bridge, exchange } = joint;
    if (exchange?.to === this && exchange.made !== undefined) return Promise.resolve(exchange.made);
    // An INVITE without an offer waits for that of the callee.
    if (this === joint.caller && this.#begins()) return this.#first.promise;
    // A callee is offered what the caller has; later the word of the other side stands, as in a refresh (RFC 4028 §7.4).
    const other = joint.other(this);
    if (other?.said === undefined)
      return Promise.reject(new NoCommonMedia('There is no offer yet'));
    return bridge.offer(other.party, other.said, this.party);
  }

  async #answerTo(offer: SessionDescription): Promise<SessionDescription> {
    const joint = this.#joint;
    const { bridge, caller } = joint;
    const offersFirst = caller.said === undefined && !caller.isTold;
    const isFirst = this.#begins() && (this === caller || offersFirst);
    if (!isFirst) return this.#pass(offer);
    this.#said = offer;
    if (this === caller) return this.#first.promise;
    // The callee offers; the caller is told, and answers in its ACK or PRACK.
    joint.focus(this);
    caller.#isAwaited = true;
    joint.tellCaller(await bridge.offer(this.party, offer, caller.party));
    return bridge.answer(caller.party, await caller.#answer.promise, this.party);
  }

  // RFC 4028 §7.4: a refresh says again what stands, and concerns this leg alone.
  async #pass(offer: SessionDescription): Promise<SessionDescription> {
    if (this.#said !== undefined && this.#told !== undefined && isRefresh(offer, this.#said))
      return this.#told;
    const before = this.#said;
    this.#said = offer;
    try {
      return await this.#joint.pass(this, offer, before);
    } catch (error) {
      this.#said = before;
      throw error;
    }
  }

  /** The party's last offer is taken back. */
  takeBack(before: SessionDescription | undefined): void {
    this.#said = before;
  }

  #tells(description: SessionDescription): SessionDescription {
    this.#toldBefore = this.#told;
    this.#told = description;
    return description;
  }

  #begins(): boolean {
    const first = !this.#begun;
    this.#begun = true;
    return first;
  }
}

// RFC 3264 §8: the same version of the same session is the same description.
function isRefresh(offer: SessionDescription, before: SessionDescription): boolean {
  const { origin } = offer;
  return (
    origin.sessionId === before.origin.sessionId &&
    origin.sessionVersion === before.origin.sessionVersion &&
    sameMedia(offer, before)
  );
}
