// Calls that fail around their answer and their end: faults 8 to 10 and 19 to 22.
import { answered, audio } from '../document.test-kit.ts';
import { forked } from './sample-parts.test-kit.ts';
import type { Sample } from './sample.test-kit.ts';

/** Calls that fail around their answer and their end: faults 8 to 10 and 19 to 22. */
export const ofAnswers: readonly Sample[] = [
  {
    title: 'a 200 that is never acknowledged',
    faults: [8],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
      talk.answer(100, invite, 180);
      const ok = talk.answer(2000, invite, 200, { sdp: audio({ port: 42_000 }) });
      talk.again(ok, 2500, 3500, 5500, 9500, 13_500, 17_500, 21_500, 25_500, 29_500, 33_500);
      const bye = talk.send(34_000, 'bob>alice', 'BYE', { within: ok });
      talk.answer(34_010, bye, 200);
    },
  },
  {
    title: 'an ACK that the proxy does not pass on',
    faults: [8],
    write: (talk) => {
      const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      const next = talk.pass(5, invite, 'proxy>bob', true);
      const ok = talk.answer(2000, next, 200, { sdp: audio({ port: 42_000 }) });
      const back = talk.back(2001, ok, 'proxy>alice');
      const record = next.rows('Record-Route');
      for (const at of [0, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500]) {
        if (at > 0) {
          talk.again(ok, 2000 + at);
          talk.again(back, 2001 + at);
        }
        talk.ack(2010 + at, back, {
          branch: `z9hG4bK-ack-${at}`,
          headers: record.map((value) => ['Route', value] as const),
        });
      }
      const bye = talk.send(34_100, 'bob>proxy', 'BYE', { within: ok });
      talk.answer(34_110, bye, 200);
    },
  },
  {
    title: 'an ACK to the address of record instead of the Contact',
    faults: [9],
    write: (talk) => {
      const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      const next = talk.pass(5, invite, 'proxy>bob');
      const ok = talk.answer(2000, next, 200, { sdp: audio({ port: 42_000 }) });
      const back = talk.back(2001, ok, 'proxy>alice');
      talk.ack(2010, back, { uri: 'sip:bob@example.com' });
      talk.again(ok, 2500, 3500, 5500, 9500, 13_500, 17_500, 21_500, 25_500, 29_500, 33_500);
      talk.again(back, 2501, 3501, 5501, 9501);
      const bye = talk.send(34_000, 'bob>alice', 'BYE', { within: ok });
      talk.answer(34_010, bye, 200);
    },
  },
  {
    title: 'an ACK without the Route that it needs',
    faults: [9],
    write: (talk) => {
      const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      const next = talk.pass(5, invite, 'proxy>bob', true);
      const ok = talk.answer(2000, next, 200, { sdp: audio({ port: 42_000 }) });
      const back = talk.back(2001, ok, 'proxy>alice');
      talk.ack(2010, back);
      talk.again(ok, 2500, 3500, 5500, 9500, 13_500, 17_500, 21_500);
    },
  },
  {
    title: 'a 200 that is repeated though its ACK came',
    faults: [10],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
      const ok = talk.answer(2000, invite, 200, { sdp: audio({ port: 42_000 }) });
      const ack = talk.ack(2010, ok);
      talk.again(ok, 2500, 3500, 5500, 9500, 13_500, 17_500, 21_500);
      talk.again(ack, 2510, 3510, 5510, 9510);
      const bye = talk.send(34_100, 'bob>alice', 'BYE', { within: ok });
      talk.answer(34_110, bye, 200);
    },
  },
  {
    title: 'an ACK with another CSeq number',
    faults: [10],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
      const ok = talk.answer(2000, invite, 200, { sdp: audio({ port: 42_000 }) });
      talk.ack(2010, ok, { cseq: 7 });
      talk.again(ok, 2500, 3500, 5500, 9500, 13_500, 17_500, 21_500);
    },
  },
  {
    title: 'two phones that answer, each with ACK and one with BYE',
    faults: [19],
    write: (talk) => {
      const { one, two } = forked(talk);
      talk.ack(2030, one, { headers: [] });
      talk.ack(2041, two);
      const bye = talk.send(2050, 'alice>proxy', 'BYE', { within: two, cseq: 3 });
      talk.answer(2060, bye, 200);
      const end = talk.send(9000, 'alice>proxy', 'BYE', { within: one, cseq: 4 });
      talk.answer(9010, end, 200);
    },
  },
  {
    title: 'two phones that answer, one of them left alone',
    faults: [19],
    write: (talk) => {
      const { one } = forked(talk);
      talk.ack(2030, one);
      const end = talk.send(9000, 'alice>proxy', 'BYE', { within: one });
      talk.answer(9010, end, 200);
    },
  },
  {
    title: 'an announcement, and no answer',
    faults: [20],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
      talk.answer(300, invite, 183, { sdp: audio({ port: 42_000 }) });
      const cancel = talk.cancel(20_000, invite);
      talk.answer(20_010, cancel, 200);
      talk.ack(20_020, talk.answer(20_011, invite, 487));
    },
  },
  {
    title: 'a CANCEL that comes too late',
    faults: [21],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
      talk.answer(100, invite, 180);
      const cancel = talk.cancel(5000, invite);
      const ok = talk.answer(5001, invite, 200, { sdp: audio({ port: 42_000 }) });
      talk.answer(5010, cancel, 200);
      talk.ack(5011, ok);
      const bye = talk.send(5012, 'alice>bob', 'BYE', { within: ok });
      talk.answer(5020, bye, 200);
    },
  },
  {
    title: 'a BYE with a wrong tag',
    faults: [22],
    write: (talk) => {
      const ok = answered(talk);
      const bye = talk.send(9000, 'alice>bob', 'BYE', { within: ok, toTag: 'somebody-else' });
      talk.answer(9010, bye, 481);
    },
  },
  {
    title: 'a BYE that has lost its To tag',
    faults: [22],
    write: (talk) => {
      answered(talk);
      talk.answer(9010, talk.send(9000, 'alice>bob', 'BYE'), 481);
    },
  },
];
