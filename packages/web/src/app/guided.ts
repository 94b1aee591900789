// What is loaded for the guided call in the phone: its live calls, its buttons and the drawings. A piece of its own.
import { systemClock } from '@offhook/sip';
import { signal } from '@preact/signals';
import { ArticleCall } from '../model/trace/article.ts';
import { OpenedCall } from '../model/trace/opened-call.ts';
import { newSelection } from '../model/trace/selection.ts';
import { heard, LiveSource } from '../model/trace/source/live-source.ts';
import own from '../view/explain/explained.css?inline';
import { Guided } from '../view/explain/guided.tsx';
import draw from '../view/trace/draw/style/draw.css?inline';
import article from '../view/trace/style/article.css?inline';
import type { GuidedViews } from '../view/world.ts';
import { articleServerAt } from './browser/article-server.ts';
import { startReader } from './browser/trace-reader.ts';
import { traceServerAt } from './browser/trace-server.ts';

/** Opens the guided call of the server at `base`; what it shows is heard from before the first call on. */
export function openGuided(base: URL): GuidedViews {
  const source = new LiveSource(startReader(), traceServerAt(base));
  const call = signal<OpenedCall | undefined>(undefined);
  const selection = newSelection('engineer');
  const extended = signal(true);
  const guided = new ArticleCall(articleServerAt(base), systemClock, (id) => {
    call.peek()?.close();
    call.value = new OpenedCall({ source, id }, selection, extended);
  });
  // Its buttons come once all is heard: what was said before would be missing in the drawing.
  void heard(source).then(() => guided.look());
  guided.open();
  return {
    Guided,
    guided: {
      article: guided,
      call,
      close: () => {
        guided.close();
        call.peek()?.close();
        source.close();
      },
    },
    styles: `${draw}\n${own}\n@layer parts {\n${article}\n}`,
  };
}
