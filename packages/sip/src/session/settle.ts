// A 2xx to our INVITE or UPDATE: what was agreed on is put in force, and the ACK made ready (RFC 3261 §13.2.2.4, RFC 3262 §5).
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import type { Dialog } from '../dialog/dialog.ts';
import type { Request, Response } from '../message/message.ts';
import type { Direction } from '../sdp/negotiator.ts';
import type { AckKeeper } from './ack.ts';
import { sdpOf } from './body.ts';
import type { MediaExchange } from './media-exchange.ts';

/** What has its part in it. */
export interface Settling {
  readonly media: MediaExchange;
  readonly acks: AckKeeper;
  readonly dialog: Dialog;
  /** What we want of the media, where the 2xx brings an offer. */
  readonly direction: Direction;
  /** True for the 2xx that answers the call: what was agreed on before it stands, whatever is open since. */
  readonly first: boolean;
}

/** Called once it is in force, with the answer that goes into the ACK if there is one, or with why it is not. */
export type Settled = (settled: Result<string | undefined, Error>) => void;

/** Settles what `response` says to `request`; the ACK goes out at once, except where it must bring an answer. */
export function settle(
  { media, acks, dialog, direction, first }: Settling,
  request: Request,
  response: Response,
  done: Settled,
): void {
  const sdp = sdpOf(response);
  const fork = dialog.id.remoteTag;
  const isInvite = request.method === 'INVITE';
  // RFC 3262 §5: all that was to be agreed on may have been, in provisional responses.
  if (first ? media.wasSettledWith(fork) : media.isSettledWith(fork)) {
    if (isInvite) acks.expect(request);
    acks.sendOnce();
    media.whenIdle(() => done(ok(undefined)));
  } else if (media.isOffering(fork)) {
    if (isInvite) acks.expect(request);
    acks.sendOnce();
    media.takeAnswer(sdp, fork, done);
  } else {
    acks.expect(request, sdp);
    if (sdp !== undefined) media.makeAnswer(sdp, { direction }, done);
    else done(fail(new Error('The answer to an INVITE without an offer brought none')));
  }
}
