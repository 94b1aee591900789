// What everything that lives in a dialog has in common: how it gets its requests, and what it is given (RFC 5057).
import type { Dialog, DialogSurroundings } from '../dialog/dialog.ts';
import type { DialogTable } from '../dialog/table.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { Flow, Target } from '../transport/port.ts';
import type { Endpoint } from './endpoint.ts';
import type { ServerTransaction } from './parts.ts';
import type { Authentication } from './with-auth.ts';

/** A request that arrived: where it is answered, and the flow on which it came. */
export interface Received {
  readonly request: Request;
  readonly transaction: ServerTransaction;
  readonly flow: Flow;
}

/** What takes the requests of a dialog that belong to it: a session or a subscription (RFC 5057 §2). */
export interface DialogUsage {
  /** Its name, which no other usage of the dialog has: `INVITE`, or the role and the event of a subscription. */
  readonly usage: string;
  /** A request within the dialog, its CSeq in order; never ACK or CANCEL. */
  request(received: Received): void;
  /** An ACK to a 2xx of ours. */
  ack?(ack: Request): void;
}

/** The way to one peer, as a server knows it that has the peer's connection, or sees the address behind its NAT (RFC 5626 §5.3). */
export interface PeerWay {
  /** The flow on which a request outside a dialog goes, and no other. */
  readonly flow?: Flow | undefined;
  /** Where a request within `dialog` goes; undefined to go by the dialog's routes and target. */
  hop(dialog: Dialog): Uri | undefined;
  /** False for an address to which nothing may be sent, though the peer names it. */
  mayReach(target: Target): boolean;
}

/** What all sessions and subscriptions of one user agent share. */
export interface AgentSurroundings {
  readonly endpoint: Endpoint;
  readonly dialogs: DialogTable<DialogUsage>;
  readonly authentication: Authentication | undefined;
  /** Where requests outside a dialog go first, when not to their Request-URI. */
  readonly nextHop: Uri | undefined;
  /** Route values for requests outside a dialog: what the registrar said in Service-Route (RFC 3608 §5). */
  readonly routes: readonly string[];
  /** False to hand a 3xx to the application instead of following it (RFC 3261 §8.1.3.4). */
  readonly followsRedirects: boolean;
  /** Our Contact value in requests and answers that travel on `flow`. */
  readonly contact: (flow: Flow, request: Request) => string;
  /** How the peer is reached where its own URI does not lead to it; as the messages say when absent. */
  readonly way?: PeerWay | undefined;
  /** Allow, Supported and User-Agent, for requests and answers that set up or change a dialog. */
  readonly headers: readonly HeaderInit[];
  /** What every request says besides, and every answer that sets up or changes a dialog: such as Session-ID (RFC 7989 §4.2). */
  readonly everywhere?: readonly HeaderInit[] | undefined;
}

/** What a dialog of this user agent needs. */
export function dialogSurroundings({ endpoint }: AgentSurroundings): DialogSurroundings {
  const { clock, tap, name } = endpoint;
  return { clock, tap, endpoint: name };
}
