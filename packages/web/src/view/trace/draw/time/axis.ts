// The axis that a call is drawn on now: all of it or the chosen part, as wide as there is room.
import { createContext } from 'preact';
import type { Context } from 'preact';
import { useContext, useMemo } from 'preact/hooks';
import { endOf, momentsOf } from '../../../../model/trace/draw/extent.ts';
import { useSubject } from '../part/subject.ts';
import { timeScale } from '../../../../model/trace/draw/scale.ts';
import type { TimeScale } from '../../../../model/trace/draw/scale.ts';

/** An axis of a certain width. */
export interface Axis {
  readonly scale: TimeScale;
  /** CSS pixels. */
  readonly width: number;
  x(time: number): number;
  time(x: number): number;
}

/** Room at the two ends, in CSS pixels. */
const margin = { start: 8, end: 12 };

/** The axis of the subject for a drawing of `width` CSS pixels; with pauses as long as they were unless `isBroken`. */
export function useAxis(width: number, isBroken = true): Axis {
  const { document, index, selection, now, isLive } = useSubject();
  const window = selection.window.value;
  const beside = selection.beside.value;
  const live = isLive ? now.value : undefined;
  const scale = useMemo(() => {
    const { startedAt } = document;
    const end = Math.max(endOf(document, index, live), startedAt + (beside?.length ?? 0));
    const { from, to } = window ?? { from: startedAt, to: end };
    const others = (beside?.moments ?? []).map((at) => at + startedAt);
    return timeScale(isBroken ? [...momentsOf(index), ...others] : [], from, to);
  }, [document, index, window, beside, live, isBroken]);
  return useMemo(() => axisOf(scale, width), [scale, width]);
}

function axisOf(scale: TimeScale, width: number): Axis {
  const room = Math.max(1, width - margin.start - margin.end);
  return {
    scale,
    width,
    x: (time) => margin.start + scale.place(time) * room,
    time: (x) => scale.time(Math.min(1, Math.max(0, (x - margin.start) / room))),
  };
}

/** Where the rows of the lanes find their axis. */
export const AxisContext: Context<Axis | undefined> = createContext<Axis | undefined>(undefined);

/** The axis around this drawing. */
export function useDrawnAxis(): Axis {
  const axis = useContext(AxisContext);
  if (axis === undefined) throw new TypeError('A drawing has no axis');
  return axis;
}

/** The part of `from` to `to` that is on the axis; undefined when none is. */
export function visible(
  { scale, x }: Axis,
  from: number,
  to: number,
): { readonly x: number; readonly width: number } | undefined {
  if (to < scale.from || from > scale.to) return undefined;
  const start = x(Math.max(from, scale.from));
  return { x: start, width: Math.max(1.5, x(Math.min(to, scale.to)) - start) };
}
