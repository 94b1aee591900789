// Joins calls between parties that speak unlike, browsers and desk phones: two dialogs and two sessions for each (RFC 7092 §3.2).
import type { Address, Endpoint, Flow, InviteServer, ServerTransaction } from '@offhook/sip';
import { createResponse, formatUri, replaces } from '@offhook/sip/message';
import type { HeaderInit, Request, Uri } from '@offhook/sip/message';
import {
  Abilities,
  dialogKey,
  DialogTable,
  IncomingSession,
  isReferred,
  refuseUnreadableOffer,
  Replacements,
  Session,
  SessionDispatch,
  usageNamed,
} from '@offhook/sip/session';
import type { DialogEntry, DialogUsage } from '@offhook/sip/session';
import type { Bridge, BridgeEngine } from '../../media/bridge.ts';
import { greatestBreadth, incomingBreadth } from '../proxy/max-breadth.ts';
import type { ProxyTarget } from '../proxy/target.ts';
import { BridgedCall, callOf } from './bridged-call.ts';
import type { Invited } from './bridged-call.ts';
import type { Leg } from './leg.ts';
import { needsAnchor } from './media-policy.ts';
import type { MediaPolicy } from './media-policy.ts';
import { PartyFlows } from './party-flows.ts';
import { calleeKind, callerKind } from './party-kind.ts';
import { reasonsOf } from './passed-headers.ts';
import { passedMethods, Passing } from './passing.ts';
import type { Found } from './passing.ts';
import { writeLegs } from './snapshot.ts';
import type { CallSnapshot, CallStore } from './snapshot.ts';
import { gatewaySurroundings } from './surroundings.ts';
import type { BridgedTargets, GatewaySurroundings } from './surroundings.ts';

/** What a gateway needs. */
export interface GatewayOptions {
  readonly endpoint: Endpoint;
  readonly engine: BridgeEngine;
  /** True when a packet may go to `target` since somebody at `source` has said so. */
  readonly mayReach: (target: Address, source: Address) => boolean;
  /** The address by which whoever is at `uri` can be called from anywhere: a contact of ours becomes its user's. */
  readonly addressOf: (uri: Uri) => Uri;
  /** Where calls are written down that are to outlive a crash; none are unless given. */
  readonly calls?: CallStore | undefined;
  /** Who brings the media of parties that speak alike; `auto` unless said. */
  readonly mediaPolicy?: MediaPolicy | undefined;
}

/** How many calls one caller may have at once: each takes ports, and two dialogs. */
const mostCalls = 50;

/** How long the end of its calls is waited for. */
const closeMilliseconds = 1000;

/** The back-to-back user agent of the server. */
export class Gateway {
  readonly #options: GatewayOptions;
  readonly #dialogs = new DialogTable<DialogUsage>();
  readonly #dispatch: SessionDispatch;
  readonly #surroundings: GatewaySurroundings;
  readonly #replacements: Replacements;
  readonly #flows = new PartyFlows();
  readonly #passing: Passing;
  readonly #calls = new Map<string, BridgedCall>();
  /** How many of them each caller has. */
  readonly #perCaller = new Map<string, number>();
  /** The caller's leg of an INVITE that may still be taken back. */
  readonly #callers = new WeakMap<InviteServer, Leg>();
  #made = 0;

