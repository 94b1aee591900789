// The line above everything: the sources as tabs, and the button that opens a capture.
import { Activity, Archive, FileText, FlaskConical, GraduationCap, Phone, Router, X } from 'lucide';
import type { IconNode } from 'lucide';
import type { ComponentChild } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { shortName } from '../../model/trace/capture-set.ts';
import type { SourceKind, TraceSource } from '../../model/trace/source.ts';
import type { TraceWords } from '../../words/trace/trace-words.ts';
import { Icon } from '../part/icon.tsx';
import { ChooseButton } from './drop.tsx';
import { useTrace } from './trace-world.ts';

const icons: Readonly<Record<SourceKind, IconNode>> = {
  file: FileText,
  opened: FileText,
  lab: FlaskConical,
  live: Activity,
  stored: Archive,
};

/** The top of the viewer. */
export function TopLine(): ComponentChild {
  const { viewer, words, lab, article, articleWords, deviceWords } = useTrace();
  const { labels } = words;
  const isGuided = article.isOpen.value;
  const sources = viewer.sources.value;
  const isDevices = viewer.showsDevices.value;
  const hasDevices = isDevices || sources.some(({ kind }) => kind === 'live');
  const hasLab = lab.labels.value.length > 0;
  const tabs = useRef<HTMLElement>(null);
  const shown = isDevices ? 'devices' : viewer.source.value?.id;
  // Where there is no room for all tabs, the one that is shown is seen.
  useEffect(() => {
    const tab = tabs.current?.querySelector('[data-shown=true], [aria-current=page]');
    tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }, [shown, sources.length, article.state.value !== undefined]);
  return (
    <header class="viewer-top">
      <h1 class="title">{labels.title}</h1>
      <nav ref={tabs} class="source-tabs" aria-label={labels.sources}>
        {article.state.value !== undefined && (
          <button
            type="button"
            class="source-tab"
            aria-pressed={isGuided}
            data-shown={isGuided}
            onClick={() => (isGuided ? article.close() : article.open())}
          >
            <Icon of={GraduationCap} />
            {articleWords.title}
          </button>
        )}
        {sources.map((source) => (
          <Tab key={source.id} source={source} />
        ))}
        {hasDevices && (
          <button
            type="button"
            class="source-tab"
            aria-current={isDevices ? 'page' : undefined}
            onClick={() => viewer.showDevices()}
          >
            <Icon of={Router} />
            {deviceWords.title}
          </button>
        )}
        {hasLab && sources.length > 0 && (
          <button
            type="button"
            class="source-tab"
            aria-current={!isDevices && viewer.source.value === undefined ? 'page' : undefined}
            onClick={() => viewer.show(undefined)}
          >
            <Icon of={FlaskConical} />
            {labels.lab}
          </button>
        )}
      </nav>
      <ChooseButton />
      <a class="icon-button" href="./" aria-label={labels.phone} title={labels.phone}>
        <Icon of={Phone} />
      </a>
    </header>
  );
}

function Tab({ source }: { readonly source: TraceSource }): ComponentChild {
  const { viewer, words } = useTrace();
  const name = nameOf(source, words);
  const state = source.state.value;
  const isShown = viewer.source.value === source && !viewer.showsDevices.value;
  return (
    <span class="source-tab" data-shown={isShown} data-state={state.is}>
      <button
        type="button"
        class="source-name"
        aria-current={isShown ? 'page' : undefined}
        onClick={() => viewer.show(source)}
      >
        <Icon of={icons[source.kind]} />
        <bdi class="cut" title={name}>
          {shortName(name)}
        </bdi>
      </button>
      {source.kind !== 'live' && source.kind !== 'stored' && (
        <button
          type="button"
          class="source-close"
          aria-label={`${words.labels['close source']}: ${name}`}
          onClick={() => viewer.remove(source)}
        >
          <Icon of={X} />
        </button>
      )}
    </span>
  );
}

/** What a source is called. */
export function nameOf({ kind, name }: TraceSource, { labels }: TraceWords): string {
  return kind === 'live' || kind === 'stored' ? labels[kind] : name;
}
