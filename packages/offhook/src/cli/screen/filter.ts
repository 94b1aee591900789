// Filters of calls: words that all must fit, each about one field or about any.
import type { CallSummary } from '@offhook/sip/trace';
import { stateOf } from './call-state.ts';

/** Whether a call is wanted. */
export type CallFilter = (call: CallSummary) => boolean;

const fields: Readonly<Record<string, (call: CallSummary) => readonly string[]>> = {
  method: ({ method }) => [method],
  from: ({ from }) => [from],
  to: ({ to }) => [to],
  id: ({ legs }) => legs,
  source: ({ caller }) => [caller ?? ''],
  destination: ({ callee }) => [callee ?? ''],
  status: ({ status }) =>
    status === undefined ? [] : [String(status), `${Math.floor(status / 100)}xx`],
  state: (call) => [stateOf(call)],
  fault: ({ rules, faults }) => [...rules, ...faults.map(String)],
};

/** Fields that are compared whole: `fault:1` is not 14. */
const whole = new Set(['method', 'status', 'fault']);

/** The names that stand before a colon. */
export const filterFields: readonly string[] = Object.keys(fields);

/**
 * The filter of an expression such as `from:alice status:4xx -method:OPTIONS`; a word without a field is looked for in all of them, a
 * minus turns it round. Undefined when a field is not known.
 */
export function callFilter(expression: string): CallFilter | undefined {
  const tests: CallFilter[] = [];
  for (const word of expression.split(/\s+/)) {
    if (word === '' || word === '-') continue;
    const isNot = word.startsWith('-');
    const [, field, wanted = ''] =
      /^(?:([a-z]+):)?(.*)$/.exec((isNot ? word.slice(1) : word).toLowerCase()) ?? [];
    const read = field === undefined || field.startsWith('sip') ? undefined : fields[field];
    if (field !== undefined && !field.startsWith('sip') && read === undefined) return undefined;
    const text = read === undefined && field !== undefined ? `${field}:${wanted}` : wanted;
    const fits = (values: readonly string[]): boolean =>
      values.some((value) =>
        field !== undefined && whole.has(field)
          ? value.toLowerCase() === text
          : value.toLowerCase().includes(text),
      );
    tests.push((call) => {
      const values =
        read === undefined ? Object.values(fields).flatMap((one) => one(call)) : read(call);
      return fits(values) !== isNot;
    });
  }
  return (call) => tests.every((test) => test(call));
}
