// One call: who called whom, what became of it, and its messages, drawn or as text.
import type { ComponentChild } from 'preact';
import type { ToldCall } from '../../../model/trace/ask.ts';
import { userOf } from '../../../model/trace/columns.ts';
import type { OpenedCall } from '../../../model/trace/opened-call.ts';
import { clockOf } from '../part/time.ts';
import { useTrace } from '../trace-world.ts';
import { RawMessages } from './raw-messages.tsx';
import { Rows } from './rows.tsx';

/** A call. */
export function CallView({
  call,
  told,
}: {
  readonly call: OpenedCall;
  readonly told: ToldCall;
  readonly beside: boolean;
}): ComponentChild {
  const { viewer, words } = useTrace();
  const { document, explanation } = told;
  const { verdict } = explanation;
  return (
    <div class="call-view scroll" tabIndex={0} role="region" aria-label={words.columns.verdict}>
      <header class="call-title">
        <h2 class="title">
          <span class="method">{document.method}</span>{' '}
          <bdi class="address">{userOf(document.from)}</bdi> →{' '}
          <bdi class="address">{userOf(document.to)}</bdi>
        </h2>
        <p class="soft small">
          <time>{clockOf(words, document.startedAt)}</time> · <bdi>{document.outcome.text}</bdi>
        </p>
      </header>
      {viewer.raw.value ? (
        <RawMessages document={document} selection={call.selection} />
      ) : (
        <>
          <section class="verdict" lang="en">
            {[verdict.happened, verdict.why, verdict.whose, verdict.todo].map((sentence) => (
              <p key={sentence.text}>{sentence.text}</p>
            ))}
          </section>
          <Rows document={document} selection={call.selection} />
        </>
      )}
    </div>
  );
}
