// "Explain this call": the messages as they went, each with the transaction, the dialog and the session that it belongs to.
import { ArrowLeft, Copy } from 'lucide';
import type { ComponentChild } from 'preact';
import { useMemo } from 'preact/hooks';
import type { CallStory } from '../../model/phone.ts';
import type { Words } from '../../words/words.ts';
import { sentenceOf } from '../../words/words.ts';
import { IconButton } from '../part/icon-button.tsx';
import { stateOf } from '../call/state.ts';
import { usePhone, useWords, useWorld } from '../world.ts';
import { Ladder } from './ladder.tsx';

/** The story of the call `callId`. */
export function ExplainView({ callId }: { readonly callId: string }): ComponentChild {
  const phone = usePhone();
  const { ports } = useWorld();
  const words = useWords();
  const { labels } = words;
  // It goes on while one looks at it.
  const now = ports.now.value;
  const story = useMemo(() => phone.story(callId), [callId, now]);
  return (
    <section class="view" aria-label={labels.explain}>
      <header class="view-head">
        <IconButton
          icon={ArrowLeft}
          turns
          kind="back"
          label={labels.back}
          onClick={() => {
            const over = phone.history.entries.value.some((entry) => entry.callId === callId);
            phone.place.value = { is: over ? 'history' : 'dial' };
          }}
        />
        <h1 class="title">{labels.explain}</h1>
        {story !== undefined && (
          <IconButton icon={Copy} label={labels.copy} onClick={() => ports.copy(story.text)} />
        )}
      </header>
      <div class="story scroll" tabIndex={0}>
        <Verdict callId={callId} />
        {story === undefined ? (
          <p class="empty">{labels['no story']}</p>
        ) : (
          <>
            <Lanes story={story} words={words} />
            <Ladder story={story} />
          </>
        )}
      </div>
    </section>
  );
}

/** What became of the call, in the sentence that the phone has for it. */
function Verdict({ callId }: { readonly callId: string }): ComponentChild {
  const phone = usePhone();
  const words = useWords();
  const call = phone.calls.value.find((one) => one.callId.value === callId);
  const entry = phone.history.entries.value.find((one) => one.callId === callId);
  const trouble = call?.trouble.value ?? entry?.trouble;
  if (trouble !== undefined) return <p class="verdict">{sentenceOf(words, trouble)}</p>;
  if (call !== undefined) return <p class="verdict">{stateOf(words, call)}</p>;
  return undefined;
}

function Lanes({
  story,
  words,
}: {
  readonly story: CallStory;
  readonly words: Words;
}): ComponentChild {
  const { transactions, dialogs, sessions, messages, resent } = story.call;
  return (
    <div class="lanes">
      <span class="chip" data-lane="T">
        {words.sentences.transactions(transactions)}
      </span>
      <span class="chip" data-lane="D">
        {words.sentences.dialogs(dialogs)}
      </span>
      <span class="chip" data-lane="S">
        {words.sentences.sessions(sessions)}
      </span>
      <span class="soft small">{words.sentences.messages(messages, resent)}</span>
    </div>
  );
}
