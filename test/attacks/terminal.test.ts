// What strangers write, on its way to logs and terminals: one line, escaped, cut, and not more of it than a person can read (A14).
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { VirtualClock } from '@offhook/sip/testing';
import { ladder, LadderPrinter } from '@offhook/sip/trace';
import { latin1, utf8Bytes } from '@offhook/sip';
import type { Observation } from '@offhook/sip';
import { describe, expect, test } from 'vitest';
import { fileLogger, moderated } from '../../packages/offhook/src/cli/logger.ts';
import { jsonLine, shown } from '../../packages/offhook/src/cli/output.ts';

const odd = [
  '\r\n{"level":50,"msg":"forged"}',
  '\n',
  '\x1b[2J\x1b]0;title\x07',
  '\x9b31m',
  '\u202egnp.exe',
  '\u2066x\u2069',
  '\u2028',
  '\0',
  '\x7f',
  '\x08\x08\x08',
];
/** What a terminal or an editor obeys. */
const obeyed = /[\0-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/;

describe('What a stranger wrote', () => {
  test('is one escaped line of JSON in the log, cut at two thousand characters (A14)', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'offhook-log-'));
    try {
      const file = path.join(folder, 'offhook.log');
      const log = fileLogger(file);
      const texts = [...odd, 'x'.repeat(65_536), `${'x'.repeat(2_047)}\x1b`];
      for (const [index, text] of texts.entries()) {
        log.info(`message ${index}: ${text}`, {
          from: text,
          error: new Error(text),
          nested: { text },
        });
        log.warn(`field ${index}`, { [`name ${index}`]: text });
      }
      const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
      expect(lines).toHaveLength(2 * texts.length);
      expect(lines.filter((line) => obeyed.test(line))).toEqual([]);
      const longest = Math.max(...lines.map((line) => line.length));
      expect(longest).toBeLessThan(4 * 2_200);
      const levels = new Set(lines.map((line) => (JSON.parse(line) as { level: number }).level));
      expect([...levels]).toEqual([30, 40]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('fills no log: ten lines a second of one cause, and then how many were left out (A14)', () => {
    const clock = new VirtualClock();
    const lines: string[] = [];
    const write = (text: string, fields = {}): void =>
      void lines.push(text + JSON.stringify(fields));
    const log = moderated({ debug: write, info: write, warn: write, error: write }, clock);
    for (let time = 0; time < 10_000; time += 1) log.warn('A datagram was dropped');
    log.warn('Another cause');
    log.error('A datagram was dropped');
    expect(lines).toHaveLength(12);
    clock.advance(1_000);
    log.warn('A datagram was dropped', { from: 'x' });
    expect(lines.at(-1)).toBe('A datagram was dropped{"from":"x","leftOut":9990}');
  });

  test('and a thousand causes that differ in a word hold no memory for ever (A14)', () => {
    const lines: string[] = [];
    const write = (text: string): void => void lines.push(text);
    const log = moderated(
      { debug: write, info: write, warn: write, error: write },
      new VirtualClock(),
    );
    const first = (): number => lines.filter((line) => line === 'The first cause').length;
    for (let time = 0; time < 20; time += 1) log.warn('The first cause');
    expect(first()).toBe(10);
    for (let cause = 0; cause < 1_000; cause += 1) log.warn(`Cause ${cause}`);
    // It is told as new, so its count was let go.
    log.warn('The first cause');
    expect(first()).toBe(11);
  });

  test.each(odd)('%j obeys nobody on a terminal, in words or in JSON (A14)', (text) => {
    expect(shown(text)).not.toMatch(obeyed);
    const line = jsonLine({ event: 'progress', reason: text });
    expect(line).toMatch(/^[ -~]*$/);
    expect(JSON.parse(line)).toEqual({ event: 'progress', reason: text });
  });

  test.each(odd)('%j stands in no ladder, neither whole nor live (A14)', (text) => {
    const whole = ladder(messages(text));
    const printer = new LadderPrinter();
    const lines = messages(text).flatMap((one) => printer.add(one));
    const live = [...lines, ...printer.finish()].join('\n');
    for (const drawn of [whole, live]) {
      expect(drawn).toMatch(/INVITE|dropped/);
      expect(drawn.replaceAll('\n', '')).not.toMatch(obeyed);
      for (const line of drawn.split('\n')) expect(line.length).toBeLessThan(200);
    }
  });
});

/** A request and a response with `text` wherever people see it, as UTF-8; line ends stay out, since they end a header. */
function messages(text: string): readonly Observation[] {
  const inside = latin1(utf8Bytes(text.replaceAll(/[\r\n]/g, '')));
  const local = { host: '10.0.0.1', port: 5060 };
  const remote = { host: '10.0.0.9', port: 5060 };
  const head = [
    `Via: SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK1`,
    `From: "${inside}" <sip:mallory@h>;tag=1`,
    `To: "${inside}" <sip:bob@h>`,
    'Call-ID: 1',
    'CSeq: 1 INVITE',
    `User-Agent: ${inside}`,
  ].join('\r\n');
  const seen = { v: 1, kind: 'message', endpoint: 'bob', protocol: 'UDP', flow: 'f', local, remote } as const; // prettier-ignore
  return [
    { ...seen, at: 0, direction: 'in', text: `INVITE sip:bob@h SIP/2.0\r\n${head}\r\n\r\n` },
    { ...seen, at: 1, direction: 'out', text: `SIP/2.0 486 ${inside} Busy\r\n${head}\r\n\r\n` },
    { ...seen, kind: 'dropped', at: 2, reason: 'malformed', text },
  ];
}
