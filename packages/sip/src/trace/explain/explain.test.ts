// What is said of a call: documents in, verdicts out.
import { expect, test } from 'vitest';
import { answered, audio, Talk } from './document.test-kit.ts';
import { explain } from './explain.ts';

test('a healthy call has no finding, and its verdict tells it', () => {
  const talk = new Talk();
  const ok = answered(talk);
  const bye = talk.send(9000, 'bob>alice', 'BYE', { within: ok });
  talk.answer(9010, bye, 200);
  const { verdict, findings, story } = explain(talk.document);
  expect(findings).toEqual([]);
  expect(verdict).toEqual({
    happened: {
      text: 'alice called bob, who answered after 2 s; bob hung up 7 s later.',
      frames: [1, 4, 6],
    },
    why: { text: 'Every request got its answer.', frames: [1, 7] },
    whose: { text: 'Nobody is at fault.', frames: [1, 7] },
    todo: { text: 'There is nothing to do.', frames: [7] },
    certainty: 'inferred',
    wanted: undefined,
    finding: undefined,
  });
  expect(story.map(({ text }) => text)).toEqual([
    'alice called bob.',
    'It rang at bob after 120 ms.',
    'bob answered after 2 s.',
    'bob hung up when the call had lasted 7 s.',
  ]);
});

test('of a call without its end the verdict says what to capture', () => {
  const talk = new Talk();
  const invite = talk.send(0, 'alice>bob', 'INVITE');
  talk.answer(20, invite, 180);
  const { verdict } = explain(talk.document);
  expect(verdict.certainty).toBe('cannot tell from here');
  expect(verdict.wanted).toBe('Capture the call until its final answer.');
});

test('an INVITE that is repeated and never answered is fault 1', () => {
  const talk = new Talk();
  const invite = talk.send(0, 'alice>bob', 'INVITE');
  talk.again(invite, 500, 1500, 3500, 7500, 15_500, 31_500);
  const { verdict } = explain(talk.document);
  expect(verdict.finding?.fault).toBe(1);
  expect(verdict.happened.frames).toEqual([1, 2, 3, 4, 5, 6, 7]);
});

test('the story of a healthy call tells hold and resume', () => {
  const talk = new Talk();
  const ok = answered(talk);
  const hold = talk.send(5000, 'alice>bob', 'INVITE', {
    within: ok,
    sdp: audio({ direction: 'sendonly', version: 2 }),
  });
  const held = audio({ port: 42_000, version: 2, direction: 'recvonly' });
  talk.ack(5040, talk.answer(5030, hold, 200, { sdp: held }));
  const resume = talk.send(9000, 'alice>bob', 'INVITE', {
    within: ok,
    sdp: audio({ version: 3 }),
  });
  const live = audio({ port: 42_000, version: 3 });
  talk.ack(9040, talk.answer(9030, resume, 200, { sdp: live }));
  talk.answer(12_010, talk.send(12_000, 'bob>alice', 'BYE', { within: ok }), 200);
  expect(explain(talk.document).story.map(({ text }) => text)).toEqual([
    'alice called bob.',
    'It rang at bob after 120 ms.',
    'bob answered after 2 s.',
    'alice put the call on hold after 3 s and took it off hold 4 s later.',
    'bob hung up when the call had lasted 10 s.',
  ]);
});
