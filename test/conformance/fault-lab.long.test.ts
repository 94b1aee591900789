// Every capture of the Fault Lab: replayed, compared with our own stack and written in every form, without a throw and soon.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CaptureReader } from '../../packages/sip/src/trace/capture/reader.ts';
import { TraceBook } from '../../packages/sip/src/trace/document/book.ts';
import type { CallDocument } from '../../packages/sip/src/trace/document/document.ts';
import type { Explanation } from '../../packages/sip/src/trace/explain/explanation.ts';
import { toHtml } from '../../packages/sip/src/trace/export/html.ts';
import { toJson } from '../../packages/sip/src/trace/export/json.ts';
import { toMermaid } from '../../packages/sip/src/trace/export/mermaid.ts';
import { toSippScenario } from '../../packages/sip/src/trace/export/sipp-scenario.ts';
import { toText } from '../../packages/sip/src/trace/export/text.ts';
import { sectionOf } from '../../packages/sip/src/trace/replay/sections.ts';

const folder = join(import.meta.dirname, '../../packages/offhook/faults');
const files = readdirSync(folder).filter((file) => file.endsWith('.pcap.gz'));

interface Told {
  readonly document: CallDocument;
  readonly explanation: Explanation;
}

function callsIn(file: string): readonly Told[] {
  const reader = new CaptureReader({ name: file });
  const book = new TraceBook();
  const bytes = new Uint8Array(gunzipSync(readFileSync(join(folder, file))));
  for (const item of [...reader.push(bytes), ...reader.end()]) book.add(item);
  return book.calls.flatMap(({ id }) => {
    const [document, explanation] = [book.document(id), book.explanation(id)];
    return document === undefined || explanation === undefined ? [] : [{ document, explanation }];
  });
}

test('there are captures', () => {
  expect(files.length).toBeGreaterThan(50);
});

describe.each(files)('%s', (file) => {
  const calls = callsIn(file);

  test('each transaction that began has the machine of its client, each arrow its section', () => {
    for (const { document } of calls) {
      for (const { method, machines, messages, client } of document.transactions) {
        const first = document.messages.find(({ number }) => number === messages[0]);
        if (method === 'ACK' || first?.status !== undefined) continue;
        expect(machines.some(({ party }) => party === client)).toBe(true);
      }
      const changes = [
        ...document.messages.flatMap((one) => one.changes),
        ...document.steps.map(({ change }) => change),
      ];
      for (const { figure, event, before, section, stray } of changes) {
        if (figure === undefined || stray) continue;
        expect([event, section]).toEqual([event, sectionOf(figure, event, before)]);
        expect(section).toBeDefined();
      }
    }
  });

  test('states and timers of each machine follow one another', () => {
    for (const { document } of calls) {
      const machines = [
        ...document.transactions,
        ...document.dialogs,
        ...document.sessions,
      ].flatMap((one) => one.machines);
      for (const { states, timers } of machines) {
        for (const [index, { from, to }] of states.entries()) {
          expect(to ?? from).toBeGreaterThanOrEqual(from);
          expect(states[index + 1]?.from).toBe(to);
        }
        for (const { from, due, to } of timers) {
          expect(due).toBeGreaterThan(from);
          expect(to ?? from).toBeGreaterThanOrEqual(from);
        }
      }
    }
  });

  test('a healthy call diverges nowhere; a divergence has its frame', () => {
    for (const { document, explanation } of calls) {
      const { divergences } = explanation;
      if (file.startsWith('healthy-')) expect(divergences).toEqual([]);
      const frames = new Set(document.messages.map(({ frame }) => frame));
      for (const { frame } of divergences) expect(frames.has(frame)).toBe(true);
    }
  });

  test('it is written in every form', () => {
    for (const { document, explanation } of calls) {
      const page = toHtml(document, explanation);
      expect(page).toContain('</html>');
      expect(page.includes('Where Offhook would have done otherwise')).toBe(
        explanation.divergences.length > 0,
      );
      expect(toMermaid(document)).toMatch(/^sequenceDiagram\n/);
      expect(toText(document, explanation)).toContain('What happened: ');
      expect(JSON.parse(toJson(document, explanation))).toBeTypeOf('object');
      for (const { id } of document.parties) {
        const scenario = toSippScenario(document, id);
        // Who answers on another connection than the one that asked has nothing to wait for.
        const isAsked = document.messages.some((row) => row.to === id && row.status === undefined);
        const isPlayed = document.messages.some(
          ({ from, status }) => from === id && (status === undefined || isAsked),
        );
        expect(scenario !== undefined).toBe(isPlayed);
        for (const { text } of scenario?.files ?? []) expect(text).toMatch(/^[\x20-\x7e\t\n]*$/);
      }
    }
  });
});
