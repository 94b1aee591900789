// A second answer to one INVITE: it is acknowledged and hung up at once (RFC 3261 §13.2.2.4).
import type { Dialog } from '../dialog/dialog.ts';
import { dialogRequest } from '../dialog/request.ts';
import { sendWithAuth } from '../endpoint/with-auth.ts';
import type { Request, Response } from '../message/message.ts';
import { AckKeeper } from './ack.ts';
import { sdpOf } from './body.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** Acknowledges the 2xx, says BYE, and returns what sends the ACK again when the 2xx is repeated. */
export function hangUpFork(
  surroundings: SessionSurroundings,
  dialog: Dialog,
  invite: Request,
  response: Response,
): () => void {
  const { endpoint, authentication } = surroundings;
  const acks = new AckKeeper(endpoint, dialog);
  acks.expect(invite, invite.body.length === 0 ? sdpOf(response) : undefined);
  acks.sendOnce();
  const bye = dialogRequest(dialog, 'BYE');
  dialog.on('local-bye');
  const nextCseq = (): number => dialog.nextCseq(1);
  sendWithAuth(endpoint, bye, { authentication, nextCseq }, { response: () => undefined, failed: () => undefined });
  return () => acks.repeat(invite.cseq.number);
}