  constructor(options: GatewayOptions) {
    const { endpoint, addressOf, mayReach } = options;
    const abilities = new Abilities('Offhook');
    for (const method of passedMethods) abilities.learn(method);
    this.#options = options;
    const dialogs = this.#dialogs;
    this.#passing = new Passing({ dialogs, addressOf, legIn: (entry) => this.#legIn(entry) });
    this.#replacements = new Replacements(
      dialogs,
      // Whom a party was sent to by a REFER that we passed on may come, whatever its INVITE says of that.
      (replacement) => isReferred(replacement) || this.#passing.hasNamed(replacement.dialog),
      endpoint.clock,
    );
    this.#surroundings = gatewaySurroundings({
      ...{ endpoint, dialogs, mayReach, headers: abilities.sessionHeaders },
      ended: (dialog) => this.#replacements.ended(dialog),
    });
    const { interval } = this.#surroundings.sessions;
    this.#dispatch = new SessionDispatch({
      dialogs,
      abilities,
      interval,
      beside: (received, entry) => this.#passing.takes(received, entry),
      unreadable: (invite) => refuseUnreadableOffer(endpoint, invite),
      // A dialog that was never ours is the callee's to find.
      replaces: (invite) => {
        const refusal = this.#replacements.refusal(invite);
        return refusal?.status === 481 ? undefined : refusal;
      },
    });
  }

  /** How many calls there are, ringing ones too. */
  get calls(): number {
    return this.#calls.size;
  }

  /**
   * Takes up what was written down when the last run ended without a word: its parties have a minute to come back with new
   * media, and who hangs up is answered (RFC 3261 §15.1.2).
   */
  restore(snapshots: readonly CallSnapshot[]): void {
    for (const from of snapshots) {
      const bridge = this.#openBridge();
      if (bridge === undefined) return;
      const { id } = from;
      const surroundings = this.#surroundings;
      const call = this.#follow(new BridgedCall({ id, surroundings, bridge, from }));
      for (const leg of call.legs) if (leg.profile.kind === 'webrtc') this.#flows.missed(call, leg);
    }
  }

  /** How many dialogs live. */
  get dialogs(): number {
    return this.#dialogs.size;
  }

  /**
   * True when a call cannot go by itself: its caller and one of those whom it is for speak unlike, or one of them is where no
   * media of the other would reach it. Browsers find their way by themselves (RFC 8445).
   */
  takes(request: Request, incoming: Flow, targets: readonly ProxyTarget[]): boolean {
    if (request.method !== 'INVITE' || request.toTag !== undefined) return false;
    const { mediaPolicy = 'auto' } = this.#options;
    const kind = callerKind(request, incoming);
    if (targets.some((target) => calleeKind(target) !== kind)) return true;
    return kind === 'rtp'
      ? needsAnchor(mediaPolicy, request, incoming, targets)
      : mediaPolicy === 'anchor';
  }

  /** Takes such a call; `request` is as it may go on. */
  invite(request: Request, transaction: InviteServer, way: BridgedTargets): void {
    const received = { request, transaction, flow: way.incoming };
    const caller = callerOf(request);
    const bridge = (this.#perCaller.get(caller) ?? 0) < mostCalls ? this.#openBridge() : undefined;
    if (bridge === undefined) {
      const headers: readonly HeaderInit[] = [['Retry-After', '10']];
      transaction.respond(createResponse(request, 503, { toTag: transaction.localTag, headers }));
      return;
    }
    let begun = false;
    this.#dispatch.invite(received, transaction, (invite) => {
      begun = true;
      const call = this.#begin(invite, way, bridge);
      this.#count(call, caller);
      return call.start();
    });
    if (!begun) bridge.close().catch(() => undefined);
  }

  /** True for an INVITE that is to take the place of a party of one of its calls (RFC 3891 §3). */
  isReplacedBy(invite: Request): boolean {
    return this.#replacedBy(invite) !== undefined;
  }

  /** Takes such an INVITE. */
  replace(request: Request, transaction: InviteServer, flow: Flow): void {
    this.#dispatch.invite({ request, transaction, flow }, transaction, (invite) => {
      const found = this.#replacedBy(request);
      if (found === undefined) throw new TypeError('The INVITE replaces no party of a call');
      const session = found.call.takeOver(found.leg, invite);
      session.events.on('session', () => {
        const taker = found.call.legs.find(({ id }) => id === session.id);
        if (taker !== undefined) this.#flows.heard(found.call, taker, flow);
      });
      return session;
    });
  }

  /** True for a request within one of its dialogs. */
  owns(request: Request): boolean {
    return request.toTag !== undefined && this.#dialogs.find(request) !== undefined;
  }

  /** Takes a request within a dialog; false when that is none of its own. */
  request(request: Request, transaction: ServerTransaction, flow: Flow): boolean {
    const entry = this.#dialogs.find(request);
    const found = this.#legIn(entry);
    // What was recorded and comes again says nothing of where its party is.
    const isNew = request.cseq.number > (entry?.dialog.remoteCseq ?? -1);
    if (found !== undefined && isNew) {
      const { call, leg } = found;
      if (request.method === 'BYE') leg.reasons = reasonsOf(request);
      if (request.method === 'INVITE' || request.method === 'UPDATE') {
        leg.media.offeredBy = request.method;
        call.back(leg, 'media');
      }
      this.#flows.heard(call, leg, flow);
    }
    return this.#dispatch.inside({ request, transaction, flow });
  }

  /** A connection ended. */
  flowClosed(flow: Flow): void {
    this.#flows.closed(flow);
  }

  /** A user was registered on `flow`. */
  registered(register: Request, flow: Flow): void {
    this.#flows.registered(register, flow);
  }

  /** Takes an ACK; false when it belongs to none of its dialogs. */
  ack(ack: Request): boolean {
    return this.#dispatch.ack(ack);
  }

  /** RFC 3261 §9.2: takes back an INVITE; false when it is none of its own. The 200 to the CANCEL is the core's. */
  cancel(cancelled: InviteServer, cancel: Request): boolean {
    const caller = this.#callers.get(cancelled);
    if (caller !== undefined) caller.reasons = reasonsOf(cancel);
    return this.#dispatch.cancel(cancelled, cancel);
  }

  /** Hangs every call up; resolves when all have heard of it, or could not in a second. */
  close(): Promise<void> {
    const stopping: readonly HeaderInit[] = [['Reason', 'SIP;cause=503;text="Server stopping"']];
    const { clock } = this.#options.endpoint;
    const deadline = clock.now() + closeMilliseconds;
    for (const call of this.#calls.values()) call.hangUp(stopping);
    return new Promise((resolve) => {
      const look = (): void => {
        if (this.#calls.size === 0 || clock.now() >= deadline) resolve();
        else clock.after(20, look);
      };
      look();
    });
  }

  #openBridge(): Bridge | undefined {
    const { endpoint, engine } = this.#options;
    try {
      return engine.open();
    } catch (error) {
      endpoint.log.warn('A call could not be bridged', {
        engine: engine.name,
        error: String(error),
      });
      return undefined;
    }
  }

  #count(call: BridgedCall, caller: string): void {
    this.#perCaller.set(caller, (this.#perCaller.get(caller) ?? 0) + 1);
    call.events.on('over', () => {
      const left = (this.#perCaller.get(caller) ?? 1) - 1;
      if (left > 0) this.#perCaller.set(caller, left);
      else this.#perCaller.delete(caller);
    });
  }

  #begin(invite: Invited, way: BridgedTargets, bridge: Bridge): BridgedCall {
    this.#made += 1;
    const { endpoint } = this.#options;
    const id = `gateway-${this.#made}-${endpoint.random.token(40)}`;
    const breadth = incomingBreadth(invite.request) ?? greatestBreadth;
    const surroundings = this.#surroundings;
    const from = { invite, way, breadth };
    const call = this.#follow(new BridgedCall({ id, surroundings, bridge, from }));
    this.#callers.set(invite.transaction, call.caller);
    this.#flows.heard(call, call.caller, way.incoming);
    call.events.on('bridged', () => {
      const { callee } = call;
      if (callee?.flow !== undefined) this.#flows.heard(call, callee, callee.flow);
    });
    return call;
  }

  #follow(call: BridgedCall): BridgedCall {
    const { calls, engine } = this.#options;
    this.#calls.set(call.id, call);
    const write = (): void => {
      const legs = writeLegs(call);
      if (legs !== undefined) calls?.put(call.id, legs);
    };
    call.events.on('bridged', () => {
      const { log } = this.#options.endpoint;
      const kinds = [call.caller, call.callee].map((leg) => leg?.profile.kind);
      log.info('A call is bridged', {
        call: call.id,
        between: kinds.join(' and '),
        engine: engine.name,
      });
      write();
    });
    call.events.on('changed', write);
    call.events.on('over', () => {
      this.#calls.delete(call.id);
      calls?.remove(call.id);
      for (const leg of call.legs) this.#flows.forget(leg);
    });
    return call;
  }

  #replacedBy(invite: Request): Found | undefined {
    const asked = invite.get(replaces);
    if (invite.method !== 'INVITE' || asked === undefined) return undefined;
    const { callId, toTag, fromTag } = asked;
    return this.#legIn(
      this.#dialogs.get(dialogKey({ callId, localTag: toTag, remoteTag: fromTag })),
    );
  }

  #legIn(entry: DialogEntry<DialogUsage> | undefined): Found | undefined {
    const usage = usageNamed(entry, 'INVITE');
    if (!(usage instanceof Session || usage instanceof IncomingSession)) return undefined;
    const call = this.#calls.get(callOf(usage.id));
    const leg = call?.legs.find(({ id }) => id === usage.id);
    return call === undefined || leg === undefined ? undefined : { call, leg };
  }
}

// A proved caller is who From says (RFC 3261 §22.3).
function callerOf({ from }: Request): string {
  return formatUri(from.uri).toLowerCase();
}
