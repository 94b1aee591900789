// How long a device's answers took over time: a small graph with its highest value and its two ends named.
import type { ComponentChild } from 'preact';
import type { Measured } from '../../../model/trace/device/device.ts';
import { useSize } from '../draw/part/width.ts';
import { lengthOf, momentOf } from '../part/time.ts';
import { useTrace } from '../trace-world.ts';

const height = 72;
const margin = 5;

/** The graph of `times`, which come in the order of time; nothing where there is none. */
export function LatencyGraph({ times }: { readonly times: readonly Measured[] }): ComponentChild {
  const { devices, words, deviceWords } = useTrace();
  const { ref, width } = useSize<HTMLDivElement>();
  const [first, last] = [times[0], times.at(-1)];
  if (first === undefined || last === undefined) return undefined;
  const values = times.map(([, milliseconds]) => milliseconds);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const span = Math.max(1, last[0] - first[0]);
  const room = Math.max(0, width - 2 * margin);
  const x = (at: number): number =>
    times.length === 1 ? width / 2 : margin + ((at - first[0]) / span) * room;
  const y = (milliseconds: number): number =>
    height - margin - (milliseconds / Math.max(most, 1)) * (height - 4 * margin);
  const line = times.map(([at, milliseconds]) => `${x(at)} ${y(milliseconds)}`).join('L');
  const now = devices.asOf.value;
  return (
    <figure class="latency" dir="ltr">
      <div ref={ref} class="latency-frame">
        <span class="latency-most soft figures">{lengthOf(most)}</span>
        <svg
          width={width}
          height={height}
          role="img"
          aria-label={deviceWords.graph(lengthOf(least), lengthOf(most), times.length)}
        >
          <line class="latency-zero" x1={0} x2={width} y1={height - margin} y2={height - margin} />
          <path
            class="latency-area"
            d={`M${x(first[0])} ${height - margin}L${line}L${x(last[0])} ${height - margin}Z`}
          />
          <path class="latency-line" d={`M${line}`} />
          {times.map(([at, milliseconds]) => (
            <circle
              key={at}
              class="latency-dot"
              cx={x(at)}
              cy={y(milliseconds)}
              r={times.length === 1 ? 3 : 2}
            >
              <title>{`${momentOf(words, at, now)}: ${lengthOf(milliseconds)}`}</title>
            </circle>
          ))}
        </svg>
      </div>
      {times.length > 1 && (
        <figcaption class="soft figures">
          <time>{momentOf(words, first[0], now)}</time>
          <time>{momentOf(words, last[0], now)}</time>
        </figcaption>
      )}
    </figure>
  );
}
