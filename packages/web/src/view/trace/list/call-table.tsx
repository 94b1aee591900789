// The list of calls: a grid of which only the rows in sight are drawn, however many there are.
import { ArrowDown, ArrowUp } from 'lucide';
import type { ComponentChild } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { CallSummary } from '@offhook/sip/trace';
import {
  addressShown,
  columns,
  durationOf,
  isFailed,
  standingOf,
  userOf,
} from '../../../model/trace/columns.ts';
import type { Column } from '../../../model/trace/columns.ts';
import { rowsInSight } from '../../../model/trace/rows-in-sight.ts';
import type { TraceSource } from '../../../model/trace/source.ts';
import type { TraceWords } from '../../../words/trace/trace-words.ts';
import { Icon } from '../../part/icon.tsx';
import { useTrace } from '../trace-world.ts';
import { InEnglish } from '../part/in-english.tsx';
import { clockOf, lengthOf } from '../part/time.ts';

/** Rows that are drawn above and below of what is in sight. */
const spare = 12;

/** The calls of `source` that fit the filter. */
export function CallTable({ source }: { readonly source: TraceSource }): ComponentChild {
  const { viewer, words } = useTrace();
  const { labels } = words;
  const shown = viewer.shown.value;
  const cursor = viewer.cursor.value;
  const frame = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 800, row: 36 });
  const { first, end } = rowsInSight({
    ...{ rows: shown.length, rowHeight: seen.row, spare },
    ...{ top: seen.top, height: seen.height },
  });
  const at = shown.findIndex(({ id }) => id === cursor);

  const look = (): void => {
    const box = frame.current;
    const row = box?.querySelector<HTMLElement>('.call-row')?.offsetHeight;
    if (box !== null)
      setSeen({ top: box.scrollTop, height: box.clientHeight, row: row ?? seen.row });
  };
  useLayoutEffect(() => {
    look();
    const box = frame.current;
    if (box === null) return undefined;
    const watch = new ResizeObserver(look);
    watch.observe(box);
    return () => watch.disconnect();
  }, [source, shown.length > 0]);
  // The keys are for the list as soon as it is there.
  useEffect(() => frame.current?.focus({ preventScroll: true }), [source]);
  useEffect(() => {
    const box = frame.current;
    if (box === null || at < 0) return;
    const head = box.querySelector<HTMLElement>('.call-head')?.offsetHeight ?? 0;
    const top = at * seen.row;
    if (top < box.scrollTop) box.scrollTop = top;
    else if (top + seen.row > box.scrollTop + box.clientHeight - head)
      box.scrollTop = top + seen.row - box.clientHeight + head;
  }, [at]);

  return (
    <div
      ref={frame}
      class="call-table"
      role="grid"
      aria-label={labels.calls}
      aria-rowcount={shown.length + 1}
      aria-multiselectable="true"
      aria-activedescendant={at >= first && at < end ? `call-${at}` : undefined}
      tabIndex={0}
      onScroll={look}
    >
      <Head />
      <div class="call-rows" role="rowgroup" style={{ blockSize: `${shown.length * seen.row}px` }}>
        {shown.slice(first, end).map((call, index) => (
          <CallRow
            key={call.id}
            call={call}
            source={source}
            at={first + index}
            top={(first + index) * seen.row}
            isUnderCursor={first + index === at}
          />
        ))}
      </div>
      {shown.length === 0 && <Nothing source={source} />}
    </div>
  );
}

function Head(): ComponentChild {
  const { viewer, words } = useTrace();
  const { column: sorted, descending } = viewer.sorting.value;
  return (
    <div class="call-head" role="rowgroup">
      <div class="call-cells" role="row" aria-rowindex={1}>
        {columns.map((column) => (
          <span
            key={column}
            role="columnheader"
            data-column={column}
            aria-sort={column === sorted ? (descending ? 'descending' : 'ascending') : undefined}
          >
            <button type="button" tabIndex={-1} onClick={() => viewer.sortBy(column)}>
              {words.columns[column]}
              {column === sorted && <Icon of={descending ? ArrowDown : ArrowUp} />}
            </button>
          </span>
        ))}
      </div>
    </div>
  );
}

