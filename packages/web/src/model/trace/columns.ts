// The columns of the list of calls, and how each sorts.
import type { CallSummary } from '@offhook/sip/trace';

/** The columns, in the order in which they stand. */
export const columns = [
  'time',
  'method',
  'from',
  'to',
  'messages',
  'source',
  'destination',
  'duration',
  'state',
  'verdict',
] as const;

/** One of them. */
export type Column = (typeof columns)[number];

/** By what the list is sorted. */
export interface Sorting {
  readonly column: Column;
  readonly descending: boolean;
}

/** How a call stands, in one word. */
export type CallStanding =
  | 'calling'
  | 'in call'
  | 'completed'
  | 'cancelled'
  | 'refused'
  | 'no answer'
  | 'done';

/** The word for a call. */
export function standingOf(call: CallSummary): CallStanding {
  const { status, over, method } = call;
  if (status === 487) return 'cancelled';
  if (status !== undefined && status >= 300) return 'refused';
  if (status === undefined || status < 200) return over ? 'no answer' : 'calling';
  if (method !== 'INVITE') return 'done';
  return over ? 'completed' : 'in call';
}

/** True for a call in which something failed. */
export function isFailed(call: CallSummary): boolean {
  const standing = standingOf(call);
  return call.rules.length > 0 || standing === 'refused' || standing === 'no answer';
}

/** Milliseconds from the first message to the last. */
export function durationOf({ startedAt, endedAt }: CallSummary): number {
  return Math.max(0, endedAt - startedAt);
}

/** The user of a URI, or its host: what a narrow column shows of `sip:bob@example.com`. */
export function userOf(uri: string): string {
  const bare = uri.replace(/^[a-z]+:/i, '');
  const at = bare.indexOf('@');
  return at > 0 ? bare.slice(0, at) : bare;
}

/** An address as a column shows it; a browser does not tell its own, which is `0.0.0.0:0` then. */
export function addressShown(address: string | undefined): string | undefined {
  return address?.endsWith(':0') === true ? undefined : address;
}

type SortValue = (call: CallSummary) => number | string;

const values: Readonly<Record<Column, SortValue>> = {
  time: ({ startedAt }) => startedAt,
  method: ({ method }) => method,
  from: ({ from }) => from,
  to: ({ to }) => to,
  messages: ({ messages }) => messages,
  source: ({ caller }) => caller ?? '',
  destination: ({ callee }) => callee ?? '',
  duration: durationOf,
  state: (call) => standingOf(call),
  // The worst first: numbers of faults, then refusals, then the rest.
  verdict: (call) => call.faults[0] ?? (call.rules.length > 0 ? 99 : isFailed(call) ? 100 : 101),
};

/** How two calls compare in a column; equal ones stand in the order in which they began. */
export function compare(one: CallSummary, other: CallSummary, sorting: Sorting): number {
  const value = values[sorting.column];
  const [a, b] = [value(one), value(other)];
  const found = typeof a === 'string' || typeof b === 'string' ? byText(a, b) : a - b;
  const turned = sorting.descending ? -found : found;
  return turned === 0 ? one.startedAt - other.startedAt : turned;
}

function byText(a: number | string, b: number | string): number {
  const [one, other] = [String(a), String(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}
