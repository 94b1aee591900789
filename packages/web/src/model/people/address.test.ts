// What people type, as addresses.
import { expect, test } from 'vitest';
import { addressOf, numberIn, shown } from './address.ts';

test.each([
  ['+1 (415) 555-0100', 'sip:+14155550100@example.com'],
  ['0049\u00a030/123\u2013456', 'sip:004930123456@example.com'],
  ['\u202a+49 30 1\u202c', 'sip:+49301@example.com'],
  ['٠١٢٣', 'sip:0123@example.com'],
  ['tel:+1-415-555-0100;ext=5', 'sip:+14155550100@example.com'],
  ['*21#', 'sip:*21%23@example.com'],
  ['bob', 'sip:bob@example.com'],
  ['jürgen', 'sip:j%C3%BCrgen@example.com'],
  ['bob@example.org', 'sip:bob@example.org'],
  ['SIP:bob@example.org:5070;transport=tcp', 'sip:bob@example.org:5070;transport=tcp'],
  ['sip:bob@[2001:db8::1]', 'sip:bob@[2001:db8::1]'],
  ['sips:bob@example.org', 'sips:bob@example.org'],
  ['"Bob" <sip:bob@example.org>', 'sip:bob@example.org'],
  // Headers in a URI that somebody pasted would be sent as ours.
  ['sip:bob@example.org?Replaces=x', 'sip:bob@example.org'],
])('P3: %s is called as %s', (typed, address) => {
  expect(addressOf(typed, 'example.com')).toBe(address);
});

test.each([
  '',
  '   ',
  'http://example.com',
  'two words',
  'sip:',
  'bob@',
  '@example.com',
  'a'.repeat(300),
  'sip:bob@exa mple',
])('P3: %j is no address', (typed) => {
  expect(addressOf(typed, 'example.com')).toBeUndefined();
});

test('an address is shown as people know it', () => {
  expect(shown('sip:bob@example.com', 'example.com')).toBe('bob');
  expect(shown('sip:bob@example.org', 'example.com')).toBe('bob@example.org');
  expect(shown('sip:+4930123@pbx.example.org', 'example.com')).toBe('+4930123');
  expect(shown('sip:j%C3%BCrgen@example.com', 'example.com')).toBe('jürgen');
  expect(shown('not an address', 'example.com')).toBe('not an address');
});

test('words are no numbers', () => {
  expect(numberIn('bob')).toBeUndefined();
  expect(numberIn('12a')).toBeUndefined();
  expect(numberIn('++12')).toBeUndefined();
});
