// Tap lines as they are kept: as they came where they hold nothing that must not be kept, in ASCII, packed and back.
import { expect, test } from 'vitest';
import { parseTapLine } from '@offhook/sip/trace';
import { keptLine, pack, timeOf, unpack } from './lines.ts';
import { seen, start } from './trace.test-kit.ts';

test('a line without secrets is kept as it came; with them, or beyond ASCII, it is written anew', () => {
  const plain = seen('INVITE');
  const line = JSON.stringify(plain);
  expect(keptLine(plain, line)).toBe(line);
  expect(keptLine(plain)).toBe(line);
  const proved = seen('INVITE', {
    headers: ['Authorization: Digest username="a", response="s3cret"'],
  });
  expect(keptLine(proved, JSON.stringify(proved))).not.toContain('s3cret');
  const texted = seen('MESSAGE', { body: 'meet me at 8' });
  expect(keptLine(texted, JSON.stringify(texted))).not.toContain('meet');
  const named = seen('INVITE', { headers: ['Subject: caf\u00e9'] });
  const kept = keptLine(named, JSON.stringify(named));
  expect(kept).toContain('caf\\u00e9');
  expect(parseTapLine(kept)).toEqual({ ok: true, value: named });
});

test('packed lines come back as they were, and tell their time', () => {
  const lines = `${keptLine(seen('INVITE'))}\n${keptLine(seen('180 Ringing'))}\n`;
  expect(unpack(pack(lines))).toBe(lines);
  expect(timeOf(lines)).toBe(start);
});
