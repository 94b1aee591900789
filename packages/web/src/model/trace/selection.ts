// What is looked at in one call: signals that every view of the call reads and sets, and that a link carries.
import { batch, signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';

/** How the call is told. */
export type TraceView = 'plain' | 'engineer' | 'teacher';

/** One bar of a swimlane: a transaction, a dialog, a session by its number, or an RTP stream by its id. */
export interface LaneChoice {
  readonly lane: 'T' | 'D' | 'S' | 'stream';
  readonly number: number;
}

/** What stands beside the ladder, or in its place where there is no room beside it. */
export type DetailTab = 'ladder' | 'inspector' | 'findings' | 'offers' | 'media' | 'lint';

/** A part of the call's time, in milliseconds since 1970. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** What is looked at in one call. */
export interface Selection {
  /** Frame of the selected message, step or note. */
  readonly frame: Signal<number | undefined>;
  /** The selected bar. */
  readonly lane: Signal<LaneChoice | undefined>;
  /** The part that is drawn; undefined draws all. */
  readonly window: Signal<TimeWindow | undefined>;
  readonly view: Signal<TraceView>;
  readonly tab: Signal<DetailTab>;
  /** Frame and bar under the pointer; never in a link. */
  readonly hover: Signal<Hover>;
  /** The time of the call that stands beside it, on the same axis. */
  readonly beside: Signal<BesideTime | undefined>;
  /** Where a player is in the call, in milliseconds since 1970; undefined when nothing plays. */
  readonly heard: Signal<number | undefined>;
}

/** What another call adds to the axis, in milliseconds from its own beginning. */
export interface BesideTime {
  readonly length: number;
  readonly moments: readonly number[];
}

/** What is under the pointer. */
export interface Hover {
  readonly frame?: number | undefined;
  readonly lane?: LaneChoice | undefined;
  /** The moment under the pointer, in milliseconds since 1970. */
  readonly at?: number | undefined;
}

/** Nothing selected yet. */
export function newSelection(view: TraceView = 'engineer'): Selection {
  return {
    frame: signal(undefined),
    lane: signal(undefined),
    window: signal(undefined),
    view: signal(view),
    tab: signal('ladder'),
    hover: signal({}),
    beside: signal(undefined),
    heard: signal(undefined),
  };
}

/** Takes back what was selected in another call; the view stays. */
export function clearSelection(selection: Selection): void {
  batch(() => {
    selection.frame.value = undefined;
    selection.lane.value = undefined;
    selection.window.value = undefined;
    selection.hover.value = {};
    selection.heard.value = undefined;
  });
}
