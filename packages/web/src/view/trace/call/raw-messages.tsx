// The messages of a call as they were on the wire, one after the other.
import type { ComponentChild } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { CallDocument, MessageDocument } from '@offhook/sip/trace';
import type { Selection } from '../../../model/trace/selection.ts';
import { clockOf } from '../part/time.ts';
import { useTrace } from '../trace-world.ts';

/** All messages as text. */
export function RawMessages({
  document,
  selection,
}: {
  readonly document: CallDocument;
  readonly selection: Selection;
}): ComponentChild {
  const { words } = useTrace();
  const list = useRef<HTMLOListElement>(null);
  const frame = selection.frame.value;
  useEffect(() => {
    list.current?.querySelector('[data-selected=true]')?.scrollIntoView({ block: 'nearest' });
  }, [frame]);
  return (
    <ol ref={list} class="raw-messages scroll" tabIndex={0} aria-label={words.labels.raw}>
      {document.messages.map((message) => (
        <RawMessage
          key={message.number}
          message={message}
          isSelected={frame === message.frame}
          onSelect={() => {
            selection.frame.value = message.frame;
          }}
        />
      ))}
    </ol>
  );
}

function RawMessage({
  message,
  isSelected,
  onSelect,
}: {
  readonly message: MessageDocument;
  readonly isSelected: boolean;
  readonly onSelect: () => void;
}): ComponentChild {
  const { words } = useTrace();
  const { number, at, source, destination, protocol, text, frame } = message;
  const way = `${source.host}:${source.port} → ${destination.host}:${destination.port}`;
  return (
    <li data-selected={isSelected} onClick={onSelect}>
      <div class="raw-head" dir="ltr">
        <strong>{number}</strong> <time>{clockOf(words, at)}</time> <span>{way}</span>{' '}
        <span class="soft">{`${protocol} · frame ${frame}`}</span>
      </div>
      <pre dir="ltr">{utf8Of(text)}</pre>
    </li>
  );
}

// Messages are kept byte for byte; where they are UTF-8, that is read.
function utf8Of(latin1: string): string {
  const bytes = Uint8Array.from(latin1, (char) => char.charCodeAt(0) & 0xff);
  return new TextDecoder().decode(bytes);
}
