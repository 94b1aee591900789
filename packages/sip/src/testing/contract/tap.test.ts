// The tap that keeps lines, against the contract; and what the check of observations finds.
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../base/tap.ts';
import { formatTapLine } from '../../trace/capture/tap-lines.ts';
import { LadderPrinter } from '../../trace/explain/printer.ts';
import { assertObservations, tapContract } from './tap.ts';

const framework = { describe, test };

tapContract(
  'A tap that keeps lines',
  () => {
    const lines: string[] = [];
    return {
      tap: { observe: (observation) => void lines.push(formatTapLine(observation)) },
      kept: () => lines,
      close: () => Promise.resolve(),
    };
  },
  framework,
);
tapContract(
  'A tap that draws',
  () => {
    const printer = new LadderPrinter();
    return {
      tap: { observe: (observation) => void printer.add(observation) },
      close: () => Promise.resolve(),
    };
  },
  framework,
);

const step: Extract<Observation, { kind: 'registration' }> = {
  v: 1,
  kind: 'registration',
  at: 5,
  endpoint: 'alice',
  id: '1',
  aor: 'sip:alice@example.com',
  event: 'register',
  before: 'Unregistered',
  after: 'Registering',
  actions: [],
  timers: [],
};

test('What breaks the promises of the tap is found', () => {
  const next = { ...step, event: '2xx', before: 'Registering', after: 'Registered' };
  expect(() => assertObservations([step, next], ['secret'])).not.toThrow();
  expect(() => assertObservations([step, { ...next, at: 4 }])).toThrow('is before');
  expect(() => assertObservations([step, { ...next, before: 'Waiting' }])).toThrow('state before');
  expect(() => assertObservations([step, { ...next, stray: true }])).toThrow('after a stray');
  expect(() => assertObservations([{ ...step, at: Number.NaN }])).toThrow('lost in JSON');
  expect(() => assertObservations([{ ...step, aor: 'sip:a:secret@h' }], ['secret'])).toThrow(
    'tells a secret',
  );
});
