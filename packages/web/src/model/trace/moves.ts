// How keys move through a list: a row, a page, or all of it.
import type { Command } from './keys.ts';

/** The commands that move. */
export type Move = 'up' | 'down' | 'page up' | 'page down' | 'first' | 'last';

/** Rows that a page of a list has, for the keys. */
const pageRows = 20;

const steps: Readonly<Record<Move, number>> = {
  up: -1,
  down: 1,
  'page up': -pageRows,
  'page down': pageRows,
  first: Number.NEGATIVE_INFINITY,
  last: Number.POSITIVE_INFINITY,
};

/** Whether a command moves. */
export function isMove(command: Command): command is Move {
  return Object.hasOwn(steps, command);
}

/** Where a move leads from row `at` of `length` rows; -1 stands before the first. */
export function moved(at: number, length: number, move: Move): number {
  return Math.min(length - 1, Math.max(0, at + steps[move]));
}
