// Which files a capture is made of, where they are several: that they are read as one, and the way to have each alone.
import type { ComponentChild } from 'preact';
import { capturesIn, keyLogsIn } from '../../../model/trace/capture-set.ts';
import { FileSource } from '../../../model/trace/source/file-source.ts';
import type { TraceSource } from '../../../model/trace/source.ts';
import { useTrace } from '../trace-world.ts';

/** One line, or none. */
export function FilesLine({ source }: { readonly source: TraceSource }): ComponentChild {
  const { captures, words } = useTrace();
  const { labels, sentences } = words;
  if (!(source instanceof FileSource) || source.files.length < 2) return undefined;
  const isSeveral = capturesIn(source.files).length > 1;
  const keys = keyLogsIn(source.files).map(({ name }) => name);
  return (
    <div class="state-line files-line">
      <span class="soft">
        {isSeveral && sentences.filesTogether(capturesIn(source.files).length)}{' '}
        {keys.length > 0 && sentences.keysUsed(keys.join(', '))}
      </span>
      {isSeveral && (
        <button type="button" class="tool" onClick={() => captures.keepApart(source)}>
          {labels['keep apart']}
        </button>
      )}
    </div>
  );
}
