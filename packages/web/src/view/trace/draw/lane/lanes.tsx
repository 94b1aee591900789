// The three swimlanes on one time axis: transactions, dialogs, sessions.
import { useSignal } from '@preact/signals';
import type { ComponentChild, ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { DialogDocument } from '@offhook/sip/trace';
import { Chip } from '../part/chip.tsx';
import { useSubject } from '../part/subject.ts';
import { useSize } from '../part/width.ts';
import { AxisContext, useAxis } from '../time/axis.ts';
import { AxisRow } from '../time/axis-row.tsx';
import { takeKey } from '../../../../model/trace/draw/window.ts';
import { useBrush } from './brush.ts';
import { DialogRow } from './dialog-row.tsx';
import { SessionRows } from './session-row.tsx';
import { StrayStreams } from './stray-streams.tsx';
import { Following, TransactionRows } from './transaction-rows.tsx';
import { Under } from './under.tsx';

/** The lanes of the subject. In a narrow box they are chips. */
export function Lanes(): ComponentChild {
  const { document, explanation, selection, index } = useSubject();
  const { ref, width } = useSize<HTMLDivElement>();
  // Where the fault is in the media, the media is what is looked at: then pauses are none.
  const about = explanation.verdict.finding?.about.streams ?? [];
  const isBroken = useSignal(about.length === 0);
  const axis = useAxis(width, isBroken.value);
  const brush = useBrush(axis);
  const scrolled = useSignal(0);
  const scroll = useRef<HTMLDivElement>(null);
  const { scale } = axis;
  return (
    <section
      class="lanes3"
      aria-label="Transactions, dialogs and sessions on the time axis"
      onKeyDown={(event) => {
        if (event.ctrlKey || event.metaKey || event.altKey) return;
        const at = index.itemOf(selection.frame.value)?.at;
        const middle = at === undefined || at < scale.from || at > scale.to ? 0.5 : scale.place(at);
        if (takeKey(selection, scale, event.key, middle)) event.preventDefault();
      }}
    >
      <LaneChips />
      {width > 0 && <Following scroll={scroll} />}
      <div
        class="lane-scroll"
        ref={scroll}
        tabIndex={0}
        role="group"
        aria-label="The three lanes"
        onScroll={({ currentTarget }) => {
          scrolled.value = currentTarget.scrollTop;
        }}
      >
        <div class="lane-sheet" {...brush.listeners}>
          <div class="lane-under">
            <div class="measure" ref={ref} />
            {width > 0 && <Under axis={axis} brush={brush.drawn} />}
          </div>
          {width > 0 && (
            <AxisContext.Provider value={axis}>
              <AxisRow isBroken={isBroken} />
              <Lane name="Transactions" count={document.transactions.length}>
                <TransactionRows scrolled={scrolled} />
              </Lane>
              <Lane name="Dialogs" count={document.dialogs.length}>
                {besideForks(document.dialogs).map(({ of, fork, root }) => (
                  <DialogRow key={of.number} of={of} fork={fork} root={root} />
                ))}
              </Lane>
              <Lane name="Sessions" count={document.sessions.length}>
                {document.sessions.map((of) => (
                  <SessionRows key={of.number} of={of} />
                ))}
                <StrayStreams />
              </Lane>
            </AxisContext.Provider>
          )}
        </div>
      </div>
    </section>
  );
}

function Lane({
  name,
  count,
  children,
}: {
  readonly name: string;
  readonly count: number;
  readonly children: ComponentChildren;
}): ComponentChild {
  const isFolded = useSignal(false);
  return (
    <div class="lane" data-empty={count === 0}>
      <h3 class="lane-title">
        <button
          type="button"
          aria-expanded={!isFolded.value}
          title={
            isFolded.value ? `Show the ${name.toLowerCase()}` : `Fold the ${name.toLowerCase()}`
          }
          onClick={() => {
            isFolded.value = !isFolded.value;
          }}
        >
          {name} <span class="soft">{count === 0 ? 'none' : count}</span>
        </button>
      </h3>
      {!isFolded.value && <ul>{children}</ul>}
    </div>
  );
}

/** What a narrow box has instead of lanes. */
function LaneChips(): ComponentChild {
  const { document, selection } = useSubject();
  const all = [
    ...document.transactions.map(({ number, source, method, status }) => ({
      label: { lane: 'T', number, source } as const,
      text: `${method} ${status ?? ''}`,
    })),
    ...document.dialogs.map(({ number, source, states }) => ({
      label: { lane: 'D', number, source } as const,
      text: states.at(-1)?.state ?? '',
    })),
    ...document.sessions.map(({ number, source, states }) => ({
      label: { lane: 'S', number, source } as const,
      text: states.at(-1)?.state ?? '',
    })),
  ];
  const chosen = selection.lane.value;
  return (
    <div class="lane-chips cut" role="group" aria-label="Transactions, dialogs and sessions">
      {all.map(({ label, text }) => {
        const isChosen = chosen?.lane === label.lane && chosen.number === label.number;
        return (
          <button
            key={`${label.lane}${label.number}`}
            type="button"
            class="lane-chip"
            aria-pressed={isChosen}
            onClick={() => {
              selection.lane.value = isChosen
                ? undefined
                : { lane: label.lane, number: label.number };
            }}
          >
            <Chip label={label} /> <bdi>{text}</bdi>
          </button>
        );
      })}
    </div>
  );
}

/** Dialogs so that those of one request stand together. */
function besideForks(dialogs: readonly DialogDocument[]): readonly {
  readonly of: DialogDocument;
  readonly fork: 'first' | 'middle' | 'last' | undefined;
  /** When the first of them began. */
  readonly root: number | undefined;
}[] {
  const families = new Map<string, DialogDocument[]>();
  for (const dialog of dialogs) {
    const key = [dialog.number, ...dialog.forks].toSorted((a, b) => a - b).join();
    const family = families.get(key);
    if (family === undefined) families.set(key, [dialog]);
    else family.push(dialog);
  }
  return [...families.values()].flatMap((family) =>
    family.map((of, at) => ({
      of,
      root: family[0]?.states[0]?.from,
      fork:
        family.length === 1
          ? undefined
          : at === 0
            ? ('first' as const)
            : at === family.length - 1
              ? ('last' as const)
              : ('middle' as const),
    })),
  );
}
