// One figure of a stream over time: a line, an area or bars on the axis of the call, with its scale at the left.
import type { ComponentChild, ComponentChildren } from 'preact';
import { useDrawnAxis, visible } from '../time/axis.ts';

/** A value at a time, for a while. */
export interface GraphPoint {
  readonly at: number;
  /** Milliseconds. */
  readonly length: number;
  /** Undefined where nothing is known. */
  readonly value: number | undefined;
}

/** A graph of `points` from `least` to `most`. */
export function Graph({
  name,
  unit,
  points,
  least = 0,
  most,
  kind,
  tone,
  children,
}: {
  readonly name: string;
  readonly unit: string;
  readonly points: readonly GraphPoint[];
  readonly least?: number;
  readonly most: number;
  readonly kind: 'area' | 'bars' | 'line';
  readonly tone: 'rate' | 'loss' | 'jitter' | 'level' | 'delay';
  readonly children?: ComponentChildren;
}): ComponentChild {
  const axis = useDrawnAxis();
  const height = 40;
  const y = (value: number): number =>
    height -
    3 -
    ((Math.min(most, Math.max(least, value)) - least) / Math.max(most - least, 1e-9)) *
      (height - 8);
  const known = points.flatMap(({ value }) => value ?? []);
  const words =
    known.length === 0
      ? `${name}: not known`
      : `${name}: from ${round(Math.min(...known))} to ${round(Math.max(...known))} ${unit}`;
  return (
    <figure class="graph" data-tone={tone}>
      <figcaption>
        {name}
        <span class="soft">
          {known.length === 0 ? ' not known' : ` ≤ ${round(Math.max(...known))} ${unit}`}
        </span>
      </figcaption>
      <svg width={axis.width} height={height} role="img" aria-label={words}>
        {axis.scale.breaks.map(({ from, to }) => (
          <rect
            key={from}
            class="break-band"
            x={axis.x(from)}
            width={Math.max(0, axis.x(to) - axis.x(from))}
            y={0}
            height={height}
          />
        ))}
        <line class="zero" x1={0} x2={axis.width} y1={height - 3} y2={height - 3} />
        {children}
        {kind === 'bars'
          ? points.map(({ at, length, value }) => {
              const box =
                value === undefined || value <= least ? undefined : visible(axis, at, at + length);
              if (box === undefined || value === undefined) return undefined;
              const top = Math.min(y(value), height - 5);
              return (
                <rect
                  key={at}
                  class="value"
                  x={box.x}
                  width={box.width}
                  y={top}
                  height={height - 3 - top}
                />
              );
            })
          : runs(points).map((run) => (
              <Run
                key={run[0]?.at}
                run={run}
                y={y}
                base={kind === 'area' ? height - 3 : undefined}
              />
            ))}
      </svg>
    </figure>
  );
}

function Run({
  run,
  y,
  base,
}: {
  readonly run: readonly GraphPoint[];
  readonly y: (value: number) => number;
  readonly base: number | undefined;
}): ComponentChild {
  const { x } = useDrawnAxis();
  const [first] = run;
  const last = run.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const line = run
    .map(({ at, length, value = 0 }) => `${x(at)} ${y(value)}L${x(at + length)} ${y(value)}`)
    .join('L');
  const d =
    base === undefined
      ? `M${line}`
      : `M${x(first.at)} ${base}L${line}L${x(last.at + last.length)} ${base}Z`;
  return <path class={base === undefined ? 'line-value' : 'value'} d={d} />;
}

/** The stretches in which a value is known. */
function runs(points: readonly GraphPoint[]): readonly (readonly GraphPoint[])[] {
  const found: GraphPoint[][] = [];
  let open: GraphPoint[] | undefined;
  for (const point of points) {
    if (point.value === undefined) open = undefined;
    else if (open === undefined) {
      open = [point];
      found.push(open);
    } else open.push(point);
  }
  return found;
}

function round(value: number): number {
  return Math.abs(value) < 10 ? Math.round(value * 10) / 10 : Math.round(value);
}
