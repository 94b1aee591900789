// What a session is given by the user agent above it, and what it tells in return.
import type { DialogSurroundings } from '../dialog/dialog.ts';
import type { DialogTable } from '../dialog/table.ts';
import type { Endpoint } from '../endpoint/endpoint.ts';
import type { ServerTransaction } from '../endpoint/parts.ts';
import type { Authentication } from '../endpoint/with-auth.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { Flow } from '../transport/port.ts';

/** A request that arrived: where it is answered, and the flow on which it came. */
export interface Received {
  readonly request: Request;
  readonly transaction: ServerTransaction;
  readonly flow: Flow;
}

/** What takes the requests of a dialog that belong to it (RFC 5057). */
export interface DialogUsage {
  /** A request within the dialog, its CSeq in order; never ACK or CANCEL. */
  request(received: Received): void;
  /** An ACK to a 2xx of ours. */
  ack(ack: Request): void;
}

/** What every session of one user agent shares. */
export interface SessionSurroundings {
  readonly endpoint: Endpoint;
  readonly dialogs: DialogTable<DialogUsage>;
  readonly authentication: Authentication | undefined;
  /** Where requests outside a dialog go first, when not to their Request-URI. */
  readonly nextHop: Uri | undefined;
  /** Our Contact value in requests and answers that travel on `flow`. */
  readonly contact: (flow: Flow) => string;
  /** Allow, Supported and User-Agent, for requests and answers that set up or change a session. */
  readonly headers: readonly HeaderInit[];
  /** The longest a phone rings, in milliseconds. */
  readonly ringMilliseconds: number;
  /** The longest a call lasts, in milliseconds. */
  readonly callMilliseconds: number;
}

/** What a dialog of these sessions needs. */
export function dialogSurroundings(surroundings: SessionSurroundings): DialogSurroundings {
  const { clock, tap, name } = surroundings.endpoint;
  return { clock, tap, endpoint: name };
}
