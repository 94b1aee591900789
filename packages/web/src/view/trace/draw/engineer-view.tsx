// The engineer's view: the verdict, three lanes above one ladder, and beside them what is selected.
import type { ComponentChild } from 'preact';
import { useEffect, useId } from 'preact/hooks';
import type { DetailTab as Tab } from '../../../model/trace/selection.ts';
import { Inspector } from './inspect/inspector.tsx';
import { Ladder } from './ladder/ladder.tsx';
import { Lanes } from './lane/lanes.tsx';
import { OffersAndAnswers } from './media/offer-answer.tsx';
import { Streams } from './media/streams.tsx';
import { useSubject } from './part/subject.ts';
import { useSize } from './part/width.ts';
import { Findings, LintList } from './told/findings.tsx';
import { VerdictCard } from './told/verdict.tsx';

/** From this width on the ladder has its place beside the tabs, in CSS pixels; style/panel.css has the same. */
const wide = 960;

/** The engineer's view of the subject. */
export function EngineerView(): ComponentChild {
  const { ref, width } = useSize<HTMLDivElement>();
  const isWide = width >= wide;
  return (
    <div class="engineer" ref={ref} data-wide={isWide}>
      <VerdictCard />
      <Lanes />
      {isWide && <Ladder />}
      {width > 0 && <Panel isWide={isWide} />}
    </div>
  );
}

function Panel({ isWide }: { readonly isWide: boolean }): ComponentChild {
  const { explanation, document, index, selection } = useSubject();
  const { tab } = selection;
  const frame = selection.frame.value;
  const beside = frame === undefined ? 'findings' : 'inspector';
  const shown = isWide && tab.value === 'ladder' ? beside : tab.value;
  // What is selected is shown; where there is no room beside the ladder, the ladder stays.
  useEffect(() => {
    if (frame !== undefined && isWide && tab.value !== 'offers') tab.value = 'inspector';
  }, [frame]);
  const id = useId();
  const { findings, lint } = explanation;
  const tellers = new Set(document.reports.map(({ party, line }) => `${party} ${line}`)).size;
  const item = index.itemOf(selection.frame.value);
  const tabs: readonly (readonly [Tab, string, number | undefined])[] = [
    ...(isWide ? [] : ([['ladder', 'Ladder', undefined]] as const)),
    ['inspector', item?.kind === 'message' ? `#${item.of.number}` : 'Step', undefined],
    ['findings', 'Findings', findings.length],
    ['offers', 'Offer/answer', document.negotiations.length],
    ['media', 'Media', document.streams.length + tellers],
    ['lint', 'Lint', lint.length],
  ];
  const move = (by: number): void => {
    const at = tabs.findIndex(([name]) => name === shown);
    const next = tabs[(at + by + tabs.length) % tabs.length];
    if (next !== undefined) tab.value = next[0];
  };
  return (
    <section class="panel" aria-label="Details">
      <div
        class="panel-tabs cut"
        role="tablist"
        onKeyDown={(event) => {
          const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
          if (by === undefined) return;
          event.preventDefault();
          move(by);
          const { currentTarget } = event;
          queueMicrotask(() =>
            currentTarget.querySelector<HTMLElement>('[aria-selected=true]')?.focus(),
          );
        }}
      >
        {tabs.map(([name, text, count]) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`${id}-${name}`}
            aria-selected={name === shown}
            aria-controls={`${id}-panel`}
            tabIndex={name === shown ? 0 : -1}
            onClick={() => {
              tab.value = name;
            }}
          >
            {text}
            {count !== undefined && count > 0 && <span class="count">{count}</span>}
          </button>
        ))}
      </div>
      <div
        class="panel-body"
        role="tabpanel"
        id={`${id}-panel`}
        aria-labelledby={`${id}-${shown}`}
        tabIndex={0}
        data-tab={shown}
      >
        {/* A narrow box has only the first sentence above. */}
        {shown === 'findings' && !isWide && <VerdictCard />}
        <Shown of={shown} />
      </div>
    </section>
  );
}

function Shown({ of }: { readonly of: Tab }): ComponentChild {
  switch (of) {
    case 'ladder':
      return <Ladder />;
    case 'inspector':
      return <Inspector />;
    case 'findings':
      return <Findings />;
    case 'offers':
      return <OffersAndAnswers />;
    case 'media':
      return <Streams />;
    case 'lint':
      return <LintList />;
  }
}
