// A request within a dialog: along its routes, under its next number, its challenges answered (RFC 3261 §12.2.1.1).
import type { Dialog } from '../dialog/dialog.ts';
import { dialogHop, dialogRequest } from '../dialog/request.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Uri } from '../message/uri.ts';
import type { Target } from '../transport/port.ts';
import type { RequestUser } from './send.ts';
import type { AgentSurroundings } from './usage.ts';
import { sendWithAuth } from './with-auth.ts';
import type { SentWithAuth } from './with-auth.ts';

/** What such a request says besides what its dialog gives. */
export interface RequestWithin {
  readonly method: string;
  readonly headers?: readonly HeaderInit[];
  readonly body?: Uint8Array | string | undefined;
}

/** Those that tell where we are, and so bring a Contact (RFC 3261 §12.2, RFC 3311 §5.1, RFC 3515 §2.2, RFC 6665 §4.4.1). */
const refreshTarget: ReadonlySet<string> = new Set([
  'INVITE',
  'UPDATE',
  'SUBSCRIBE',
  'NOTIFY',
  'REFER',
]);

/** Sends one in `dialog`. */
export function sendWithin(
  surroundings: AgentSurroundings,
  dialog: Dialog,
  { method, headers = [], body }: RequestWithin,
  user: RequestUser,
): SentWithAuth {
  const { endpoint, authentication, contact, everywhere = [] } = surroundings;
  return sendWithAuth(
    endpoint,
    dialogRequest(dialog, method, { headers: [...headers, ...everywhere], body }),
    {
      authentication,
      ...wayWithin(surroundings, dialog),
      nextCseq: () => dialog.nextCseq(1),
      ...(refreshTarget.has(method) ? { contact } : {}),
    },
    user,
  );
}

/** Where a request within `dialog` goes, and where it must not. */
export function wayWithin(
  { way }: Pick<AgentSurroundings, 'way'>,
  dialog: Dialog,
): { readonly nextHop: Uri; readonly mayReach?: (target: Target) => boolean } {
  const nextHop = way?.hop(dialog) ?? dialogHop(dialog);
  return way === undefined ? { nextHop } : { nextHop, mayReach: (target) => way.mayReach(target) };
}
