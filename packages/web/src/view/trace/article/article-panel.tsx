// The guided call: its buttons above the drawing of the call that they make, and what there is to see.
import { CloudLightning, GitFork, Pause, Phone, PhoneOff, Play, Unplug, Wind } from 'lucide';
import type { IconNode } from 'lucide';
import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';
import type { ArticleCall, ArticleState, ArticleVerb } from '../../../model/trace/article.ts';
import type { ArticleWords } from '../../../words/article/article-words.ts';
import { Icon } from '../../part/icon.tsx';

/** The guided call. */
export function ArticlePanel({
  article,
  words,
  titled,
}: {
  readonly article: ArticleCall;
  readonly words: ArticleWords;
  /** False where the screen has the title already. */
  readonly titled: boolean;
}): ComponentChild {
  const [isChaotic, setChaotic] = useState(false);
  const state = article.state.value;
  if (state === undefined) return undefined;
  const pressed = article.pressed.value;
  const inCall = state.phase === 'talking' || state.phase === 'held';
  const press = (verb: ArticleVerb, icon: IconNode, may: boolean, main = false): ComponentChild => (
    <button
      type="button"
      class={main ? 'button main' : 'button'}
      disabled={!may || article.isBusy.value}
      aria-pressed={pressed === verb}
      onClick={() => void article.act(verb)}
    >
      <Icon of={icon} />
      {words.verbs[verb]}
    </button>
  );
  return (
    <section class="article" aria-label={words.title}>
      <header class="article-head">
        {titled && <h2 class="title">{words.title}</h2>}
        <span class="article-phase" data-phase={state.phase}>
          {state.isCut ? words.cut : words.phases[state.phase]}
        </span>
        <p class="soft small">{words.lead}</p>
      </header>
      <div class="article-buttons" role="group" aria-label={words.title}>
        {state.phase === 'idle'
          ? press('call', Phone, true, true)
          : press('hang up', PhoneOff, true)}
        {press('lose', CloudLightning, true)}
        {press('fork', GitFork, true)}
        {state.phase === 'held' ? press('resume', Play, true) : press('hold', Pause, inCall)}
        {press('break hold', Unplug, inCall)}
        <button
          type="button"
          class="button"
          aria-expanded={isChaotic}
          onClick={() => setChaotic(!isChaotic)}
        >
          <Icon of={Wind} />
          {words.chaos}
        </button>
      </div>
      {isChaotic && <Chaos article={article} state={state} words={words} />}
      <p class="article-look" role="status">
        {article.isLost.value ? words.lost : toldOf(state, pressed, words)}
      </p>
    </section>
  );
}

/** What there is to see, or what went wrong. */
function toldOf(
  { trouble }: ArticleState,
  pressed: ArticleVerb | undefined,
  words: ArticleWords,
): string {
  if (trouble !== undefined) return words.trouble(trouble);
  return pressed === undefined ? words.begin : words.look[pressed];
}

function Chaos({
  article,
  state,
  words,
}: {
  readonly article: ArticleCall;
  readonly state: ArticleState;
  readonly words: ArticleWords;
}): ComponentChild {
  const { messageLoss, mediaLoss, mediaJitter } = state.weather;
  return (
    <div class="article-chaos">
      <Slider
        label={words.messageLoss}
        value={messageLoss * 100}
        most={90}
        shown={words.percent(messageLoss)}
        onChange={(value) => void article.weather({ messageLoss: value / 100 })}
      />
      <Slider
        label={words.mediaLoss}
        value={mediaLoss * 100}
        most={90}
        shown={words.percent(mediaLoss)}
        onChange={(value) => void article.weather({ mediaLoss: value / 100 })}
      />
      <Slider
        label={words.mediaJitter}
        value={mediaJitter}
        most={500}
        shown={words.milliseconds(mediaJitter)}
        onChange={(value) => void article.weather({ mediaJitter: value })}
      />
      <div class="article-buttons">
        {(['rebind', 'kill', 'calm'] as const).map((verb) => (
          <button
            key={verb}
            type="button"
            class="button small"
            disabled={article.isBusy.value || (verb === 'kill' && state.isCut)}
            onClick={() => void article.act(verb)}
          >
            {words.verbs[verb]}
          </button>
        ))}
      </div>
    </div>
  );
}

function Slider({
  label,
  value,
  most,
  shown,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly most: number;
  readonly shown: string;
  readonly onChange: (value: number) => void;
}): ComponentChild {
  return (
    <label class="article-slider">
      <span>{label}</span>
      <input
        type="range"
        min={0}
        max={most}
        step={5}
        value={Math.round(value)}
        aria-valuetext={shown}
        onChange={(event) => onChange(Number(event.currentTarget.value))}
      />
      <output class="figures">{shown}</output>
    </label>
  );
}
