// What stands above the list: the field to search in, the failed ones alone, the filter, pause, figures and keys.
import { ArrowDownToLine, ChartColumn, Funnel, Keyboard, Pause, Play, Search } from 'lucide';
import type { ComponentChild } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { isFailed } from '../../../model/trace/columns.ts';
import { filtersIn } from '../../../model/trace/filter.ts';
import type { TraceSource } from '../../../model/trace/source.ts';
import { Icon } from '../../part/icon.tsx';
import { IconButton } from '../../part/icon-button.tsx';
import { useTrace } from '../trace-world.ts';

/** The tools of the list of `source`. */
export function ListTools({ source }: { readonly source: TraceSource }): ComponentChild {
  const { viewer, words } = useTrace();
  const { labels, sentences } = words;
  const filter = viewer.filter.value;
  const state = source.state.value;
  const all = source.calls.value;
  const failed = all.filter(isFailed).length;
  const marked = viewer.marked.value.length;
  const asks = filtersIn({ ...filter, onlyFailed: false });
  return (
    <div class="viewer-tools" role="toolbar" aria-label={labels.calls}>
      <SearchField />
      <button
        type="button"
        class="tool"
        aria-pressed={filter.onlyFailed}
        onClick={() => viewer.act('only failed')}
      >
        <span class="lamp" data-lamp={failed === 0 ? 'ready' : 'busy'} />
        {failed === 0 ? labels['only failed'] : sentences.failedCalls(failed)}
      </button>
      <button type="button" class="tool" onClick={() => viewer.act('filter')}>
        <Icon of={Funnel} />
        <span class="narrow-unseen-word">{labels.filter}</span>
        {asks > 0 && <span class="badge">{asks}</span>}
      </button>
      {marked > 0 && (
        <button type="button" class="tool" data-main onClick={() => viewer.openChosen()}>
          {marked === 2 ? labels.compare : labels['open call']}
          <span class="badge">{marked}</span>
        </button>
      )}
      <span class="tools-end">
        <span class="soft small figures" role="status">
          {sentences.calls(viewer.shown.value.length, all.length)}
        </span>
        {source.hasMore?.value === true && (
          <button type="button" class="tool" onClick={() => source.more?.()}>
            {labels['more calls']}
          </button>
        )}
        {state.is === 'live' && (
          <>
            <IconButton
              icon={state.paused ? Play : Pause}
              label={state.paused ? labels['go on'] : labels.pause}
              onClick={() => viewer.act('pause')}
            />
            <button
              type="button"
              class="icon-button"
              aria-pressed={viewer.autoscroll.value}
              aria-label={labels.autoscroll}
              title={labels.autoscroll}
              onClick={() => viewer.act('autoscroll')}
            >
              <Icon of={ArrowDownToLine} />
            </button>
          </>
        )}
        <IconButton
          icon={ChartColumn}
          label={labels.statistics}
          onClick={() => viewer.act('statistics')}
        />
        <IconButton
          icon={Keyboard}
          label={labels.help}
          kind="narrow-hidden"
          onClick={() => viewer.act('help')}
        />
      </span>
    </div>
  );
}

function SearchField(): ComponentChild {
  const { viewer, words } = useTrace();
  const { labels } = words;
  const field = useRef<HTMLInputElement>(null);
  const wanted = viewer.searchWanted.value;
  useEffect(() => {
    if (wanted > 0) field.current?.select();
  }, [wanted]);
  return (
    <label class="search">
      <Icon of={Search} />
      <input
        ref={field}
        class="input"
        type="search"
        aria-label={labels.search}
        placeholder={labels.search}
        value={viewer.filter.value.text}
        onInput={(event) => viewer.change({ text: event.currentTarget.value })}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' && event.key !== 'Escape') return;
          if (event.key === 'Escape') viewer.change({ text: '' });
          // The keys belong to the list again.
          event.currentTarget.blur();
          event.stopPropagation();
        }}
      />
    </label>
  );
}
