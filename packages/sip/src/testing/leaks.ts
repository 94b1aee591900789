// The assertion at the end of every test: nothing is left behind.

/** Something whose leftovers can be counted: a Map, Set or Scope, a virtual clock, a transport, or a function that counts. */
export type Countable =
  | { readonly size: number }
  | { readonly pending: number }
  | { readonly connections: number }
  | (() => number);

/** What is left, as `client transactions: 3`; empty when all is gone. */
export function leaks(watched: Readonly<Record<string, Countable>>): readonly string[] {
  return Object.entries(watched).flatMap(([name, countable]) => {
    const left = count(countable);
    return left === 0 ? [] : [`${name}: ${left}`];
  });
}

/** Throws when anything in `watched` is not empty, and names each. */
export function assertNoLeaks(watched: Readonly<Record<string, Countable>>): void {
  const left = leaks(watched);
  if (left.length > 0) throw new Error(`Left behind: ${left.join(', ')}`);
}

function count(countable: Countable): number {
  if (typeof countable === 'function') return countable();
  if ('size' in countable) return countable.size;
  return 'pending' in countable ? countable.pending : countable.connections;
}
