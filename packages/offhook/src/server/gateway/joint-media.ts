// What the legs of a bridged call agree on together: one bridge, the caller's side and those of its callees.
import { SipError } from '@offhook/sip';
import { NoCommonMedia } from '@offhook/sip/sdp';
import type { SessionDescription, StreamReport } from '@offhook/sip/sdp';
import type { Bridge, PartyName, PartyProfile } from '../../media/bridge.ts';
import { LegMedia } from './leg-media.ts';

/** An offer that one leg passes on to the other, until it is answered. */
export interface Exchange {
  readonly from: LegMedia;
  readonly to: LegMedia;
  /** What `to` is offered, once the bridge has made it; undefined again when that came to nothing. */
  made: SessionDescription | undefined;
  /** What `from` is to be told. */
  answer: SessionDescription | undefined;
}

/** What the media of a call is made of. */
export interface JointMediaOptions {
  readonly bridge: Bridge;
  readonly profile: PartyProfile;
  /** What the caller's INVITE brought, if anything. */
  readonly offer: SessionDescription | undefined;
  /** The caller may hear a callee that has not answered. */
  readonly sounds: () => void;
}

/** The media of one bridged call. */
export class JointMedia {
  readonly bridge: Bridge;
  /** How the caller speaks. */
  readonly profile: PartyProfile;
  readonly #sounds: () => void;
  readonly #legs = new Map<PartyName, LegMedia>();
  /** Who wants to take another's place, and whom it would talk to. */
  readonly #takers = new Map<LegMedia, LegMedia>();
  #caller: LegMedia;
  #heard: LegMedia | undefined;
  #joined = false;
  #exchange: Exchange | undefined;
  /** The offer that was passed on last, and what the party had said before it. */
  #passed:
    | { readonly exchange: Exchange; readonly before: SessionDescription | undefined }
    | undefined;
  #closed: Promise<ReadonlyMap<PartyName, readonly StreamReport[]>> | undefined;

