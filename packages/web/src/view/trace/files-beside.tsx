// Files that came beside an open capture: where do they belong? Everything else can be used meanwhile.
import { FilePlus2, X } from 'lucide';
import type { ComponentChild } from 'preact';
import { nameOfSet, shortName } from '../../model/trace/capture-set.ts';
import { Icon } from '../part/icon.tsx';
import { IconButton } from '../part/icon-button.tsx';
import { useTrace } from './trace-world.ts';

/** The question, while there is one. */
export function FilesBeside(): ComponentChild {
  const { captures, words } = useTrace();
  const waiting = captures.waiting.value;
  const { labels, sentences } = words;
  return (
    <section
      class="files-beside"
      aria-label={labels['open capture']}
      hidden={waiting === undefined}
    >
      <p role="status">
        {waiting !== undefined && (
          <>
            <Icon of={FilePlus2} />
            <span>
              {sentences.filesBeside(
                isolated(shortName(nameOfSet(waiting.files))),
                isolated(shortName(waiting.beside.name)),
              )}
            </span>
          </>
        )}
      </p>
      {waiting !== undefined && (
        <span class="files-answers">
          <button type="button" class="tool" data-main onClick={() => captures.addWaiting()}>
            {labels['add to this']}
          </button>
          <button type="button" class="tool" onClick={() => captures.openWaiting()}>
            {labels['open apart']}
          </button>
          <IconButton
            icon={X}
            label={labels['leave files']}
            onClick={() => captures.dropWaiting()}
          />
        </span>
      )}
    </section>
  );
}

// A name runs its own way within a sentence that runs another.
function isolated(name: string): string {
  return `\u2068${name}\u2069`;
}
