// Requests within a dialog (RFC 3261 §12.2.1.1).
import { createRequest } from '../message/create.ts';
import type { HeaderInit } from '../message/build.ts';
import type { Request } from '../message/message.ts';
import type { Uri } from '../message/uri.ts';
import type { Dialog } from './dialog.ts';
import { routing } from './route-set.ts';

/** What a request within a dialog carries besides what the dialog gives. */
export interface DialogRequestOptions {
  readonly headers?: readonly HeaderInit[];
  readonly body?: Uint8Array | string | undefined;
  /** For ACK: the number of the INVITE that it acknowledges. Others take the next number. */
  readonly cseq?: number;
  /** Where a dialog that has not yet sent starts to count, 1 unless said. */
  readonly firstCseq?: number;
}

/** A request of `method` within `dialog`, without Via: that is added where it is sent. */
export function dialogRequest(
  dialog: Dialog,
  method: string,
  options: DialogRequestOptions = {},
): Request {
  const { uri, routes } = routing(dialog.remoteTarget, dialog.routeSet);
  const number = options.cseq ?? dialog.nextCseq(options.firstCseq ?? 1);
  const headers: HeaderInit[] = [
    ...routes.map((value): HeaderInit => ['Route', value]),
    ['Max-Forwards', '70'],
    ['From', tagged(dialog.localParty, dialog.id.localTag)],
    ['To', tagged(dialog.remoteParty, dialog.id.remoteTag)],
    ['Call-ID', dialog.id.callId],
    ['CSeq', `${number} ${method}`],
    ...(options.headers ?? []),
  ];
  return createRequest({ method, uri, headers, body: options.body });
}

/** Where a request within `dialog` goes: the first router, strict ones too, else the remote target (RFC 3261 §12.2.1.1). */
export function dialogHop(dialog: Dialog): Uri {
  return dialog.routeSet[0]?.uri ?? dialog.remoteTarget;
}

// RFC 3261 §12.2.1.1: a null tag is left out.
function tagged(party: string, tag: string): string {
  return tag === '' ? party : `${party};tag=${tag}`;
}
