// Ownership: the newest is closed first, once, and nothing is added to what is closing.
import { expect, test } from 'vitest';
import { Scope } from './scope.ts';
import type { Closable } from './scope.ts';

function thing(name: string, log: string[], fails = false): Closable {
  return {
    async close() {
      log.push(name);
      if (fails) throw new Error(name);
    },
  };
}

test('closing a scope closes its members, the newest first, and only once', async () => {
  const log: string[] = [];
  const scope = new Scope();
  scope.add(thing('transport', log));
  scope.add(thing('call', log));
  expect(scope.size).toBe(2);
  await Promise.all([scope.close(), scope.close()]);
  await scope.close();
  expect(log).toEqual(['call', 'transport']);
  expect(scope.size).toBe(0);
});

test('a member that was released is not closed', async () => {
  const log: string[] = [];
  const scope = new Scope();
  const kept = scope.add(thing('kept', log));
  scope.release(kept);
  await scope.close();
  expect(log).toEqual([]);
});

test('a member that does not close hinders no other, and its error is told', async () => {
  const log: string[] = [];
  const scope = new Scope();
  scope.add(thing('first', log));
  scope.add(thing('second', log, true));
  await expect(scope.close()).rejects.toThrow('Some members did not close');
  expect(log).toEqual(['second', 'first']);
});

test('nothing can be added to a scope that is closing', async () => {
  const scope = new Scope();
  const closed = scope.close();
  expect(() => scope.add(thing('late', []))).toThrow('closed');
  await closed;
});
