// Calls that fail while they are up: faults 14 to 18, 23, 24 and 34.
import { answered, audio } from '../document.test-kit.ts';
import { hold, notice } from './sample-parts.test-kit.ts';
import type { Sample } from './sample.test-kit.ts';

/** Calls that fail while they are up: faults 14 to 18, 23, 24 and 34. */
export const ofChanges: readonly Sample[] = [
  {
    title: 'a hold that is answered with sendrecv',
    faults: [14],
    write: (talk) => {
      const ok = answered(talk);
      const hold = talk.send(5000, 'alice>bob', 'INVITE', {
        within: ok,
        sdp: audio({ direction: 'sendonly', version: 2 }),
      });
      talk.ack(5040, talk.answer(5030, hold, 200, { sdp: audio({ port: 42_000, version: 2 }) }));
    },
  },
  {
    title: 'a resume with a CSeq number that was used',
    faults: [15],
    write: (talk) => {
      const ok = hold(talk);
      const resume = talk.send(9000, 'alice>bob', 'INVITE', {
        within: ok,
        cseq: 2,
        sdp: audio({ version: 3 }),
      });
      talk.ack(9040, talk.answer(9030, resume, 500));
    },
  },
  {
    title: 'a resume that nobody answers',
    faults: [15],
    write: (talk) => {
      const ok = hold(talk);
      const resume = talk.send(9000, 'alice>bob', 'INVITE', {
        within: ok,
        cseq: 1,
        sdp: audio({ version: 3 }),
      });
      talk.answer(9010, resume, 100);
      const bye = talk.send(30_000, 'bob>alice', 'BYE', { within: ok });
      talk.answer(30_010, bye, 200);
    },
  },
  {
    title: 'two changes at once that are not tried again',
    faults: [16],
    write: (talk) => {
      const ok = answered(talk);
      const one = talk.send(5000, 'alice>bob', 'INVITE', {
        within: ok,
        sdp: audio({ version: 2 }),
      });
      const other = talk.send(5001, 'bob>alice', 'INVITE', {
        within: ok,
        sdp: audio({ version: 2, port: 42_000 }),
      });
      const [no, nor] = [talk.answer(5010, one, 491), talk.answer(5011, other, 491)];
      talk.ack(5020, no);
      talk.ack(5021, nor);
      const bye = talk.send(12_000, 'bob>alice', 'BYE', { within: ok });
      talk.answer(12_010, bye, 200);
    },
  },
  {
    title: 'a session that nobody refreshes',
    faults: [17],
    write: (talk) => {
      const ok = answered(
        talk,
        {
          headers: [
            ['Session-Expires', '90'],
            ['Supported', 'timer'],
          ],
        },
        {
          headers: [
            ['Session-Expires', '90;refresher=uac'],
            ['Require', 'timer'],
          ],
        },
      );
      const bye = talk.send(62_000, 'bob>alice', 'BYE', { within: ok });
      talk.answer(62_010, bye, 200);
    },
  },
  {
    title: 'a session whose refresh is refused',
    faults: [17],
    write: (talk) => {
      const ok = answered(
        talk,
        { headers: [['Session-Expires', '90']] },
        { headers: [['Session-Expires', '90;refresher=uac']] },
      );
      const update = talk.send(47_000, 'alice>bob', 'UPDATE', { within: ok });
      talk.answer(47_010, update, 500);
      const bye = talk.send(62_000, 'bob>alice', 'BYE', { within: ok });
      talk.answer(62_010, bye, 200);
    },
  },
  {
    title: 'a session timer that is too short, and no second try',
    faults: [18],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', {
        sdp: audio(),
        headers: [['Session-Expires', '30']],
      });
      talk.ack(20, talk.answer(10, invite, 422, { headers: [['Min-SE', '90']] }));
    },
  },
  {
    title: 'a transfer to somebody who is busy',
    faults: [23],
    write: (talk) => {
      const ok = answered(talk);
      const refer = talk.send(5000, 'bob>alice', 'REFER', {
        within: ok,
        headers: [['Refer-To', '<sip:carol@example.com>']],
      });
      talk.answer(5010, refer, 202);
      notice(talk, 5020, ok, 'SIP/2.0 100 Trying', 'active;expires=60');
      notice(talk, 6000, ok, 'SIP/2.0 486 Busy Here', 'terminated;reason=noresource');
    },
  },
  {
    title: 'a transfer of which nothing is heard again',
    faults: [24],
    write: (talk) => {
      const ok = answered(talk);
      const refer = talk.send(5000, 'bob>alice', 'REFER', {
        within: ok,
        headers: [['Refer-To', '<sip:carol@example.com>']],
      });
      talk.answer(5010, refer, 202);
      const bye = talk.send(40_000, 'bob>alice', 'BYE', { within: ok });
      talk.answer(40_010, bye, 200);
    },
  },
  {
    title: 'an UPDATE that nobody answers',
    faults: [34],
    write: (talk) => {
      const ok = answered(talk);
      const update = talk.send(5000, 'alice>bob', 'UPDATE', { within: ok });
      talk.again(update, 5500, 6500, 8500, 12_500, 16_500, 20_500);
      const bye = talk.send(40_000, 'alice>bob', 'BYE', { within: ok });
      talk.answer(40_010, bye, 200);
    },
  },
];
