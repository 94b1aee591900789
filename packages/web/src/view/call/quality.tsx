// Four bars; pressed, they say in numbers and in a sentence what is heard.
import type { ComponentChild } from 'preact';
import { useId } from 'preact/hooks';
import type { PhoneCall, Quality } from '../../model/call.ts';
import type { Label } from '../../words/words.ts';
import { useWords } from '../world.ts';

/** The bars of `call`; nothing before they are known. */
export function QualityBars({ call }: { readonly call: PhoneCall }): ComponentChild {
  const { labels, sentences } = useWords();
  const id = useId();
  const quality = call.quality.value;
  if (quality === undefined) return undefined;
  return (
    <>
      <button
        type="button"
        class="icon-button"
        popovertarget={id}
        aria-label={sentences.bars(quality.bars)}
        title={labels.quality}
      >
        <span class="bars" data-bars={quality.bars}>
          {[1, 2, 3, 4].map((bar) => (
            <i key={bar} class={bar <= quality.bars ? 'lit' : ''} />
          ))}
        </span>
      </button>
      <div id={id} popover="auto" class="popover" role="dialog" aria-label={labels.quality}>
        <p>{sentences.quality[quality.cause]}</p>
        <dl class="facts">
          {factsOf(quality).map(([label, value]) => [
            <dt key={label}>{labels[label]}</dt>,
            <dd key={`${label}=`}>{value}</dd>,
          ])}
        </dl>
      </div>
    </>
  );
}

function factsOf(quality: Quality): readonly (readonly [Label, string])[] {
  const milliseconds = (value: number | undefined): string =>
    value === undefined ? '–' : `${Math.round(value)} ms`;
  const percent = (value: number | undefined): string =>
    value === undefined ? '–' : `${value.toFixed(1)} %`;
  return [
    ['round trip', milliseconds(quality.roundTripMilliseconds)],
    ['jitter', milliseconds(quality.jitterMilliseconds)],
    ['loss', percent(quality.lossPercent)],
    ['concealed', percent(quality.concealmentPercent)],
    ['codec', quality.codec ?? '–'],
    ...(quality.relayed ? ([['relayed', '✓']] as const) : []),
  ];
}
