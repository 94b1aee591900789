// What goes through all lanes at one moment: broken places, the selected frame, the pointer, what is heard.
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import type { TimeWindow } from '../../../../model/trace/selection.ts';
import { useSubject } from '../part/subject.ts';
import type { Axis } from '../time/axis.ts';

/** Lines and bands through all lanes. */
export function Under({
  axis,
  brush: chosenPart,
}: {
  readonly axis: Axis;
  readonly brush: ReadonlySignal<TimeWindow | undefined>;
}): ComponentChild {
  const { scale, width, x } = axis;
  const brush = chosenPart.value;
  const { selection, index, isLive, now } = useSubject();
  const chosen = index.itemOf(selection.frame.value)?.at;
  const line = (name: string, at: number | undefined): ComponentChild =>
    at === undefined || at < scale.from || at > scale.to ? undefined : (
      <line class={name} x1={x(at)} x2={x(at)} y1="0" y2="100%" />
    );
  return (
    <svg width={width} height="100%" aria-hidden="true">
      {scale.breaks.map(({ from, to }) => (
        <rect
          key={from}
          class="break-band"
          x={x(from)}
          width={Math.max(0, x(to) - x(from))}
          y="0"
          height="100%"
        />
      ))}
      {line('hover-line', selection.hover.value.at)}
      {line('heard-line', selection.heard.value)}
      {isLive && line('now-line', now.value)}
      {line('frame-line', chosen)}
      {brush !== undefined && (
        <rect
          class="brush"
          x={x(brush.from)}
          width={Math.max(0, x(brush.to) - x(brush.from))}
          y="0"
          height="100%"
        />
      )}
    </svg>
  );
}
