// The line above everything: the sources as tabs, and the button that opens a capture.
import { Activity, Archive, FileText, FlaskConical, GraduationCap, Phone, X } from 'lucide';
import type { IconNode } from 'lucide';
import type { ComponentChild } from 'preact';
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
  const { viewer, words, lab, article, articleWords } = useTrace();
  const { labels } = words;
  const isGuided = article.isOpen.value;
  const sources = viewer.sources.value;
  const hasLab = lab.labels.value.length > 0;
  return (
    <header class="viewer-top">
      <h1 class="title">{labels.title}</h1>
      <nav class="source-tabs" aria-label={labels.sources}>
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
        {hasLab && sources.length > 0 && (
          <button
            type="button"
            class="source-tab"
            aria-current={viewer.source.value === undefined ? 'page' : undefined}
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
  const isShown = viewer.source.value === source;
  return (
    <span class="source-tab" data-shown={isShown} data-state={state.is}>
      <button
        type="button"
        class="source-name"
        aria-current={isShown ? 'page' : undefined}
        onClick={() => viewer.show(source)}
      >
        <Icon of={icons[source.kind]} />
        <bdi class="cut">{name}</bdi>
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
