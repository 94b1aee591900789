// The pointer on the lanes: a press selects the nearest message, a drag the part of the time that is drawn, the wheel goes nearer and farther.
import { useSignal } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { TimeWindow } from '../../../../model/trace/selection.ts';
import { useSubject } from '../part/subject.ts';
import type { Axis } from '../time/axis.ts';
import { look, zoom } from '../../../../model/trace/draw/window.ts';

/** A drag in CSS pixels that is shorter counts as a press. */
const press = 5;

/** What the pointer does. */
export interface Brush {
  /** The part that is being chosen. */
  readonly drawn: ReadonlySignal<TimeWindow | undefined>;
  readonly listeners: {
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerUp: (event: PointerEvent) => void;
    readonly onPointerLeave: () => void;
    readonly onDblClick: (event: MouseEvent) => void;
    readonly onWheel: (event: WheelEvent) => void;
  };
}

/** The pointer on `axis`. */
export function useBrush(axis: Axis): Brush {
  const { selection, document, index } = useSubject();
  const drawn = useSignal<TimeWindow | undefined>(undefined);
  const start = useRef<number | undefined>(undefined);
  const plotX = (event: MouseEvent): number | undefined => {
    const { currentTarget, clientX, target } = event;
    if (!(currentTarget instanceof Element) || isOnLabel(target)) return undefined;
    return clientX - (currentTarget.getBoundingClientRect().right - axis.width);
  };
  const windowTo = (x: number): TimeWindow | undefined => {
    if (start.current === undefined || Math.abs(x - start.current) < press) return undefined;
    const [from, to] = [start.current, x].toSorted((a, b) => a - b);
    return from === undefined || to === undefined
      ? undefined
      : { from: axis.time(from), to: axis.time(to) };
  };
  return {
    drawn,
    listeners: {
      onPointerDown: (event) => {
        if (event.button === 0 && event.pointerType !== 'touch') start.current = plotX(event);
      },
      onPointerMove: (event) => {
        const x = plotX(event);
        selection.hover.value = {
          ...selection.hover.value,
          at: x === undefined ? undefined : axis.time(x),
        };
        if (x !== undefined) drawn.value = windowTo(x);
      },
      onPointerUp: (event) => {
        const x = plotX(event);
        if (x !== undefined) {
          const chosen = windowTo(x);
          if (chosen !== undefined) look(selection, document, chosen);
          else selection.frame.value = nearest(index.items, axis, x) ?? selection.frame.value;
        }
        start.current = undefined;
        drawn.value = undefined;
      },
      onPointerLeave: () => {
        start.current = undefined;
        drawn.value = undefined;
        selection.hover.value = { ...selection.hover.value, at: undefined };
      },
      onDblClick: (event) => {
        if (plotX(event) !== undefined) selection.window.value = undefined;
      },
      onWheel: (event) => {
        const x = plotX(event);
        if (x === undefined || (!event.ctrlKey && !event.metaKey)) return;
        event.preventDefault();
        zoom(
          selection,
          axis.scale,
          event.deltaY < 0 ? 0.7 : 1 / 0.7,
          axis.scale.place(axis.time(x)),
        );
      },
    },
  };
}

function isOnLabel(target: EventTarget | null): boolean {
  return (
    target instanceof Element && target.closest('.lane-label, .lane-card, .lane-title') !== null
  );
}

function nearest(
  items: readonly { readonly frame: number; readonly at: number }[],
  axis: Axis,
  x: number,
): number | undefined {
  let best: { readonly frame: number; readonly away: number } | undefined;
  for (const { frame, at } of items) {
    if (at < axis.scale.from || at > axis.scale.to) continue;
    const away = Math.abs(axis.x(at) - x);
    if (best === undefined || away < best.away) best = { frame, away };
  }
  return best !== undefined && best.away < 24 ? best.frame : undefined;
}
