// What a contract suite needs of the test framework that runs it, and how it says what is wrong.

/** The functions of the test framework: those of vitest, Jest, Mocha (`test` is its `it`) and `node:test` fit as they are. */
export interface TestFunctions {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
}

/** Throws when two values are not the same. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)} is not ${String(expected)}`);
}
