// The embedded engine against the contract of bridges.
import { afterAll, describe, test } from 'vitest';
import { bridgeContract } from '../bridge-contract.test-kit.ts';
import { embeddedBridge } from './engine.ts';

const engine = embeddedBridge({ portRange: { first: 42_000, last: 42_999 } });

afterAll(() => engine.close());

bridgeContract('The embedded engine', () => ({ engine, close: () => Promise.resolve() }), {
  describe,
  test: (name, body) => test(name, body, 30_000),
});
