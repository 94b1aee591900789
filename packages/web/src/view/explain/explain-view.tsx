// "Explain this call" (P24): what became of it in a sentence, why in plain words, and everything that happened, drawn.
import { ArrowLeft, ExternalLink } from 'lucide';
import type { ComponentChild } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { ToldCall } from '../../model/trace/ask.ts';
import { sentenceOf } from '../../words/words.ts';
import { Icon } from '../part/icon.tsx';
import { IconButton } from '../part/icon-button.tsx';
import { stateOf } from '../call/state.ts';
import { usePhone, useWords, useWorld } from '../world.ts';
import type { ExplainingViews } from '../world.ts';

/** While a call goes on it is told anew every so many seconds. */
const period = 2;

/** The story of the call `callId`. */
export function ExplainView({ callId }: { readonly callId: string }): ComponentChild {
  const phone = usePhone();
  const { ports } = useWorld();
  const words = useWords();
  const { labels } = words;
  const [views, setViews] = useState<ExplainingViews>();
  const telling = useTold(callId);
  useEffect(() => {
    void ports.explaining().then(setViews, () => undefined);
  }, []);
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
        {ports.viewerOf !== undefined && (
          <a
            class="icon-button"
            href={ports.viewerOf(callId)}
            target="_blank"
            rel="noopener"
            aria-label={labels['open viewer']}
            title={labels['open viewer']}
          >
            <Icon of={ExternalLink} />
          </a>
        )}
      </header>
      <div class="story">
        <Verdict callId={callId} />
        {telling === 'gone' && <p class="empty">{labels['no story']}</p>}
        {typeof telling === 'object' && views !== undefined && (
          <views.Explained
            told={telling}
            language={words.language}
            styles={views.styles}
            now={ports.now}
          />
        )}
      </div>
    </section>
  );
}

/** The call as far as it is told; told again while it goes on, and once more when it is over. */
function useTold(callId: string): ToldCall | 'asking' | 'gone' {
  const phone = usePhone();
  const { ports } = useWorld();
  const [telling, setTelling] = useState<ToldCall | 'asking' | 'gone'>('asking');
  const isUp = phone.calls.value.some((call) => call.callId.value === callId);
  const turn = isUp ? Math.floor(ports.now.value / (1_000 * period)) : 0;
  useEffect(() => {
    let isWanted = true;
    void phone.explain(callId).then((told) => {
      if (isWanted) setTelling((before) => told ?? (before === 'asking' ? 'gone' : before));
    });
    return () => {
      isWanted = false;
    };
  }, [callId, turn]);
  return telling;
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
