// The number of a frame; pressed, it selects that frame.
import type { ComponentChild } from 'preact';
import type { Sentence } from '@offhook/sip/trace';
import { visibleText } from './shown-text.ts';
import { useSubject } from './subject.ts';

/** A link to one frame. Where it is a message, its number in the ladder is shown; else the number of the frame. */
export function FrameLink({ frame }: { readonly frame: number }): ComponentChild {
  const { selection, index } = useSubject();
  const item = index.itemOf(frame);
  const stream = item === undefined ? index.stream(frame) : undefined;
  const name =
    item?.kind === 'message'
      ? item.of.title
      : stream === undefined
        ? 'step'
        : `RTP stream ${stream.id}`;
  const text = item?.kind === 'message' ? `#${item.of.number}` : `frame ${frame}`;
  return (
    <button
      type="button"
      class="frame-link"
      aria-current={selection.frame.value === frame}
      aria-label={`Select ${text}, ${name}`}
      title={`Frame ${frame}: ${name}`}
      disabled={item === undefined && stream === undefined}
      onClick={() => {
        selection.frame.value = frame;
        // In the plain view there is nothing that it could be seen in.
        if (selection.view.value === 'plain') selection.view.value = 'engineer';
        if (stream !== undefined) selection.lane.value = { lane: 'stream', number: stream.id };
      }}
    >
      {text}
    </button>
  );
}

/** A sentence with the frames that prove it. */
export function Proven({ of }: { readonly of: Sentence }): ComponentChild {
  const shown = of.frames.slice(0, 6);
  const more = of.frames.length - shown.length;
  return (
    <span class="proven">
      <bdi>{visibleText(of.text)}</bdi>{' '}
      <span class="frames">
        {shown.map((frame) => (
          <FrameLink key={frame} frame={frame} />
        ))}
        {more > 0 && <span class="soft">{`and ${more} more`}</span>}
      </span>
    </span>
  );
}
