// A bar of a lane: a state from when to when, with its name where there is room.
import type { ComponentChild } from 'preact';
import type { StateSpan, TimerSpan } from '@offhook/sip/trace';
import { clockText, spanText } from '../../../../model/trace/draw/figures.ts';
import { useSubject } from '../part/subject.ts';
import { useDrawnAxis, visible } from '../time/axis.ts';
import type { Tone } from './tone.ts';

/** States of transactions in which only repeats are waited for. */
const rests: ReadonlySet<string> = new Set(['Completed', 'Confirmed', 'Accepted']);

/** Width of a letter in a bar, in CSS pixels; rather too wide. */
const letter = 5.7;

/** The states of a machine side by side; one whose end nothing tells goes on to the end of the axis. */
export function StateBars({
  states,
  y,
  height,
  toneOf,
}: {
  readonly states: readonly StateSpan[];
  readonly y: number;
  readonly height: number;
  readonly toneOf: (state: string) => Tone;
}): ComponentChild {
  const axis = useDrawnAxis();
  return states.map(({ state, from, to }) => {
    const tone = toneOf(state);
    if (tone === 'over') return <End key={from} at={from} y={y} height={height} />;
    const box = visible(axis, from, to ?? axis.scale.to);
    if (box === undefined) return undefined;
    return (
      <g key={`${state} ${from}`} class="bar" data-tone={tone} data-rests={rests.has(state)}>
        <rect x={box.x} width={box.width} y={y} height={height} rx={Math.min(3, box.width / 2)} />
        {box.width > state.length * letter + 8 && (
          <text x={box.x + 5} y={y + height / 2 + 3.5}>
            {state}
          </text>
        )}
      </g>
    );
  });
}

function End({
  at,
  y,
  height,
}: {
  readonly at: number;
  readonly y: number;
  readonly height: number;
}): ComponentChild {
  const axis = useDrawnAxis();
  if (at < axis.scale.from || at > axis.scale.to) return undefined;
  return <line class="bar-end" x1={axis.x(at)} x2={axis.x(at)} y1={y - 1} y2={y + height + 1} />;
}

/** The timers of a machine: a thin line each from its start to when it is due, strong as far as it came. */
export function TimerLines({
  timers,
  y,
}: {
  readonly timers: readonly TimerSpan[];
  readonly y: number;
}): ComponentChild {
  const axis = useDrawnAxis();
  const { isLive, now } = useSubject();
  const names = [...new Set(timers.map(({ name }) => name))];
  return timers.map((timer) => {
    const line = y + Math.min(names.indexOf(timer.name), 1) * 2.5;
    const whole = visible(axis, timer.from, timer.due);
    if (whole === undefined) return undefined;
    const runs = timer.to === undefined && isLive;
    const ran = visible(axis, timer.from, timer.to ?? (runs ? now.value : timer.due));
    return (
      <g
        key={`${timer.name} ${timer.from}`}
        class="timer"
        data-runs={runs}
        data-fired={timer.fired}
      >
        <line x1={whole.x} x2={whole.x + whole.width} y1={line} y2={line} />
        {ran !== undefined && (
          <line class="ran" x1={ran.x} x2={ran.x + ran.width} y1={line} y2={line} />
        )}
        {timer.fired && timer.due <= axis.scale.to && timer.due >= axis.scale.from && (
          <circle cx={axis.x(timer.due)} cy={line} r={2} />
        )}
      </g>
    );
  });
}

/** The states of a machine in words, for those who do not see the bars. */
export function statesText(states: readonly StateSpan[], zero: number): string {
  return states.map(({ state, from }) => `${state} from ${clockText(from - zero)} s`).join(', ');
}

/** What is left of a timer: `B 12.4 s`. */
export function leftText(
  { name, due }: { readonly name: string; readonly due: number },
  now: number,
): string {
  return `${name} ${spanText(Math.max(0, due - now))}`;
}
