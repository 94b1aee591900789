// One call: who called whom, what became of it, and its messages, drawn or as text.
import type { ComponentChild } from 'preact';
import type { ToldCall } from '../../../model/trace/ask.ts';
import { userOf } from '../../../model/trace/columns.ts';
import type { OpenedCall } from '../../../model/trace/opened-call.ts';
import { CallDrawing } from '../draw/call-drawing.tsx';
import { clockOf } from '../part/time.ts';
import { useTrace } from '../trace-world.ts';
import { Player } from './player.tsx';
import { PlainCard } from './plain-card.tsx';
import { RawMessages } from './raw-messages.tsx';

/** A call. */
export function CallView({
  call,
  told: { document, explanation },
}: {
  readonly call: OpenedCall;
  readonly told: ToldCall;
}): ComponentChild {
  const { viewer, words, faultWords, ports } = useTrace();
  const { selection } = call;
  const isPlain = selection.view.value === 'plain';
  return (
    <div class="call-view">
      <header class="call-title">
        <h2 class="title" dir="ltr">
          <span class="method">{document.method}</span>{' '}
          <bdi class="address">{userOf(document.from)}</bdi> →{' '}
          <bdi class="address">{userOf(document.to)}</bdi>
        </h2>
        <p class="soft small">
          <time>{clockOf(words, document.startedAt)}</time> ·{' '}
          <bdi lang="en">{document.outcome.text}</bdi>
        </p>
        {words.language !== 'en' && <p class="soft small">{words.labels['told in english']}</p>}
      </header>
      <Player call={call} document={document} />
      {isPlain && (
        <PlainCard
          explanation={explanation}
          faultWords={faultWords}
          label={words.labels['what happened']}
        />
      )}
      <div class="call-body">
        {viewer.raw.value ? (
          <RawMessages document={document} selection={selection} />
        ) : (
          <CallDrawing
            document={document}
            explanation={explanation}
            selection={selection}
            now={ports.now}
            live={call.source.kind === 'live'}
          />
        )}
      </div>
    </div>
  );
}
