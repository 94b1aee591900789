// Every state and every event of the two figures of this room.
import { describe, expect, test } from 'vitest';
import { branchFigure } from './branch.figure.ts';
import { responseContext } from './response-context.figure.ts';

type Rows = Readonly<Record<string, unknown>>;
type Table = Readonly<Record<string, Rows>>;

const figures: readonly (readonly [string, Table, string])[] = [
  ['branch', branchFigure, 'Calling'],
  ['response context', responseContext, 'Forwarding'],
];

describe.each(figures)('the %s figure', (_, figure, start) => {
  test('RFC 3261 §16.7: every state can be reached, and Terminated from every state', () => {
    expect(reachable(figure, start)).toEqual(new Set(Object.keys(figure)));
    for (const state of Object.keys(figure))
      expect(reachable(figure, state)).toContain('Terminated');
  });

  test('each timer that a state names has an arrow there', () => {
    for (const rows of Object.values(figure)) {
      const { timers = [] } = rows;
      for (const timer of Array.isArray(timers) ? timers : [])
        expect(Object.keys(rows)).toContain(`Timer ${String(timer)} fires`);
    }
  });
});

test('RFC 3261 §16.7 item 5: at most one arrow on any way sends a final response other than 2xx to INVITE', () => {
  for (const [state, rows] of Object.entries(responseContext)) {
    for (const [event, arrow] of Object.entries(rows)) {
      if (event === 'timers' || !Array.isArray(arrow)) continue;
      const [after, ...actions] = arrow.map(String);
      const final =
        actions.includes('forward best') ||
        actions.includes('give up') ||
        (event === '2xx' && actions.includes('forward'));
      if (!final) continue;
      expect(['Forwarding', 'Cancelling']).toContain(state);
      expect(after).toBe('Answered');
    }
  }
});

function reachable(figure: Table, start: string): Set<string> {
  const found = new Set([start]);
  for (const state of found) {
    for (const [event, arrow] of Object.entries(figure[state] ?? {})) {
      if (event !== 'timers' && Array.isArray(arrow)) found.add(String(arrow[0]));
    }
  }
  return found;
}
