// The axis that a call is drawn on now: all of it or the chosen part, as wide as there is room.
import { createContext } from 'preact';
import type { Context } from 'preact';
import { useContext, useMemo } from 'preact/hooks';
import type { CallDocument } from '@offhook/sip/trace';
import type { CallIndex, CallItem } from '../../../../model/trace/draw/call-index.ts';
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
  const live = isLive ? now.value : undefined;
  const scale = useMemo(() => {
    const { from, to } = window ?? { from: document.startedAt, to: endOf(document, index, live) };
    return timeScale(isBroken ? momentsOf(index) : [], from, to);
  }, [document, index, window, live, isBroken]);
  return useMemo(() => axisOf(scale, width), [scale, width]);
}

/** Timers that only wait for repeats of what is over. */
const lingering = /^(?:Timer [DHIJKLM] fires|transaction ended)$/;

function isLingering(item: CallItem): boolean {
  return item.kind === 'step' && lingering.test(item.of.change.event);
}

/** Where the axis of a whole call ends: nobody wants to see how machines rest after it. */
function endOf(document: CallDocument, index: CallIndex, live: number | undefined): number {
  const moments = index.items.filter((item) => !isLingering(item)).map(({ at }) => at);
  const last = Math.max(
    ...moments,
    ...document.streams.map(({ endedAt }) => endedAt),
    live ?? 0,
    document.startedAt + 10,
  );
  return last + Math.min(40, Math.max(5, (last - document.startedAt) * 0.01));
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

/** What the pauses lie between: media goes on in them, and is drawn as short as they are. */
function momentsOf(index: CallIndex): readonly number[] {
  return index.items.filter((item) => !isLingering(item)).map(({ at }) => at);
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
