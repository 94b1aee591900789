// The packets of one stream over time, up or down from a line: an area for their rate, red where some are lost, holes where none came.
import type { ComponentChild } from 'preact';
import type { StreamDocument, StreamSample } from '@offhook/sip/trace';
import { useDrawnAxis, visible } from '../time/axis.ts';

/** One stream. `fastest` is the rate in packets a second that fills `height`. */
export function StreamArea({
  of,
  zero,
  height,
  up,
  fastest,
}: {
  readonly of: StreamDocument;
  readonly zero: number;
  readonly height: number;
  readonly up: boolean;
  readonly fastest: number;
}): ComponentChild {
  const axis = useDrawnAxis();
  const sign = up ? -1 : 1;
  return (
    <g class="stream" data-direction={up ? 'forth' : 'back'}>
      <path
        class="rate"
        d={areaPath(
          of,
          (at) => axis.x(at),
          (rate) => zero + sign * (rate / fastest) * height,
        )}
      />
      {of.series.map((sample, at) => {
        if (sample.lost === 0) return undefined;
        const box = visible(axis, sample.at, sample.at + lengthOf(of.series, at));
        if (box === undefined) return undefined;
        const share = Math.min(1, sample.lost / (sample.lost + sample.packets));
        const tall = Math.max(2, share * height);
        return (
          <rect
            key={sample.at}
            class="loss"
            x={box.x}
            width={box.width}
            y={up ? zero - tall : zero}
            height={tall}
          />
        );
      })}
      {of.gaps.map(({ at, milliseconds }) => {
        const box = visible(axis, at, at + milliseconds);
        if (box === undefined) return undefined;
        return (
          <rect
            key={at}
            class="gap"
            x={box.x}
            width={box.width}
            y={up ? zero - height : zero}
            height={height}
          />
        );
      })}
      {of.events.map(({ at, key }) => {
        const box = visible(axis, at, at);
        if (box === undefined) return undefined;
        return (
          <text
            key={at}
            class="key"
            x={box.x}
            y={up ? zero - height + 8 : zero + height - 1}
            text-anchor="middle"
          >
            {key}
          </text>
        );
      })}
    </g>
  );
}

/** How long the sample at `at` is, in milliseconds: to the next one, and the last one as long as those before it. */
export function lengthOf(series: readonly StreamSample[], at: number): number {
  const [sample, next, before] = [series[at], series[at + 1], series[at - 1]];
  if (sample === undefined) return 0;
  if (next !== undefined) return next.at - sample.at;
  return before === undefined ? 1_000 : sample.at - before.at;
}

/** Packets a second in the sample at `at`. */
export function rateOf(series: readonly StreamSample[], at: number): number {
  const packets = series[at]?.packets ?? 0;
  return (packets * 1_000) / Math.max(1, lengthOf(series, at));
}

// The last sample may be cut short by the end of the stream: it is drawn with the pace of the one before it.
function areaPath(
  { series, startedAt, endedAt }: StreamDocument,
  x: (time: number) => number,
  y: (rate: number) => number,
): string {
  const points = series.map((sample, at) => {
    const rate = at === series.length - 1 && at > 0 ? rateOf(series, at - 1) : rateOf(series, at);
    const from = x(Math.max(sample.at, startedAt));
    const to = x(Math.min(sample.at + lengthOf(series, at), Math.max(endedAt, sample.at)));
    return `L${from} ${y(rate)}L${to} ${y(rate)}`;
  });
  return points.length === 0
    ? ''
    : `M${x(startedAt)} ${y(0)}${points.join('')}L${x(endedAt)} ${y(0)}Z`;
}
