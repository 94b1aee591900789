// Changes of a call that is up: re-INVITE and UPDATE in a dialog, what they wanted of the media, and how they ended.
import type { SessionDescription } from '../../sdp/description.ts';
import { receives, sends } from '../../sdp/direction.ts';
import type { CallFacts } from './facts.ts';
import type { SeenDialog, Side } from './seen-dialog.ts';
import type { SeenMessage } from './seen-message.ts';
import type { SeenTransaction } from './seen-transaction.ts';

/** What a change wants of the media. */
export type Wish = 'hold' | 'resume' | 'change' | 'refresh';

/** One re-INVITE or UPDATE. */
export interface Modification {
  readonly dialog: SeenDialog;
  readonly side: Side;
  readonly transaction: SeenTransaction;
  readonly request: SeenMessage;
  readonly wish: Wish;
  /** The highest CSeq number that this side had used before in this dialog, and where. */
  readonly before: { readonly cseq: number; readonly seen: SeenMessage } | undefined;
}

/** All re-INVITEs and UPDATEs on their first hop, in the order of time. */
export function modificationsOf(facts: CallFacts): readonly Modification[] {
  return facts.dialogs.flatMap((dialog) =>
    dialog.inside
      .filter(({ method }) => method === 'INVITE' || method === 'UPDATE')
      .toSorted((a, b) => (a.request?.number ?? 0) - (b.request?.number ?? 0))
      .flatMap((transaction): readonly Modification[] => {
        const { request } = transaction;
        const side = request === undefined ? undefined : dialog.sideOf(request);
        if (request === undefined || side === undefined) return [];
        const wish = wishOf(dialog, request);
        const before = highestBefore(dialog, side, request);
        return [{ dialog, side, transaction, request, wish, before }];
      }),
  );
}

/** Whether the one who says this description may receive on any of its lines: else it holds the other. */
export function isHolding(sdp: SessionDescription): boolean {
  const lines = sdp.media.filter(({ port }) => port !== 0);
  return lines.length > 0 && lines.every((line) => !takes(line));
}

// RFC 3264 §8.4: 0.0.0.0 is how RFC 2543 held.
function takes(line: SessionDescription['media'][number]): boolean {
  return receives(line.direction) && line.connection?.address !== '0.0.0.0';
}

function wishOf(dialog: SeenDialog, request: SeenMessage): Wish {
  const { sdp } = request;
  if (sdp === undefined) return 'refresh';
  const before = dialog.messages.findLast(
    (seen) =>
      seen.number < request.number && seen.row.from === request.row.from && seen.sdp !== undefined,
  );
  const held = before?.sdp !== undefined && isHolding(before.sdp);
  if (isHolding(sdp)) return 'hold';
  if (held) return 'resume';
  const live = sdp.media.some((line) => line.port !== 0 && sends(line.direction) && takes(line));
  return live && before !== undefined && versionOf(before.sdp) === versionOf(sdp)
    ? 'refresh'
    : 'change';
}

function versionOf(sdp: SessionDescription | undefined): string | undefined {
  return sdp?.origin.sessionVersion;
}

function highestBefore(
  dialog: SeenDialog,
  side: Side,
  request: SeenMessage,
): Modification['before'] {
  let highest: Modification['before'];
  for (const seen of dialog.messages) {
    if (seen.number >= request.number) break;
    const { method, status, row } = seen;
    if (status !== undefined || row.cseq === undefined) continue;
    if (method === 'ACK' || method === 'CANCEL' || dialog.sideOf(seen) !== side) continue;
    if (highest === undefined || row.cseq > highest.cseq) highest = { cseq: row.cseq, seen };
  }
  return highest;
}
