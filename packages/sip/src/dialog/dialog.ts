// One dialog: its identity, its peers' sequence numbers, its target and its routes. It builds and judges, it never sends.
import { own } from '../base/bytes.ts';
import type { Clock } from '../base/clock.ts';
import { Machine } from '../base/machine.ts';
import type { Tap } from '../base/tap.ts';
import { contact } from '../message/header/contact.ts';
import type { Message, Request } from '../message/message.ts';
import { formatUri, parseUri } from '../message/uri.ts';
import type { Uri } from '../message/uri.ts';
import type { DialogAction, DialogEvent, DialogState } from './dialog.figure.ts';
import { dialogKey } from './id.ts';
import type { DialogId } from './id.ts';
import { DialogWork } from './work.ts';
import type { RouteSet } from './route-set.ts';

/** What a dialog is made of at its birth (RFC 3261 §12.1). */
export interface DialogSeed {
  readonly id: DialogId;
  /** From value of our requests without its tag: `"Alice" <sip:alice@example.com>`. */
  readonly localParty: string;
  /** To value of our requests without its tag. */
  readonly remoteParty: string;
  readonly remoteTarget: Uri;
  readonly routeSet: RouteSet;
  /** True for the side that sent the first request. */
  readonly initiator: boolean;
  readonly localCseq: number | undefined;
  readonly remoteCseq: number | undefined;
  /** RFC 3261 §12.1: true when it was set up over TLS to a sips URI. */
  readonly secure: boolean;
  /** The transaction that made it, for the tap. */
  readonly transaction: string | undefined;
}

/** What a dialog needs of its surroundings. */
export interface DialogSurroundings {
  readonly clock: Clock;
  readonly tap: Tap | undefined;
  readonly endpoint: string;
}

/** A peer-to-peer relationship of two user agents (RFC 3261 §12), from the first tagged response to BYE. */
export class Dialog {
  readonly id: DialogId;
  readonly key: string;
  readonly initiator: boolean;
  readonly secure: boolean;
  /** True while more than one usage shares it; kept by the table. */
  shared = false;
  readonly #machine: Machine<DialogState, DialogEvent, DialogAction>;
  #localParty: string;
  #remoteParty: string;
  #remoteTarget: Uri;
  #routeSet: RouteSet;
  #localCseq: number | undefined;
  #remoteCseq: number | undefined;

  constructor(seed: DialogSeed, surroundings: DialogSurroundings) {
    this.id = {
      callId: own(seed.id.callId),
      localTag: own(seed.id.localTag),
      remoteTag: own(seed.id.remoteTag),
    };
    this.key = dialogKey(this.id);
    this.#localParty = own(seed.localParty);
    this.#remoteParty = own(seed.remoteParty);
    this.initiator = seed.initiator;
    this.secure = seed.secure;
    this.#remoteTarget = ownUri(seed.remoteTarget);
    this.#routeSet = seed.routeSet;
    this.#localCseq = seed.localCseq;
    this.#remoteCseq = seed.remoteCseq;
    const { id, key } = this;
    const work = new DialogWork({ id, key, transaction: seed.transaction, surroundings });
    this.#machine = new Machine(work, 'Trying');
  }

  get callId(): string {
    return this.id.callId;
  }

  get localTag(): string {
    return this.id.localTag;
  }

  get remoteTag(): string {
    return this.id.remoteTag;
  }

  /** Early, Confirmed or Terminated. */
  get state(): DialogState {
    return this.#machine.state;
  }

  /** Who we are in it: the From of our requests, without its tag. */
  get localParty(): string {
    return this.#localParty;
  }

  /** Who the peer is in it: the To of our requests, without its tag. */
  get remoteParty(): string {
    return this.#remoteParty;
  }

  /** Where its requests go in the end (RFC 3261 §12.2.1.1). */
  get remoteTarget(): Uri {
    return this.#remoteTarget;
  }

  /** The routers in between, the nearest first. */
  get routeSet(): RouteSet {
    return this.#routeSet;
  }

  /** The CSeq of our last request; undefined before the first. */
  get localCseq(): number | undefined {
    return this.#localCseq;
  }

  /** The highest CSeq that the peer has used; undefined before its first request. */
  get remoteCseq(): number | undefined {
    return this.#remoteCseq;
  }

  /** Takes an event of the figure; once Terminated nothing happens any more. The end of one of several usages is none of it. */
  on(event: DialogEvent): void {
    if (this.#machine.state === 'Terminated') return;
    if (this.shared && event !== '2xx' && event !== '1xx-tag' && event !== '1xx-notag') return;
    this.#machine.on(event);
  }

  /** RFC 3261 §12.2.1.1: the number for our next request, one above the last. */
  nextCseq(first: number): number {
    this.#localCseq = this.#localCseq === undefined ? first : this.#localCseq + 1;
    return this.#localCseq;
  }

  /** RFC 3261 §12.2.2: takes the number of a request of the peer; false when it is lower than one before. */
  takeCseq(request: Request): boolean {
    if (this.#remoteCseq !== undefined && request.cseq.number < this.#remoteCseq) return false;
    this.#remoteCseq = request.cseq.number;
    return true;
  }

  /** RFC 4916 §4.3: from now on we are somebody else. */
  renameLocal(party: string): void {
    this.#localParty = own(party);
  }

  /** RFC 4916 §4.4.2: the From of a request that we accepted says who the peer is now. True when that is somebody else. */
  renameRemote(party: string): boolean {
    if (party === this.#remoteParty) return false;
    this.#remoteParty = own(party);
    return true;
  }

  /** RFC 3261 §12.2.1.2, §12.2.2: the Contact of an accepted target refresh becomes the remote target. */
  refreshTarget(message: Message): void {
    const [value] = message.get(contact) ?? [];
    if (value !== undefined && value !== '*') this.#remoteTarget = ownUri(value.uri);
  }

  /** RFC 3261 §13.2.2.4: the 2xx sets the route set anew; after that it never changes. */
  confirmRoutes(routeSet: RouteSet): void {
    if (this.state === 'Early' || this.state === 'Trying') this.#routeSet = routeSet;
  }
}

function ownUri(uri: Uri): Uri {
  const copy = parseUri(own(formatUri(uri)));
  return copy.ok ? copy.value : uri;
}
