// Which calls of a list are shown: what was searched for, and the fields of the filter, all of which must fit.
import type { CallSummary } from '@offhook/sip/trace';
import { isFailed } from './columns.ts';

/** The fields; an empty one lets everything through. */
export interface Filter {
  /** Anywhere in numbers, addresses, Call-IDs and the outcome; words apart from each other must all be found. */
  readonly text: string;
  readonly method: string;
  /** A user or number, of either side. */
  readonly number: string;
  /** `host`, `host:port` or the beginning of one, of either side. */
  readonly address: string;
  readonly callId: string;
  /** `486`, or a class such as `4xx`. */
  readonly status: string;
  /** A number of the catalogue of faults. */
  readonly fault: number | undefined;
  readonly onlyFailed: boolean;
  /** Milliseconds since 1970, of the beginning. */
  readonly since: number | undefined;
  readonly until: number | undefined;
}

/** Lets everything through. */
export const noFilter: Filter = {
  text: '',
  method: '',
  number: '',
  address: '',
  callId: '',
  status: '',
  fault: undefined,
  onlyFailed: false,
  since: undefined,
  until: undefined,
};

/** How many fields of a filter ask for something; what was searched for is none of them. */
export function filtersIn(filter: Filter): number {
  const { method, number, address, callId, status } = filter;
  const texts = [method, number, address, callId, status].filter((text) => text.trim() !== '');
  const others = [filter.fault, filter.since, filter.until].filter((one) => one !== undefined);
  return texts.length + others.length + (filter.onlyFailed ? 1 : 0);
}

/** True for a call that fits in all fields. */
export function fits(call: CallSummary, filter: Filter): boolean {
  const { since, until, fault } = filter;
  return (
    (since === undefined || call.startedAt >= since) &&
    (until === undefined || call.startedAt <= until) &&
    (fault === undefined || call.faults.includes(fault)) &&
    (!filter.onlyFailed || isFailed(call)) &&
    fitsStatus(call.status, filter.status) &&
    has([call.method], filter.method) &&
    has([call.from, call.to], filter.number) &&
    has([call.caller ?? '', call.callee ?? ''], filter.address) &&
    has(call.legs, filter.callId) &&
    filter.text.split(/\s+/).every((word) => has([...searched(call)], word))
  );
}

function searched(call: CallSummary): readonly string[] {
  const { from, to, caller = '', callee = '', method, outcome, happened, legs, rules } = call;
  const status = call.status === undefined ? '' : `${call.status} ${call.reason ?? ''}`;
  return [from, to, caller, callee, method, outcome, happened, status, ...legs, ...rules];
}

function has(texts: readonly string[], wanted: string): boolean {
  const part = wanted.trim().toLowerCase();
  return part === '' || texts.some((text) => text.toLowerCase().includes(part));
}

function fitsStatus(status: number | undefined, wanted: string): boolean {
  const pattern = wanted.trim().toLowerCase();
  if (pattern === '') return true;
  const digits = status === undefined ? '' : String(status);
  return pattern.endsWith('xx')
    ? digits.startsWith(pattern.charAt(0)) && digits !== ''
    : digits.startsWith(pattern);
}
