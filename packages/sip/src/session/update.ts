// An UPDATE of ours without an offer: it refreshes the session and its target (RFC 3311 §5.1, RFC 4028 §7.4).
import type { Dialog } from '../dialog/dialog.ts';
import { sendWithin } from '../endpoint/within.ts';
import type { SipError } from '../message/errors.ts';
import type { HeaderInit } from '../message/build.ts';
import { allow } from '../message/header/allow.ts';
import type { Message, Response } from '../message/message.ts';
import { sessionHeaders } from './info.ts';
import type { SessionSurroundings } from './surroundings.ts';

/** What became of an UPDATE: a final response, or silence. */
export interface UpdateUser {
  answered(response: Response): void;
  failed(status: 408 | 487 | 503, error: SipError): void;
}

/** Sends an UPDATE without an offer in `dialog`. */
export function sendUpdate(
  surroundings: SessionSurroundings,
  dialog: Dialog,
  more: readonly HeaderInit[],
  { answered, failed }: UpdateUser,
): void {
  sendWithin(
    surroundings,
    dialog,
    { method: 'UPDATE', headers: [...sessionHeaders(surroundings), ...more] },
    {
      response: (response) => {
        if (response.status >= 200) answered(response);
      },
      failed,
    },
  );
}

/** True when `message` says that its sender takes UPDATE, false when it says what it takes and that is not among it. */
export function allowsUpdate(message: Message): boolean | undefined {
  return message.get(allow)?.includes('UPDATE');
}
