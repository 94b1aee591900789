// Every rule on calls that have its fault, and all rules on calls that have none.
import { describe, expect, test } from 'vitest';
import { answered, audio, Talk } from '../document.test-kit.ts';
import type { CallDocument } from '../../document/document.ts';
import { explain } from '../explain.ts';
import type { Explanation, Sentence } from '../explanation.ts';
import { ofAnswers } from './answers.test-kit.ts';
import { ofChanges } from './changes.test-kit.ts';
import { healthy } from './healthy.test-kit.ts';
import { ofRequests } from './requests.test-kit.ts';
import { challenge } from './sample-parts.test-kit.ts';

const faulty = [...ofRequests, ...ofAnswers, ...ofChanges];

describe('a call with a fault', () => {
  for (const { title, faults, write } of faulty) {
    test(title, () => {
      const talk = new Talk();
      write(talk);
      const { document } = talk;
      const explanation = explain(document);
      expect(named(explanation)).toEqual(faults);
      expect(explanation.verdict.finding?.fault).toBe(faults[0]);
      check(document, explanation);
    });
  }
});

describe('a call without a fault', () => {
  for (const { title, write } of healthy) {
    test(title, () => {
      const talk = new Talk();
      write(talk);
      const { document } = talk;
      const explanation = explain(document);
      expect(
        explanation.findings
          .filter(({ severity }) => severity === 'fault')
          .map(({ happened }) => happened.text),
      ).toEqual([]);
      expect(explanation.verdict.finding).toBe(undefined);
      check(document, explanation);
    });
  }
});

function named({ findings }: Explanation): readonly (number | undefined)[] {
  return findings.filter(({ severity }) => severity === 'fault').map(({ fault }) => fault);
}

/** Sentences are whole, cite frames that are there, and are the same each time. */
function check(document: CallDocument, { verdict, findings, story, lint }: Explanation): void {
  const frames = new Set([
    ...document.messages.map(({ frame }) => frame),
    ...document.steps.map(({ frame }) => frame),
    ...document.notes.map(({ frame }) => frame),
    ...document.bindings.map(({ frame }) => frame),
  ]);
  const sentences: readonly Sentence[] = [verdict, ...findings]
    .flatMap(({ happened, why, whose, todo }) => [happened, why, whose, todo])
    .concat(story);
  for (const { text, frames: cited } of sentences) {
    expect(text).toMatch(/^\S.*\.$/);
    expect(text).not.toMatch(/undefined|NaN|\.\.$|  /);
    expect(cited.length, text).toBeGreaterThan(0);
    expect(
      cited.filter((frame) => !frames.has(frame)),
      text,
    ).toEqual([]);
  }
  expect(story.length).toBeLessThanOrEqual(5);
  expect(explain(document).findings).toEqual(findings);
  for (const { certainty, wanted } of findings)
    expect(wanted === undefined).toBe(certainty !== 'cannot tell from here');
  expect(lint.filter(({ frame }) => !frames.has(frame))).toEqual([]);
}

test('silence over TCP, where nothing is repeated, tells after ten seconds that nobody is there', () => {
  const talk = new Talk('talk-1', 'TCP');
  talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
  talk.silentUntil(9000);
  expect(named(explain(talk.document))).toEqual([]);
  talk.silentUntil(11_000);
  const explanation = explain(talk.document);
  expect(named(explanation)).toEqual([1]);
  check(talk.document, explanation);
});

test('a challenge tells nothing until it might have been answered', () => {
  const talk = new Talk();
  const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
  talk.ack(20, talk.answer(10, invite, 407, { headers: [challenge('Proxy-Authenticate')] }));
  talk.silentUntil(4000);
  expect(explain(talk.document).findings).toMatchObject([
    { rule: 'wrong-password', severity: 'remark', certainty: 'cannot tell from here' },
  ]);
  talk.silentUntil(6000);
  expect(named(explain(talk.document))).toEqual([3]);
});

test('a hold that is refused for another reason is a fault without a number in the catalogue', () => {
  const talk = new Talk();
  const ok = answered(talk);
  const hold = talk.send(5000, 'alice>bob', 'INVITE', {
    within: ok,
    sdp: audio({ direction: 'sendonly', version: 2 }),
  });
  talk.ack(5040, talk.answer(5030, hold, 503));
  const { document } = talk;
  const explanation = explain(document);
  expect(explanation.findings.map(({ rule, fault }) => [rule, fault])).toEqual([
    ['change-refused', undefined],
  ]);
  check(document, explanation);
});
