// The end of a dialog by BYE, from us (RFC 3261 §15.1.1).
import type { Dialog } from '../dialog/dialog.ts';
import { sendWithin } from '../endpoint/within.ts';
import type { HeaderInit } from '../message/build.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** Says BYE; `answered` is called when the peer has answered, or can no more. */
export function sendBye(
  surroundings: SessionSurroundings,
  dialog: Dialog,
  headers: readonly HeaderInit[],
  answered: () => void,
): void {
  // The dialog is over now, whatever the answer says.
  dialog.on('local-bye');
  sendWithin(
    surroundings,
    dialog,
    { method: 'BYE', headers },
    {
      response: ({ status }) => {
        if (status >= 200) answered();
      },
      failed: () => answered(),
    },
  );
}
