// "Call the article" inside the phone: its buttons, and the call that they make with its three lanes. Loaded when wanted.
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ArticleCall } from '../../model/trace/article.ts';
import type { OpenedCall } from '../../model/trace/opened-call.ts';
import { articleWordsIn } from '../../words/article/languages.ts';
import { ArticlePanel } from '../trace/article/article-panel.tsx';
import { CallDrawing } from '../trace/draw/call-drawing.tsx';
import { adopt } from './adopt.ts';

/** The guided call, opened. */
export interface GuidedCall {
  readonly article: ArticleCall;
  /** The call that was made last. */
  readonly call: ReadonlySignal<OpenedCall | undefined>;
  close(): void;
}

/** The guided call `guided`; `styles` are those of its drawings. */
export function Guided({
  guided,
  language,
  styles,
  now,
}: {
  readonly guided: GuidedCall;
  readonly language: string;
  readonly styles: string;
  readonly now: ReadonlySignal<number>;
}): ComponentChild {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const root = place.current?.getRootNode();
    if (root instanceof Document || root instanceof ShadowRoot) adopt(root, styles);
  }, [styles]);
  const call = guided.call.value;
  const telling = call?.telling.value;
  return (
    <div ref={place} class="guided">
      <ArticlePanel article={guided.article} words={articleWordsIn(language)} titled={false} />
      {call !== undefined && telling?.is === 'told' && (
        <div class="explained-drawing">
          <CallDrawing
            document={telling.told.document}
            explanation={telling.told.explanation}
            selection={call.selection}
            now={now}
            live
          />
        </div>
      )}
    </div>
  );
}
