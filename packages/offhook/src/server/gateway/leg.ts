// The legs of a bridged call: each a session with one party on the server's own endpoint, and the way to that party.
import type { Flow, OfferMethod } from '@offhook/sip';
import { isSipUri } from '@offhook/sip/message';
import type { HeaderInit, Uri } from '@offhook/sip/message';
import { contactScheme, contactUri } from '@offhook/sip/session';
import type {
  Dialog,
  IncomingSession,
  OutgoingSession,
  Session,
  SessionSurroundings,
} from '@offhook/sip/session';
import type { PartyProfile } from '../../media/bridge.ts';
import { peerOn, peerUri } from '../proxy/own-route.ts';
import type { ProxyTarget } from '../proxy/target.ts';
import type { LegMedia } from './leg-media.ts';
import { sessionName, HalfName } from './session-name.ts';
import type { GatewaySurroundings } from './surroundings.ts';

/** One party of a bridged call. */
export class Leg {
  readonly id: string;
  readonly profile: PartyProfile;
  readonly media: LegMedia;
  /** Its half of the call's Session-ID. */
  readonly name: HalfName;
  /** The user agent behind it, where it has said so when it registered (RFC 5626 §4.1). */
  readonly instance: string | undefined;
  readonly surroundings: SessionSurroundings;
  /** Whom it is with, once it is answered. */
  session: Session | undefined;
  /** What the party said of the end in its BYE or CANCEL (RFC 3326). */
  reasons: readonly HeaderInit[] = [];
  /** What it has lost of its way to us, and may get back. */
  readonly lacks: Set<'flow' | 'media'> = new Set();
  /** True once nothing of it is left. */
  over = false;
  #flow: Flow | undefined;

  constructor(
    { id, profile, media, flow, target, instance, other, reliable = true }: LegInit,
    surroundings: GatewaySurroundings,
  ) {
    this.id = id;
    this.profile = profile;
    this.media = media;
    this.#flow = flow;
    this.instance = target?.instance ?? instance;
    const name = new HalfName(surroundings.sessions.endpoint.random);
    this.name = name;
    this.surroundings = {
      ...surroundings.sessions,
      headers: reliable ? surroundings.sessions.headers : surroundings.unreliableHeaders,
      heard: (message) => name.read(message),
      get everywhere() {
        return [sessionName(other(), name)];
      },
      ...(target === undefined ? {} : outward(target)),
      contact: (on, request) =>
        `<${contactUri({
          endpoint: surroundings.sessions.endpoint,
          user: undefined,
          flow: on,
          scheme: contactScheme(request),
          outbound: false,
        })}>`,
      way: {
        flow: target?.flow,
        hop: (dialog) => this.#hop(dialog) ?? gruuHop(dialog, target),
        mayReach: (at) => {
          const source = this.#flow?.remote ?? target?.source;
          return (
            source === undefined || at.host === source.host || surroundings.mayReach(at, source)
          );
        },
      },
    };
  }

  /** Where the party is reached now. */
  get flow(): Flow | undefined {
    return this.#flow;
  }

  /** The party was heard on this flow, or has registered anew on it: from now on it is reached there. */
  moved(flow: Flow): void {
    this.#flow = flow;
  }

  /** Has the party asked anew through `session`, before its answer or after it. */
  negotiateBy(session: Session | OutgoingSession | IncomingSession): void {
    this.media.renegotiate = (method: OfferMethod) =>
      'renegotiate' in session
        ? session.renegotiate(method === 'UPDATE' && session.takesUpdate ? 'UPDATE' : 'INVITE')
        : session.modify('sendrecv');
  }

  /** It is answered. */
  answeredBy(session: Session): void {
    this.session = session;
    this.negotiateBy(session);
  }

  // RFC 5626 §5.3: a browser, and who is behind a NAT, is where it was heard from; routers in between know their own way.
  #hop(dialog: Dialog): Uri | undefined {
    if (dialog.routeSet.length > 0 || this.#flow === undefined) return undefined;
    const peer = peerOn(this.#flow, dialog.remoteTarget);
    return peer === undefined ? undefined : peerUri(peer);
  }
}

/** What a leg is made of. */
export interface LegInit {
  readonly id: string;
  readonly profile: PartyProfile;
  readonly media: LegMedia;
  /** By which the party was heard. */
  readonly flow: Flow | undefined;
  /** The name of whom it talks to, once that is known. */
  readonly other: () => HalfName | undefined;
  /** False when the party must not make its provisional responses reliable, since the other could not answer them. */
  readonly reliable?: boolean | undefined;
  /** Its user agent, where no target says that. */
  readonly instance?: string | undefined;
  /** Whom it calls; absent for the caller. */
  readonly target?: ProxyTarget | undefined;
}

// RFC 5627 §6.1: a GRUU of our own registrar leads to a phone that only we can find: it is where we called it.
function gruuHop(
  { routeSet, remoteTarget }: Dialog,
  target: ProxyTarget | undefined,
): Uri | undefined {
  const isGruu = isSipUri(remoteTarget) && remoteTarget.parameters.has('gr');
  return isGruu && routeSet.length === 0 ? target?.uri : undefined;
}

function outward({ routes = [], secure, uri, flow }: ProxyTarget): Partial<SessionSurroundings> {
  // RFC 5630 §5.3: over TLS, though the Request-URI keeps its scheme.
  const hop = secure === true && flow === undefined && 'host' in uri;
  return { routes, nextHop: hop ? { ...uri, scheme: 'sips' } : undefined };
}
