// The rows of a ladder: messages, steps and notes, and between them where media begins, changes and ends.
import type {
  CallDocument,
  MediaSpan,
  MessageDocument,
  SessionDocument,
  TimerSpan,
} from '@offhook/sip/trace';
import type { CallIndex, CallItem } from './call-index.ts';

/** What flows between two parties from now on. */
export interface MediaItem {
  readonly kind: 'media';
  readonly at: number;
  readonly session: number;
  readonly source: 'recorded' | 'inferred';
  /** Ids of parties: the first end of the dialog, and the second. */
  readonly first: number;
  readonly second: number;
  readonly forth: boolean;
  readonly back: boolean;
  /** Such as `RTP PCMU`. */
  readonly text: string;
}

/** Notes that say the same one after the other, as one row. */
export type FoldedNote = Extract<CallItem, { kind: 'note' }> & {
  readonly times: number;
  readonly lastFrame: number;
};

/** One row. */
export type LadderRow = Exclude<CallItem, { kind: 'note' }> | FoldedNote | MediaItem;

/** Whether `frame` is that of `row`, or of a note in it. */
export function holds(row: LadderRow, frame: number | undefined): boolean {
  if (frame === undefined || row.kind === 'media') return false;
  if (row.kind === 'note') return frame >= row.frame && frame <= row.lastFrame;
  return row.frame === frame;
}

/** All rows in the order of time; without steps and notes when `brief`. */
export function ladderRows(
  document: CallDocument,
  index: CallIndex,
  brief: boolean,
): readonly LadderRow[] {
  const items = brief ? index.items.filter(({ kind }) => kind === 'message') : index.items;
  const media = document.sessions.flatMap((session) => mediaItems(document, session));
  // Media that a message agreed on stands below it.
  return folded([...items, ...media].toSorted((a, b) => a.at - b.at || rank(a) - rank(b)));
}

function folded(rows: readonly (CallItem | MediaItem)[]): readonly LadderRow[] {
  const all: LadderRow[] = [];
  for (const row of rows) {
    const last = all.at(-1);
    if (row.kind !== 'note') all.push(row);
    else if (
      last?.kind === 'note' &&
      last.of.text === row.of.text &&
      last.of.party === row.of.party &&
      row.frame > last.lastFrame
    )
      all[all.length - 1] = { ...last, times: last.times + 1, lastFrame: row.frame };
    else all.push({ ...row, times: 1, lastFrame: row.frame });
  }
  return all;
}

function rank(row: CallItem | MediaItem): number {
  return row.kind === 'media' ? 1 : 0;
}

function mediaItems(document: CallDocument, session: SessionDocument): readonly MediaItem[] {
  const dialog = document.dialogs.find(({ number }) => number === session.dialog);
  const [first, second] = [dialog?.ends[0].party, dialog?.ends[1].party];
  if (first === undefined || second === undefined) return [];
  return session.lines.flatMap(({ media, spans }) =>
    spans.flatMap((span, at) => {
      const row = (
        text: string,
        moment: number,
        flows: Pick<MediaSpan, 'forth' | 'back'>,
      ): MediaItem => ({
        kind: 'media',
        at: moment,
        session: session.number,
        source: session.source,
        first,
        second,
        forth: flows.forth,
        back: flows.back,
        text,
      });
      const name =
        `${span.encrypted ? 'SRTP' : 'RTP'} ${media === 'audio' ? '' : `${media} `}${span.codec ?? ''}`.trim();
      const begins = row(span.forth || span.back ? name : `${media} on hold`, span.from, span);
      const isLast = at === spans.length - 1;
      return isLast && span.to !== undefined
        ? [begins, row(`${media} ends`, span.to, { forth: false, back: false })]
        : [begins];
    }),
  );
}

/** Timers that send something again when they fire. */
const resending: ReadonlySet<string> = new Set(['A', 'E', 'G', '2xx', '1xx']);
/** Timers that end it. */
const ending: ReadonlySet<string> = new Set(['B', 'F', 'H', 'L', 'ACK']);

/** When `message` will be sent again if nothing stops it, in milliseconds since 1970; undefined when nothing tells. */
export function nextSending(document: CallDocument, message: MessageDocument): number | undefined {
  const told = message.changes.flatMap(({ timers }) => timers);
  const again = told.filter(({ name }) => resending.has(name)).map(({ due }) => due);
  const over = told.filter(({ name }) => ending.has(name)).map(({ due }) => due);
  if (again.length > 0) {
    const next = Math.min(...again);
    return next < Math.min(...over) ? next : undefined;
  }
  const label = message.labels.find(({ lane }) => lane === 'T');
  const transaction = document.transactions.find(({ number }) => number === label?.number);
  const isFrom = ({ from, name }: TimerSpan): boolean =>
    resending.has(name) && Math.abs(from - (message.sentAt ?? message.at)) < 5;
  return transaction?.machines.flatMap(({ timers }) => timers).find(isFrom)?.due;
}

/** What a message has to do with offer and answer, where one would look for it; `none` where none came. */
export function offerText({ sdp, method, status }: MessageDocument): string | undefined {
  if (sdp !== undefined) return sdp;
  const carries = method === 'INVITE' && (status === undefined || (status >= 200 && status < 300));
  return carries ? 'no SDP' : undefined;
}