  constructor({ bridge, profile, offer, sounds }: JointMediaOptions) {
    this.bridge = bridge;
    this.profile = profile;
    this.#sounds = sounds;
    bridge.addParty('caller', profile);
    this.#caller = new LegMedia('caller', this, offer);
    this.#legs.set('caller', this.#caller);
    bridge.reportTo((party, reports) => this.#legs.get(party)?.report(reports));
  }

  get caller(): LegMedia {
    return this.#caller;
  }

  /** True once the call is answered. */
  get isJoined(): boolean {
    return this.#joined;
  }

  /** The offer that is being passed on. */
  get exchange(): Exchange | undefined {
    return this.#exchange;
  }

  /** A new callee. */
  add(party: PartyName, profile: PartyProfile): LegMedia {
    this.bridge.addParty(party, profile);
    const leg = new LegMedia(party, this);
    this.#legs.set(party, leg);
    return leg;
  }

  /** The leg at the other end: the caller, or the callee that is heard. */
  other(leg: LegMedia): LegMedia | undefined {
    const taken = this.#takers.get(leg);
    if (taken !== undefined) return taken;
    return leg === this.#caller ? this.#heard : this.#caller;
  }

  /** A new party that wants the place of `leg`: until it has it, the others go on as they are. */
  take(leg: LegMedia, party: PartyName, profile: PartyProfile): LegMedia {
    const taker = this.add(party, profile);
    const other = this.other(leg);
    if (other !== undefined) this.#takers.set(taker, other);
    return taker;
  }

  /** It has it. */
  replaced(leg: LegMedia, taker: LegMedia): void {
    this.#takers.delete(taker);
    if (leg === this.#caller) this.#caller = taker;
    else this.#heard = taker;
  }

  /** From now on the caller and `callee` agree with each other. */
  focus(callee: LegMedia): void {
    this.#heard = callee;
  }

  /** A callee has answered the caller's offer, early or for good: these two hear each other (RFC 3261 §13.2.1). */
  async hear(callee: LegMedia, answer: SessionDescription): Promise<void> {
    this.focus(callee);
    this.tellCaller(await this.bridge.answer(callee.party, answer, this.caller.party));
  }

  /** The caller is told once; what other callees say differs from it in nothing that it would have to know. */
  tellCaller(description: SessionDescription): void {
    if (this.caller.isTold) return;
    this.caller.tell(description);
    if (!this.#joined) this.#sounds();
  }

  /** The call is answered by `callee`; what it said early counts again, if another was heard since. */
  join(callee: LegMedia): void {
    const before = this.#heard;
    this.#joined = true;
    this.focus(callee);
    if (before === undefined || before === callee || callee.said === undefined) return;
    this.bridge
      .answer(callee.party, callee.said, this.caller.party)
      // It was agreed on before; that it fails now the bridge tells as `broken`.
      .catch(() => undefined);
  }

  /**
   * Passes an offer of `from` on (RFC 3261 §14): the other party is offered the same, and refuses it or not, unless it
   * concerns it in nothing, as new candidates of a browser do not concern a desk phone. Resolves with the answer.
   */
  async pass(
    from: LegMedia,
    offer: SessionDescription,
    before: SessionDescription | undefined,
  ): Promise<SessionDescription> {
    const to = this.other(from);
    if (to === undefined) throw new NoCommonMedia('There is nobody to agree with');
    // RFC 3261 §14.2: both sides offer at once, through us.
    if (this.#exchange !== undefined) throw new SipError('SIP_REJECTED', { status: 491 });
    const exchange: Exchange = { from, to, made: undefined, answer: undefined };
    this.#exchange = exchange;
    try {
      exchange.made = await this.bridge.offer(from.party, offer, to.party);
      const answer =
        to.knows(exchange.made) && to.said !== undefined
          ? await this.bridge.answer(to.party, to.said, from.party)
          : await ask(exchange);
      this.#passed = { exchange, before };
      return answer;
    } catch (error) {
      this.#undo(exchange);
      throw asSeenBy(error);
    } finally {
      this.#exchange = undefined;
    }
  }

  /** The last offer to `leg`, or of it, came to nothing. */
  rollback(leg: LegMedia): void {
    if (this.#exchange?.to === leg) this.#undo(this.#exchange);
    const passed = this.#passed;
    if (passed?.exchange.from !== leg) return;
    this.#passed = undefined;
    leg.takeBack(passed.before);
    // The other side has agreed already to what is taken back, and is asked for what was before.
    if (passed.before !== undefined)
      this.pass(leg, passed.before, passed.before).catch(() => undefined);
  }

  /** A leg needs no media any more; that of a callee which does not have the call leaves the others theirs. */
  async left(leg: LegMedia): Promise<readonly StreamReport[]> {
    const known = this.#legs.delete(leg.party);
    this.#takers.delete(leg);
    const hasCall = leg === this.#caller || (this.#joined && leg === this.#heard);
    if (hasCall || this.#closed !== undefined) return (await this.close()).get(leg.party) ?? [];
    if (known) this.bridge.removeParty(leg.party);
    return [];
  }

  /** Ends the bridge. */
  close(): Promise<ReadonlyMap<PartyName, readonly StreamReport[]>> {
    this.#closed ??= this.bridge.close();
    return this.#closed;
  }

  #undo(exchange: Exchange): void {
    if (exchange.made === undefined) return;
    exchange.made = undefined;
    this.bridge.rollback(exchange.from.party, exchange.to.party);
  }
}

async function ask(exchange: Exchange): Promise<SessionDescription> {
  const { from, to } = exchange;
  if (to.renegotiate === undefined) throw new NoCommonMedia('There is nobody to agree with');
  await to.renegotiate(from.offeredBy);
  if (exchange.answer === undefined) throw new NoCommonMedia('The offer was not answered');
  return exchange.answer;
}

/** What says of one leg alone that it is over, or must prove itself: the other is told that it could not be done. */
const ofOneLeg: ReadonlySet<number> = new Set([401, 407, 408, 481, 487]);

function asSeenBy(error: unknown): unknown {
  const status = error instanceof SipError ? error.status : undefined;
  return status !== undefined && ofOneLeg.has(status)
    ? new Error('The other side did not answer')
    : error;
}
