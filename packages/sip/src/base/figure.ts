// A state machine as it is printed in the RFCs: a frozen table of arrows, and the one function that reads it.

/** One arrow of a figure: the next state, then what is done on the way. */
export type Arrow<State extends string, Action extends string> = readonly [State, ...Action[]];

/** What a figure says of one state: the timers that run in it, and the arrows that leave it by event. */
export type Arrows<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string,
> = { readonly timers?: readonly TimerName[] } & {
  readonly [E in Event | TimerEvent<TimerName>]?: Arrow<State, Action | `reset ${TimerName}`>;
};

/** The event that a timer raises. */
export type TimerEvent<TimerName extends string> = `Timer ${TimerName} fires`;

/** A state machine: each state with its arrows. A misspelt state, event, action or timer does not compile. */
export type Figure<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string = never,
> = { readonly [S in State]: Arrows<State, Event, Action, TimerName> };

/** The arrow that `event` takes out of `state`; undefined when the figure has none, and then nothing happens. */
export function step<
  State extends string,
  Event extends string,
  Action extends string,
  TimerName extends string,
>(
  figure: Figure<State, Event, Action, TimerName>,
  state: State,
  event: Event | TimerEvent<TimerName>,
): Arrow<State, Action | `reset ${TimerName}`> | undefined {
  // The compiler cannot index a mapped type by a generic template name, so the row is read as what `Figure` says it is.
  const arrows = figure[state] as Readonly<
    Record<string, Arrow<State, Action | `reset ${TimerName}`> | undefined>
  >;
  return Object.hasOwn(arrows, event) ? arrows[event] : undefined;
}
