// Which addresses are one party.
import { expect, test } from 'vitest';
import { Parties } from './parties.ts';

const unknown = { host: '0.0.0.0', port: 0 };
const real = { host: '192.0.2.1', port: 49_152 };

test('A connection that is being opened has no address; once it is there the party has the real one', () => {
  const parties = new Parties();
  const alice = parties.local('alice', unknown);
  const bob = parties.local('bob', unknown);
  expect([alice.name, alice.address, bob.address]).toEqual(['alice', '', '']);
  expect(parties.local('alice', real).current).toBe(alice);
  expect([alice.address, bob.address]).toEqual(['192.0.2.1:49152', '']);
});

test('An address that others saw before its endpoint told of it is that endpoint', () => {
  const parties = new Parties();
  const alice = parties.local('alice', unknown);
  const seen = parties.remote(real);
  expect(parties.local('alice', real)).toBe(alice);
  expect([seen.current, alice.address]).toEqual([alice, '192.0.2.1:49152']);
});
