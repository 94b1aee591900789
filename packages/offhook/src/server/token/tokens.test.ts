// Tokens prove who signed them, for whom and until when, and nothing else does.
import { expect, test } from 'vitest';
import { VirtualClock } from '@offhook/sip/testing';
import { tokenMilliseconds, Tokens } from './tokens.ts';

const clock = new VirtualClock();
const key = new Uint8Array(32).fill(1);
const tokens = new Tokens({ key, clock });

test('A token is its user’s in its realm until it expires', () => {
  const { text, expires } = tokens.issue('alice', 'Example.com');
  expect(expires).toBe(clock.wall() + tokenMilliseconds);
  expect(tokens.read(text.reveal(), 'example.com')).toEqual({ kind: 'ok', user: 'alice' });
  expect(tokens.read(text.reveal(), 'example.net')).toEqual({ kind: 'forged' });
  clock.advance(tokenMilliseconds);
  expect(tokens.read(text.reveal(), 'example.com')).toEqual({ kind: 'expired', user: 'alice' });
});

test('No other key, no changed character and no other form makes one (A30)', () => {
  const text = tokens.issue('alice', 'example.com').text.reveal();
  const other = new Tokens({ key: new Uint8Array(32).fill(2), clock });
  expect(other.read(text, 'example.com')).toEqual({ kind: 'forged' });
  for (let at = 0; at < text.length; at += 1) {
    for (const letter of ['A', 'z', '.', '']) {
      const changed = text.slice(0, at) + letter + text.slice(at + 1);
      if (Buffer.from(changed, 'base64url').equals(Buffer.from(text, 'base64url'))) continue;
      expect(tokens.read(changed, 'example.com').kind, changed).toBe('forged');
    }
  }
  for (const odd of ['', '.', '..', 'a.b.c', `${text}.x`, `${text} `, 'a'.repeat(100_000)])
    expect(tokens.read(odd, 'example.com')).toEqual({ kind: 'forged' });
});

test('A token is no text that a log may show', () => {
  const { text } = tokens.issue('alice', 'example.com');
  expect(`${String(text)} ${JSON.stringify({ text })}`).not.toContain(text.reveal());
});
