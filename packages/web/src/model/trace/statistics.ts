// Figures over the calls that are shown, as `i` shows them: how many, by method, by how they ended, by fault.
import type { CallSummary } from '@offhook/sip/trace';
import { durationOf, isFailed, standingOf } from './columns.ts';
import type { CallStanding } from './columns.ts';

/** The figures. */
export interface CallStatistics {
  readonly calls: number;
  readonly failed: number;
  readonly messages: number;
  readonly resent: number;
  readonly packets: number;
  readonly lostPackets: number;
  /** Milliseconds since 1970; undefined without calls. */
  readonly from: number | undefined;
  readonly to: number | undefined;
  /** Of calls that were answered and are over, in milliseconds. */
  readonly meanDuration: number | undefined;
  /** Share of the INVITEs with a final answer that were answered with 2xx, 0 to 1. */
  readonly answered: number | undefined;
  /** Each the most frequent first. */
  readonly methods: readonly Count<string>[];
  readonly standings: readonly Count<CallStanding>[];
  readonly statuses: readonly Count<number>[];
  readonly faults: readonly Count<number>[];
}

/** How often something came. */
export interface Count<Of> {
  readonly of: Of;
  readonly count: number;
}

/** Counts. */
export function statisticsOf(calls: readonly CallSummary[]): CallStatistics {
  const sum = (value: (call: CallSummary) => number): number =>
    calls.reduce((total, call) => total + value(call), 0);
  const completed = calls.filter((call) => standingOf(call) === 'completed');
  const finals = calls.filter(({ method, status = 0 }) => method === 'INVITE' && status >= 200);
  const good = finals.filter(({ status = 0 }) => status < 300);
  return {
    calls: calls.length,
    failed: calls.filter(isFailed).length,
    messages: sum(({ messages }) => messages),
    resent: sum(({ resent }) => resent),
    packets: sum(({ packets }) => packets),
    lostPackets: sum(({ lostPackets }) => lostPackets),
    from: extreme(calls, ({ startedAt }) => startedAt, Math.min),
    to: extreme(calls, ({ endedAt }) => endedAt, Math.max),
    meanDuration: mean(completed.map(durationOf)),
    answered: finals.length === 0 ? undefined : good.length / finals.length,
    methods: counted(calls.map(({ method }) => method)),
    standings: counted(calls.map(standingOf)),
    statuses: counted(calls.flatMap(({ status }) => status ?? [])),
    faults: counted(calls.flatMap(({ faults }) => [...new Set(faults)])),
  };
}

function extreme(
  calls: readonly CallSummary[],
  value: (call: CallSummary) => number,
  better: (one: number, other: number) => number,
): number | undefined {
  return calls.reduce<number | undefined>(
    (found, call) => (found === undefined ? value(call) : better(found, value(call))),
    undefined,
  );
}

function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  return values.reduce((total, value) => total + value, 0) / values.length;
}

function counted<Of>(values: readonly Of[]): readonly Count<Of>[] {
  const counts = new Map<Of, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts]
    .map(([of, count]) => ({ of, count }))
    .toSorted((one, other) => other.count - one.count);
}