function CallRow({
  call,
  source,
  at,
  top,
  isUnderCursor,
}: {
  readonly call: CallSummary;
  readonly source: TraceSource;
  readonly at: number;
  readonly top: number;
  readonly isUnderCursor: boolean;
}): ComponentChild {
  const { viewer, words } = useTrace();
  const isMarked = viewer.isMarked(call.id);
  return (
    <div
      id={`call-${at}`}
      class="call-row"
      role="row"
      aria-rowindex={at + 2}
      aria-selected={isMarked}
      data-cursor={isUnderCursor}
      data-standing={toneOf(call)}
      style={{ insetBlockStart: `${top}px` }}
      onClick={(event) => {
        viewer.cursor.value = call.id;
        if (event.ctrlKey || event.metaKey) viewer.mark({ source, id: call.id });
      }}
      onDblClick={() => viewer.open({ source, id: call.id })}
    >
      <div class="call-cells" role="presentation">
        {columns.map((column) => (
          <span key={column} role="gridcell" data-column={column}>
            <Cell column={column} call={call} words={words} />
          </span>
        ))}
      </div>
    </div>
  );
}

function Cell({
  column,
  call,
  words,
}: {
  readonly column: Column;
  readonly call: CallSummary;
  readonly words: TraceWords;
}): ComponentChild {
  switch (column) {
    case 'time':
      return (
        <time dateTime={new Date(call.startedAt).toISOString()}>
          {clockOf(words, call.startedAt)}
        </time>
      );
    case 'method':
      return <span class="method">{call.method}</span>;
    case 'from':
    case 'to':
      return (
        <bdi class="cut address" title={call[column]}>
          {userOf(call[column])}
        </bdi>
      );
    case 'messages':
      return (
        <bdi class="address">
          {call.messages}
          {call.resent > 0 && <span class="resent">{`+${call.resent}`}</span>}
        </bdi>
      );
    case 'source':
      return <bdi class="cut address soft">{addressShown(call.caller)}</bdi>;
    case 'destination':
      return <bdi class="cut address soft">{addressShown(call.callee)}</bdi>;
    case 'duration':
      return <bdi class="address">{lengthOf(durationOf(call))}</bdi>;
    case 'state':
      return (
        <span class="standing" data-tone={toneOf(call)}>
          {words.standings[standingOf(call)]}
          {call.status !== undefined && call.status >= 300 && ` ${call.status}`}
        </span>
      );
    case 'verdict':
      return <VerdictCell call={call} />;
  }
}

function VerdictCell({ call }: { readonly call: CallSummary }): ComponentChild {
  const { words, faultWords } = useTrace();
  const [fault] = call.faults;
  const plain = fault === undefined ? undefined : faultWords[fault];
  // In English the exact sentence is read; elsewhere the plain one in the user's language.
  const isEnglish = words.language === 'en';
  return (
    <span class="verdict-cell cut" title={call.happened}>
      {fault !== undefined && <span class="fault-number">{fault}</span>}
      {isEnglish || plain === undefined ? (
        <InEnglish text={call.happened} />
      ) : (
        <bdi>{plain.happened}</bdi>
      )}
    </span>
  );
}

/** How a call is coloured. */
export function toneOf(call: CallSummary): 'good' | 'bad' | 'wait' | 'quiet' {
  if (isFailed(call)) return 'bad';
  const standing = standingOf(call);
  if (standing === 'calling' || standing === 'in call') return 'wait';
  return standing === 'cancelled' ? 'quiet' : 'good';
}

function Nothing({ source }: { readonly source: TraceSource }): ComponentChild {
  const { labels } = useTrace().words;
  const { is } = source.state.value;
  if (source.calls.value.length > 0) return <NothingFound />;
  if (is === 'live') return <p class="empty">{labels['nothing yet']}</p>;
  return is === 'asking' ? <p class="empty">{labels.asking}</p> : undefined;
}

function NothingFound(): ComponentChild {
  const { viewer, words } = useTrace();
  return (
    <div class="empty">
      <p>{words.labels['nothing found']}</p>
      <button type="button" class="button" onClick={() => viewer.clearFilter()}>
        {words.labels['clear filter']}
      </button>
    </div>
  );
}
