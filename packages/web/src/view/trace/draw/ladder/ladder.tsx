// The ladder: a row for each message, step and note, its arrow between the columns of the parties; only what is seen is made.
import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { countText } from '../../../../model/trace/draw/figures.ts';
import { holds, ladderRows } from '../../../../model/trace/draw/ladder-rows.ts';
import type { LadderRow } from '../../../../model/trace/draw/ladder-rows.ts';
import { rowsInSight } from '../../../../model/trace/rows-in-sight.ts';
import { useSubject } from '../part/subject.ts';
import { useSize } from '../part/width.ts';
import { layWires } from './columns.ts';
import { LadderHead } from './ladder-head.tsx';
import { rowHeight, Rung } from './rung.tsx';

/** Rows that are made above and below of what is seen. */
const spare = 16;

/** The ladder of the subject. */
export function Ladder(): ComponentChild {
  const { document, index, selection } = useSubject();
  const brief = useSignal(false);
  const rows = useMemo(
    () => ladderRows(document, index, brief.value),
    [document, index, brief.value],
  );
  const frame = useSize<HTMLDivElement>();
  const wire = useSize<HTMLDivElement>();
  const top = useSignal(0);
  const wires = useMemo(() => layWires(document, wire.width), [document, wire.width]);
  const { first, end } = rowsInSight({
    ...{ rows: rows.length, rowHeight, spare },
    ...{ top: top.value, height: frame.height },
  });
  const chosen = rows.findIndex((row) => holds(row, selection.frame.value));
  useEffect(() => {
    if (chosen >= 0 && frame.ref.current !== null) reveal(frame.ref.current, chosen);
  }, [chosen, frame.height]);
  return (
    <section class="ladder-part" aria-label="Ladder">
      <div
        class="rungs ladder-frame"
        role="grid"
        aria-label={`${countText(document.messages.length, 'message')} between ${countText(document.parties.length, 'party').replace('partys', 'parties')}`}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={chosen < 0 ? undefined : rowId(chosen)}
        tabIndex={0}
        style={{ '--parties': document.parties.length }}
        data-crowded={document.parties.length > 4}
        ref={frame.ref}
        onScroll={({ currentTarget }) => {
          top.value = currentTarget.scrollTop;
        }}
        onKeyDown={(event) => {
          const to = targetOf(event.key, chosen, rows, Math.floor(frame.height / rowHeight) - 2);
          if (to === undefined) return;
          event.preventDefault();
          select(rows[to], selection.frame);
        }}
      >
        <LadderHead wires={wires} measured={wire.ref} brief={brief} />
        {/* As high as all rows; each of those that are made knows its own place. */}
        <div
          role="rowgroup"
          class="rung-group"
          style={{ blockSize: `${rows.length * rowHeight}px` }}
        >
          {rows.slice(first, end).map((row, at) => (
            <Rung
              key={first + at}
              row={row}
              before={rows[first + at - 1]}
              wires={wires}
              id={rowId(first + at)}
              at={first + at}
            />
          ))}
        </div>
      </div>
    </section>
  );
}

function rowId(at: number): string {
  return `rung-${at}`;
}

function select(row: LadderRow | undefined, frame: { value: number | undefined }): void {
  if (row !== undefined && row.kind !== 'media') frame.value = row.frame;
}

/** The row that a key leads to. Rows of media are passed over. */
function targetOf(
  key: string,
  from: number,
  rows: readonly LadderRow[],
  page: number,
): number | undefined {
  const seek = (start: number, step: 1 | -1): number | undefined => {
    for (let at = start; at >= 0 && at < rows.length; at += step) {
      if (rows[at]?.kind !== 'media') return at;
    }
    return undefined;
  };
  const within = (at: number): number => Math.min(rows.length - 1, Math.max(0, at));
  switch (key) {
    case 'ArrowDown':
      return seek(from + 1, 1);
    case 'ArrowUp':
      return seek(from < 0 ? rows.length - 1 : from - 1, -1);
    case 'PageDown':
      return seek(within(from + page), -1);
    case 'PageUp':
      return seek(within(from - page), 1);
    case 'Home':
      return seek(0, 1);
    case 'End':
      return seek(rows.length - 1, -1);
    default:
      return undefined;
  }
}

/** Scrolls as little as needed to have the row in sight, with one row around it. */
function reveal(frame: HTMLElement, row: number): void {
  const head = frame.querySelector('.ladder-head')?.clientHeight ?? 0;
  const [start, end] = [row * rowHeight, (row + 1) * rowHeight];
  const room = frame.clientHeight - head;
  if (start < frame.scrollTop + rowHeight) frame.scrollTop = Math.max(0, start - rowHeight);
  else if (end > frame.scrollTop + room - rowHeight) frame.scrollTop = end - room + rowHeight;
}
