// A call explained inside the phone: what went wrong in plain words, then the same drawings as in the viewer. Loaded when wanted.
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { ToldCall } from '../../model/trace/ask.ts';
import { newSelection } from '../../model/trace/selection.ts';
import type { TraceView } from '../../model/trace/selection.ts';
import { faultWordsIn } from '../../words/fault/languages.ts';
import { traceWordsFor } from '../../words/trace/languages.ts';
import { Choice } from '../part/choice.tsx';
import { adopt } from './adopt.ts';
import { CallDrawing } from '../trace/draw/call-drawing.tsx';
import { PlainCard } from '../trace/call/plain-card.tsx';

const views: readonly TraceView[] = ['plain', 'engineer', 'teacher'];

/** The call `told`; `styles` are those of its drawings. */
export function Explained({
  told: { document, explanation },
  language,
  styles,
  now,
}: {
  readonly told: ToldCall;
  readonly language: string;
  readonly styles: string;
  readonly now: ReadonlySignal<number>;
}): ComponentChild {
  const words = traceWordsFor([language]);
  const selection = useMemo(() => newSelection('plain'), [document.id]);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = place.current?.getRootNode();
    if (root instanceof Document || root instanceof ShadowRoot) adopt(root, styles);
  }, [styles]);
  return (
    <div ref={place} class="explained">
      <Choice
        label={words.labels.view}
        options={views.map((view) => [view, words.labels[view]])}
        value={selection.view.value}
        onChange={(view) => {
          selection.view.value = view;
        }}
      />
      {selection.view.value === 'plain' && (
        <PlainCard
          explanation={explanation}
          faultWords={faultWordsIn(language)}
          label={words.labels['what happened']}
        />
      )}
      {words.language !== 'en' && <p class="soft small">{words.labels['told in english']}</p>}
      <div class="explained-drawing">
        <CallDrawing
          document={document}
          explanation={explanation}
          selection={selection}
          now={now}
          live
        />
      </div>
    </div>
  );
}
