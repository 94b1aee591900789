// How a source stands, where that is to be said: how far it is read, or why nothing more comes.
import type { ComponentChild } from 'preact';
import type { TraceSource } from '../../../model/trace/source.ts';
import { InEnglish } from '../part/in-english.tsx';
import { nameOf } from '../top-line.tsx';
import { useTrace } from '../trace-world.ts';

/** One line, or none. */
export function StateLine({ source }: { readonly source: TraceSource }): ComponentChild {
  const { words } = useTrace();
  const { sentences } = words;
  const state = source.state.value;
  const name = nameOf(source, words);
  switch (state.is) {
    case 'reading': {
      const { read, size, frames, explained } = state.progress;
      const share = size === 0 ? 1 : Math.min(1, read / size);
      const percent = Math.floor(100 * share * explained);
      const text = sentences.reading(name, percent, frames);
      return (
        <div class="state-line reading" role="status">
          <progress value={percent} max={100} aria-label={text} />
          <span>{text}</span>
        </div>
      );
    }
    case 'failed': {
      const text =
        state.why === 'damaged'
          ? sentences.damaged(name)
          : state.why === 'no calls'
            ? sentences.noCalls(name)
            : sentences.sourceFault[state.why];
      return (
        <div class="state-line note bad" role="alert">
          <span>
            {text} {state.said !== undefined && <InEnglish text={state.said} />}
          </span>
        </div>
      );
    }
    case 'asking':
    case 'live':
    case 'ready': {
      const untraced = source.untraced?.value;
      if (untraced === undefined) return undefined;
      return (
        <div class="state-line note" role="status">
          <span>{sentences.untraced(untraced)}</span>
        </div>
      );
    }
  }
}
