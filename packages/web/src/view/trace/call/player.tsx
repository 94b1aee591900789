// The streams of a call that can be listened to, and how far the one that plays is.
import { Ear, Loader, Pause, Play, Square } from 'lucide';
import type { ComponentChild } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { CallDocument, StreamDocument } from '@offhook/sip/trace';
import { isAudible, Listening } from '../../../model/trace/listening.ts';
import type { OpenedCall } from '../../../model/trace/opened-call.ts';
import { Icon } from '../../part/icon.tsx';
import { IconButton } from '../../part/icon-button.tsx';
import { lengthOf } from '../part/time.ts';
import { useTrace } from '../trace-world.ts';

/** The player of a call; nothing where nothing can be heard. */
export function Player({
  call,
  document,
}: {
  readonly call: OpenedCall;
  readonly document: CallDocument;
}): ComponentChild {
  const { ports, words } = useTrace();
  const { labels } = words;
  const { source, selection } = call;
  const listening = useMemo(
    () => new Listening(ports.sound, source, selection),
    [source, selection, call],
  );
  useEffect(() => () => listening.stop(), [listening]);
  const streams = source.heard === undefined ? [] : document.streams.filter(isAudible);
  if (streams.length === 0) return undefined;
  const state = listening.state.value;
  return (
    <div class="player" role="group" aria-label={labels.listen}>
      <Icon of={Ear} />
      {streams.slice(0, 6).map((stream) => (
        <StreamButton key={stream.id} stream={stream} document={document} listening={listening} />
      ))}
      {(state.is === 'playing' || state.is === 'paused') && (
        <>
          <input
            type="range"
            class="player-place"
            aria-label={labels.listen}
            dir="ltr"
            min={0}
            max={Math.ceil(state.length)}
            value={state.at}
            onInput={(event) => listening.seek(Number(event.currentTarget.value))}
          />
          <bdi class="figures small address">
            {`${lengthOf(state.at)} / ${lengthOf(state.length)}`}
          </bdi>
          <IconButton icon={Square} label={labels.stop} onClick={() => listening.stop()} />
        </>
      )}
      {state.is === 'not audible' && (
        <span class="small" role="status">
          {labels['not audible']}
        </span>
      )}
    </div>
  );
}

function StreamButton({
  stream,
  document,
  listening,
}: {
  readonly stream: StreamDocument;
  readonly document: CallDocument;
  readonly listening: Listening;
}): ComponentChild {
  const { words } = useTrace();
  const state = listening.state.value;
  const isOurs = state.is !== 'off' && state.stream === stream.id;
  const icon =
    isOurs && state.is === 'loading' ? Loader : isOurs && state.is === 'playing' ? Pause : Play;
  const nameOf = (id: number | undefined, host: string): string =>
    document.parties.find((party) => party.id === id)?.name ?? host;
  const [from, to] = [
    nameOf(stream.sender, stream.source.host),
    nameOf(stream.receiver, stream.destination.host),
  ];
  return (
    <button
      type="button"
      class="tool"
      aria-pressed={isOurs && state.is === 'playing'}
      onClick={() => void listening.press(stream)}
    >
      <Icon of={icon} />
      <bdi class="cut">{words.sentences.stream(stream.codec ?? '', from, to)}</bdi>
    </button>
  );
}
