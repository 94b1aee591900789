// The plain view: what became of the call and why, its course as a strip, and the story in five lines.
import type { ComponentChild } from 'preact';
import { clockText, spanText } from '../../../model/trace/draw/figures.ts';
import { phasesOf } from '../../../model/trace/draw/phases.ts';
import type { Phase } from '../../../model/trace/draw/phases.ts';
import { Proven } from './part/frame-link.tsx';
import { useSubject } from './part/subject.ts';
import { useSize } from './part/width.ts';
import { VerdictCard } from './told/verdict.tsx';

/** The plain view of the subject. */
export function PlainView(): ComponentChild {
  const { explanation, document, index } = useSubject();
  return (
    <div class="plain" tabIndex={0} role="group" aria-label="The call in plain words">
      <div class="plain-sheet">
        <VerdictCard />
        <Course />
        <section aria-label="The story">
          <h3 class="part-title">What happened, step by step</h3>
          <ol class="story-lines">
            {explanation.story.map((line, at) => {
              const since = index.itemOf(line.frames[0])?.at;
              return (
                <li key={at}>
                  <span class="story-at">
                    {since === undefined ? '' : `${clockText(since - document.startedAt)} s`}
                  </span>
                  <Proven of={line} />
                </li>
              );
            })}
          </ol>
        </section>
        {document.missing.length > 0 && (
          <section aria-label="What is missing">
            <h3 class="part-title">What could not be seen</h3>
            <ul class="reasons">
              {document.missing.map((what) => (
                <li key={what}>
                  <bdi>{what}</bdi>
                </li>
              ))}
            </ul>
          </section>
        )}
      </div>
    </div>
  );
}

/** The phases of the call side by side; each as wide as the square root of its length, so that short ones are seen. */
function Course(): ComponentChild {
  const { document, isLive, now } = useSubject();
  const { ref, width } = useSize<HTMLDivElement>();
  const phases = phasesOf(document, isLive ? now.value : document.endedAt);
  if (phases.length === 0) return undefined;
  return (
    <section class="course" aria-label="The course of the call">
      <div class="measure" ref={ref} />
      {width > 0 && <Strip of={phases} width={width} />}
      <ol class="for-readers">
        {phases.map(({ is, from, to }) => (
          <li key={from}>{`${is} for ${spanText(to - from)}`}</li>
        ))}
      </ol>
    </section>
  );
}

function Strip({
  of,
  width,
}: {
  readonly of: readonly Phase[];
  readonly width: number;
}): ComponentChild {
  const weights = of.map(({ from, to }) => Math.max(Math.sqrt(to - from), 12));
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  let x = 0;
  return (
    <svg width={width} height={44} aria-hidden="true">
      {of.map(({ is, from, to }, at) => {
        const wide = ((weights[at] ?? 0) / whole) * width;
        const start = x;
        x += wide;
        const span = spanText(to - from);
        return (
          <g key={from} class="phase" data-phase={is.replace(' ', '-')}>
            <rect x={start + 1} y={0} width={Math.max(1, wide - 2)} height={26} rx={5} />
            {wide > is.length * 7 + 12 && (
              <text x={start + wide / 2} y={17} text-anchor="middle">
                {is}
              </text>
            )}
            {wide > span.length * 6 + 4 && (
              <text class="phase-span" x={start + wide / 2} y={40} text-anchor="middle">
                {span}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}
