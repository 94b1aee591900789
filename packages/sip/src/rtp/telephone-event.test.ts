// Keys as payload.
import { expect, test } from 'vitest';
import {
  dtmfDigit,
  dtmfEvent,
  parseEventList,
  parseTelephoneEvent,
  writeTelephoneEvent,
} from './telephone-event.ts';

test('RFC 4733 §2.3: a report is four octets, and its reserved bit means nothing', () => {
  const bytes = new Uint8Array(6);
  writeTelephoneEvent(bytes, 1, { event: 11, end: true, volume: 10, duration: 800 });
  expect(bytes).toEqual(Uint8Array.of(0, 11, 0x8a, 3, 0x20, 0));
  expect(parseTelephoneEvent(bytes.subarray(1))).toEqual({
    event: 11,
    end: true,
    volume: 10,
    duration: 800,
  });
  expect(parseTelephoneEvent(Uint8Array.of(1, 0x4a, 0, 160))).toMatchObject({
    end: false,
    volume: 10,
  });
  expect(parseTelephoneEvent(Uint8Array.of(1, 0, 0))).toBeUndefined();
});

test('RFC 4733 §3.2: the sixteen keys have the events 0 to 15', () => {
  Array.from('0123456789*#ABCD').forEach((digit, event) => {
    expect(dtmfEvent(digit)).toBe(event);
    expect(dtmfDigit(event)).toBe(digit);
  });
  expect(dtmfEvent('a')).toBe(12);
  expect(dtmfEvent('12')).toBeUndefined();
  expect(dtmfEvent('')).toBeUndefined();
  expect(dtmfEvent('x')).toBeUndefined();
  expect(dtmfDigit(16)).toBeUndefined();
});

test('RFC 4733 §2.4.1: a list of events has single ones and ranges, and none means the keys', () => {
  expect([...parseEventList('0-2,66')]).toEqual([0, 1, 2, 66]);
  expect(parseEventList(undefined).size).toBe(16);
  expect(parseEventList('nonsense').size).toBe(16);
  expect(parseEventList('0-999').size).toBe(256);
  expect(parseEventList('9-0').size).toBe(0);
});
