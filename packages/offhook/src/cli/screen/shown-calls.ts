// The calls of the list, as its filter and its order have them.
import type { CallSummary } from '@offhook/sip/trace';
import { stateOf } from './call-state.ts';
import { callFilter } from './filter.ts';
import type { Column, Scene, ScreenState } from './state.ts';

/** The calls that the list shows, from the top to the bottom. */
export function shownCalls(state: ScreenState, { calls }: Scene): readonly CallSummary[] {
  const filter = callFilter(state.filter);
  const searched = callFilter(state.search) ?? (() => true);
  const found = calls.filter(
    (call) =>
      call.startedAt >= state.clearedAt && (filter === undefined || filter(call)) && searched(call),
  );
  const value = values[state.sort];
  const sign = state.isDescending ? -1 : 1;
  return found.toSorted((one, other) => sign * compare(value(one), value(other)));
}

const values: Readonly<Record<Column, (call: CallSummary) => number | string>> = {
  start: ({ startedAt }) => startedAt,
  method: ({ method }) => method,
  from: ({ from }) => from,
  to: ({ to }) => to,
  messages: ({ messages }) => messages,
  source: ({ caller }) => caller ?? '',
  destination: ({ callee }) => callee ?? '',
  state: stateOf,
};

function compare(one: number | string, other: number | string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
