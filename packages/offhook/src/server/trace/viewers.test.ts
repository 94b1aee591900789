// Who looks on: what several wish to see alike is made once.
import { expect, test } from 'vitest';
import type { KnownCall, Leg } from './ledger.ts';
import { Viewers } from './viewers.ts';

const nobody = (): KnownCall | undefined => undefined;
const none: readonly Leg[] = [];

test('viewers with one wish share what they see, others see their own, and who left sees nothing', () => {
  const viewers = new Viewers();
  expect(viewers.isEmpty).toBe(true);
  for (const id of [1, 2, 3]) viewers.add(id, {});
  viewers.add(4, { user: 'alice' });
  viewers.show('one', none, nobody);
  viewers.show('two', none, nobody);
  expect(viewers.take()).toEqual([{ viewers: [1, 2, 3], lines: 'one\ntwo' }]);
  expect(viewers.take()).toEqual([]);
  for (const id of [1, 3, 4]) viewers.remove(id);
  viewers.show('three', none, nobody);
  expect(viewers.take()).toEqual([{ viewers: [2], lines: 'three' }]);
  viewers.remove(2);
  expect(viewers.isEmpty).toBe(true);
});
