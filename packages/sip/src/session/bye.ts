// The end of a dialog by BYE, from us (RFC 3261 §15.1.1).
import type { Dialog } from '../dialog/dialog.ts';
import { dialogHop, dialogRequest } from '../dialog/request.ts';
import { sendWithAuth } from '../endpoint/with-auth.ts';
import type { HeaderInit } from '../message/build.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** Says BYE; `answered` is called when the peer has answered, or can no more. */
export function sendBye(
  { endpoint, authentication }: SessionSurroundings,
  dialog: Dialog,
  headers: readonly HeaderInit[],
  answered: () => void,
): void {
  const bye = dialogRequest(dialog, 'BYE', { headers });
  // The dialog is over now, whatever the answer says.
  dialog.on('local-bye');
  sendWithAuth(
    endpoint,
    bye,
    { authentication, nextHop: dialogHop(dialog), nextCseq: () => dialog.nextCseq(1) },
    {
      response: (response) => {
        if (response.status >= 200) answered();
      },
      failed: () => answered(),
    },
  );
}
