// How steps become bars: the states that a machine was in, and the timers that ran in it.
import type { RunningTimer } from '../../base/machine.ts';
import type { StateSpan, TimerSpan } from './document.ts';

/** A step as far as a bar needs it. */
export interface SpanStep {
  readonly at: number;
  readonly event: string;
  readonly before: string | undefined;
  readonly after: string;
  readonly timers: readonly RunningTimer[];
  readonly stray: boolean;
}

/** The states of one machine; `steps` in order of time. */
export function statesOf(steps: readonly SpanStep[]): readonly StateSpan[] {
  const spans: {
    state: string;
    from: number;
    to: number | undefined;
    event: string | undefined;
  }[] = [];
  for (const { at, event, before, after, stray } of steps) {
    const last = spans.at(-1);
    if (stray || last?.state === after) continue;
    if (last !== undefined) last.to = at;
    spans.push({
      state: after,
      from: at,
      to: undefined,
      event: before === undefined ? undefined : event,
    });
  }
  return spans;
}

/** The timers of one machine; `steps` in order of time. */
export function timersOf(steps: readonly SpanStep[]): readonly TimerSpan[] {
  const running = new Map<string, { name: string; from: number; due: number }>();
  const spans: TimerSpan[] = [];
  for (const { at, event, timers } of steps) {
    const now = new Map(timers.map(({ name, due }) => [name, due]));
    for (const timer of running.values()) {
      const due = now.get(timer.name);
      if (due !== undefined && Math.abs(due - timer.due) <= 1) continue;
      running.delete(timer.name);
      spans.push({ ...timer, to: at, fired: event === `Timer ${timer.name} fires` });
    }
    for (const [name, due] of now)
      if (!running.has(name)) running.set(name, { name, from: at, due });
  }
  for (const timer of running.values()) spans.push({ ...timer, to: undefined, fired: false });
  return spans.toSorted((one, other) => one.from - other.from);
}

/** The states that both ends went through together: each from when the first end was in it, never back. */
export function furthestStates(
  steps: readonly { readonly at: number; readonly event: string; readonly after: string }[],
  order: readonly string[],
): readonly StateSpan[] {
  const spans: {
    state: string;
    from: number;
    to: number | undefined;
    event: string | undefined;
  }[] = [];
  let reached = -1;
  for (const { at, event, after } of steps.toSorted((one, other) => one.at - other.at)) {
    const rank = order.indexOf(after);
    if (rank <= reached) continue;
    reached = rank;
    const last = spans.at(-1);
    if (last !== undefined) last.to = at;
    spans.push({
      state: after,
      from: at,
      to: undefined,
      event: last === undefined ? undefined : event,
    });
  }
  return spans;
}
