// A figure's table as a list of states with their arrows, to be drawn.

/** A table of arrows as anybody may read it: state → `timers`, and event → next state and actions. */
export type FigureTable = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

/** One arrow. */
export interface FigureArrow {
  readonly event: string;
  readonly next: string;
  readonly actions: readonly string[];
}

/** One state. */
export interface FigureState {
  readonly name: string;
  /** Timers that run in it. */
  readonly timers: readonly string[];
  readonly arrows: readonly FigureArrow[];
}

/** The states of `table` in its order; a figure starts in the first. */
export function figureStates(table: FigureTable): readonly FigureState[] {
  return Object.entries(table).map(([name, { timers = [], ...arrows }]) => ({
    name,
    timers,
    arrows: Object.entries(arrows).map(([event, [next = '', ...actions]]) => ({
      event,
      next,
      actions,
    })),
  }));
}
