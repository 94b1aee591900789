// What is drawn of calls, on the sample calls: rows, steps, phases and lessons.
import { expect, test } from 'vitest';
import type { Observation } from '@offhook/sip';
import { TraceBook } from '@offhook/sip/trace';
import type { CallDocument } from '@offhook/sip/trace';
import {
  basicCall,
  busyCall,
  cancelledCall,
  forkedCall,
  holdAndResume,
  lonelyMessage,
  lossyCall,
  proxiedCall,
  registration,
  silentPeer,
} from '../../../../../sip/src/trace/sample/calls.ts';
import { indexCall } from './call-index.ts';
import { holds, ladderRows, nextSending, offerText } from './ladder-rows.ts';
import { lessonsOf } from './lesson.ts';
import { machineSteps, timersAt } from './machine-steps.ts';
import { phasesOf } from './phases.ts';

const calls = {
  basicCall,
  busyCall,
  cancelledCall,
  forkedCall,
  holdAndResume,
  lonelyMessage,
  lossyCall,
  proxiedCall,
  registration,
  silentPeer,
};

function documentOf(observations: readonly Observation[]): CallDocument {
  const book = new TraceBook();
  for (const observation of observations) book.observe(observation);
  const document = book.document(book.calls[0]?.id ?? '');
  if (document === undefined) throw new TypeError('No call');
  return document;
}

test.each(Object.entries(calls))(
  'each question about %s has one right answer among several that differ',
  (_, make) => {
    const document = documentOf(make());
    const lessons = lessonsOf(document, indexCall(document));
    expect(lessons.map(({ word }) => word)).toEqual(['Transaction', 'Dialog', 'Session']);
    for (const { question, here, frames } of lessons) {
      expect(question.answers.filter(({ right }) => right)).toHaveLength(1);
      expect(question.answers.length).toBeGreaterThan(1);
      expect(new Set(question.answers.map(({ text }) => text)).size).toBe(question.answers.length);
      expect(question.because).toMatch(/RFC \d+ §/);
      expect(here).not.toContain('undefined');
      for (const frame of frames) expect(indexCall(document).itemOf(frame)).toBeDefined();
    }
  },
);

test('the ACK to a 2xx is taught as a transaction of its own, the ACK to a refusal as part of the INVITE’s', () => {
  const taught = (make: () => readonly Observation[]): string => {
    const document = documentOf(make());
    return lessonsOf(document, indexCall(document))[0]?.question.because ?? '';
  };
  expect(taught(basicCall)).toContain('§13.2.2.4');
  expect(taught(busyCall)).not.toContain('§13.2.2.4');
});

test.each(Object.entries(calls))(
  'the rows of %s are in order, and every frame is found',
  (_, make) => {
    const document = documentOf(make());
    const index = indexCall(document);
    const rows = ladderRows(document, index, false);
    expect(rows.map(({ at }) => at)).toEqual(rows.map(({ at }) => at).toSorted((a, b) => a - b));
    for (const row of rows) if (row.kind !== 'media') expect(index.itemOf(row.frame)).toBeDefined();
    const brief = ladderRows(document, index, true);
    expect(brief.filter(({ kind }) => kind === 'message')).toHaveLength(document.messages.length);
    expect(brief.some(({ kind }) => kind === 'step' || kind === 'note')).toBe(false);
  },
);

test('media begins below the message that agreed on it, changes with a hold, and ends', () => {
  const document = documentOf(holdAndResume());
  const media = ladderRows(document, indexCall(document), true).flatMap((row) =>
    row.kind === 'media' ? [[row.text, row.forth, row.back]] : [],
  );
  expect(media).toEqual([
    ['RTP PCMU', true, true],
    ['RTP PCMU', true, false],
    ['RTP PCMU', true, true],
    ['audio ends', false, false],
  ]);
});

test('notes that say the same one after the other are one row, found by each of their frames', () => {
  const document = documentOf(basicCall());
  const [first] = document.messages;
  if (first === undefined) throw new TypeError('No message');
  const notes = [1, 2, 3].map((at) => ({
    frame: 900 + at,
    at: first.at + 0.1 * at,
    party: first.to,
    leg: 1,
    session: undefined,
    topic: 'network' as const,
    event: 'unreachable',
    text: 'ICMP: port unreachable',
    source: undefined,
    destination: undefined,
  }));
  const noted = { ...document, notes };
  const rows = ladderRows(noted, indexCall(noted), false).filter(({ kind }) => kind === 'note');
  expect(rows.map((row) => row.kind === 'note' && row.times)).toEqual([3]);
  expect([901, 902, 903, 904].map((frame) => rows.some((row) => holds(row, frame)))).toEqual([
    true,
    true,
    true,
    false,
  ]);
});

test('a message that is sent again tells when it is sent next; the last one before the end does not', () => {
  const document = documentOf(silentPeer());
  const next = document.messages.map((message) => nextSending(document, message));
  const spans = next.map((due, at) => (due ?? NaN) - (document.messages[at]?.at ?? 0));
  expect(spans.slice(0, 6)).toEqual([500, 1000, 2000, 4000, 8000, 16_000]);
  expect(next.at(-1)).toBeUndefined();
});

test('an INVITE without SDP says so, and a BYE says nothing', () => {
  const [invite, bye] = ['INVITE', 'BYE'].map((method) => ({
    method,
    status: undefined,
    sdp: undefined,
  }));
  const [message] = documentOf(basicCall()).messages;
  if (message === undefined) throw new TypeError('No message');
  expect(offerText(message)).toBe('offer');
  expect(offerText({ ...message, ...invite })).toBe('no SDP');
  expect(offerText({ ...message, ...bye })).toBeUndefined();
});

test('each message of a call knows its steps, the transaction’s first', () => {
  const document = documentOf(basicCall());
  const index = indexCall(document);
  const ok = index.items.find((item) => item.kind === 'message' && item.of.status === 200);
  if (ok === undefined) throw new TypeError('No answer');
  const steps = machineSteps(document, ok);
  expect(steps[0]).toMatchObject({ before: 'Proceeding', after: 'Accepted' });
  expect(steps.map(({ figure }) => figure)).toContain('dialog');
});

test('the timers that ran at a moment are found', () => {
  const document = documentOf(silentPeer());
  expect(
    timersAt(document, document.startedAt + 600)
      .map(({ name }) => name)
      .toSorted(),
  ).toEqual(['A', 'B']);
});

test('a call is calling, ringing, talking and on hold, without holes', () => {
  const document = documentOf(holdAndResume());
  const phases = phasesOf(document, document.endedAt);
  expect(phases.map(({ is }) => is)).toEqual([
    'calling',
    'ringing',
    'talking',
    'on hold',
    'talking',
  ]);
  for (const [at, phase] of phases.entries()) {
    const next = phases[at + 1];
    if (next !== undefined) expect(next.from).toBe(phase.to);
  }
  expect(phasesOf(documentOf(registration()), 0)).toEqual([]);
});
