// Calls with the faults of the catalogue, written message by message: what the rules have to name.
import { createRequest } from '../../../message/create.ts';
import { answered, audio } from '../document.test-kit.ts';
import type { Talk } from '../document.test-kit.ts';

/** One call, and the faults that it has. */
export interface Sample {
  readonly title: string;
  readonly faults: readonly number[];
  readonly write: (talk: Talk) => void;
}

/** Calls with faults. */
export const faulty: readonly Sample[] = [
  {
    title: 'an INVITE that is repeated until Timer B',
    faults: [1],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
      talk.again(invite, 500, 1500, 3500, 7500, 15_500, 31_500);
    },
  },
  {
    title: 'an INVITE that the proxy repeats in vain and answers with 408',
    faults: [1],
    write: (talk) => {
      const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      talk.answer(5, invite, 100);
      const next = talk.pass(6, invite, 'proxy>bob');
      talk.again(next, 506, 1506, 3506, 7506, 15_506, 31_506);
      const no = talk.answer(32_010, invite, 408);
      talk.ack(32_020, no);
    },
  },
  {
    title: 'a REGISTER that nobody answers',
    faults: [2],
    write: (talk) => {
      const register = talk.send(0, 'alice>proxy', 'REGISTER', { to: 'alice' });
      talk.again(register, 500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500);
    },
  },
  {
    title: 'a BYE that nobody answers',
    faults: [2],
    write: (talk) => {
      const ok = answered(talk);
      const bye = talk.send(9000, 'alice>bob', 'BYE', { within: ok });
      talk.again(bye, 9500, 10_500, 12_500, 16_500, 20_500);
    },
  },
  {
    title: 'credentials that are refused again and again',
    faults: [3],
    write: (talk) => {
      for (const at of [0, 1000, 2000, 3000]) {
        const register = talk.send(at, 'alice>proxy', 'REGISTER', {
          to: 'alice',
          headers: at === 0 ? [] : [['Authorization', digest('00000001')]],
        });
        talk.answer(at + 10, register, 401, { headers: [challenge()] });
      }
    },
  },
  {
    title: 'a call whose credentials are refused with 403',
    faults: [3],
    write: (talk) => {
      const first = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      talk.ack(20, talk.answer(10, first, 407, { headers: [challenge('Proxy-Authenticate')] }));
      const next = talk.send(30, 'alice>proxy', 'INVITE', {
        sdp: audio(),
        headers: [['Proxy-Authorization', digest('00000001')]],
      });
      talk.ack(50, talk.answer(40, next, 403));
    },
  },
  {
    title: 'a call without credentials',
    faults: [3],
    write: (talk) => {
      const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      talk.ack(20, talk.answer(10, invite, 407, { headers: [challenge('Proxy-Authenticate')] }));
    },
  },
  {
    title: 'a nonce that is stale each time',
    faults: [4],
    write: (talk) => {
      for (const [index, at] of [0, 1000, 2000, 3000].entries()) {
        const register = talk.send(at, 'alice>proxy', 'REGISTER', {
          to: 'alice',
          headers: [['Authorization', digest(`0000000${index + 1}`)]],
        });
        talk.answer(at + 10, register, 401, {
          headers: [challenge('WWW-Authenticate', ', stale=true')],
        });
      }
    },
  },
  {
    title: 'an address that is not let in',
    faults: [5],
    write: (talk) => {
      const invite = talk.send(0, 'trunk>edge', 'INVITE', { sdp: audio() });
      talk.answer(5, invite, 100);
      talk.ack(20, talk.answer(10, invite, 403, { reason: 'Source address not allowed' }));
    },
  },
  ...[404, 408, 410, 480, 484, 486, 500, 503, 600, 603, 604].map((status) => ({
    title: `a call refused with ${status}`,
    faults: [6],
    write: (talk: Talk) => {
      const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      talk.answer(5, invite, 100);
      const next = talk.pass(6, invite, 'proxy>bob');
      const ringing = talk.answer(100, next, 180);
      talk.back(101, ringing, 'proxy>alice');
      const no = talk.answer(4000, next, status);
      talk.ack(4001, no);
      talk.ack(4010, talk.back(4002, no, 'proxy>alice'));
    },
  })),
  {
    title: 'an offer without a codec that the other has',
    faults: [7],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', {
        sdp: audio({ codecs: '9 18' }),
      });
      const no = talk.answer(30, invite, 488, {
        sdp: audio({ codecs: '0 8', port: 42_000 }),
        headers: [['Warning', '305 bob "Incompatible media format"']],
      });
      talk.ack(40, no);
    },
  },
  {
    title: 'an answer that refuses every line',
    faults: [7],
    write: (talk) => {
      const ok = answered(talk, { sdp: audio({ codecs: '9' }) }, { sdp: audio({ port: 0 }) });
      const bye = talk.send(2500, 'alice>bob', 'BYE', { within: ok });
      talk.answer(2510, bye, 200);
    },
  },
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
    title: 'a phone whose registration ends while it rings',
    faults: [29],
    write: (talk) => {
      const book = talk.of('bob-registers');
      const register = book.send(-3000, 'bob>proxy', 'REGISTER', {
        to: 'bob',
        headers: [['Expires', '7']],
      });
      book.answer(-2990, register, 200, {
        headers: [['Contact', '<sip:bob@192.0.2.2:5060>;expires=7']],
      });
      const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      const next = talk.pass(5, invite, 'proxy>bob');
      talk.back(101, talk.answer(100, next, 180), 'proxy>alice');
      const cancel = talk.cancel(4600, next);
      talk.answer(4610, cancel, 200);
      talk.ack(4620, talk.answer(4611, next, 487));
      talk.ack(4640, talk.answer(4630, invite, 480));
    },
  },
  {
    title: 'two servers that send a call to each other',
    faults: [30],
    write: (talk) => {
      const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      let next = invite;
      for (let round = 0; round < 6; round += 1) {
        next = talk.pass(10 + round, next, round % 2 === 0 ? 'proxy>edge' : 'edge>proxy');
      }
      talk.ack(40, talk.answer(30, invite, 483));
    },
  },
  {
    title: 'a request with too few hops left',
    faults: [30],
    write: (talk) => {
      const invite = createRequest({
        method: 'INVITE',
        uri: 'sip:bob@example.com',
        headers: [
          ['Via', 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-few'],
          ['Max-Forwards', '0'],
          ['From', '<sip:alice@example.com>;tag=alice-tag'],
          ['To', '<sip:bob@example.com>'],
          ['Call-ID', talk.callId],
          ['CSeq', '1 INVITE'],
        ],
      });
      talk.raw(0, 'alice>proxy', invite.toText());
      talk.ack(20, talk.answer(10, invite, 483, { way: 'proxy>alice' }));
    },
  },
  {
    title: '100rel required of somebody who does not know it',
    faults: [33],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', {
        sdp: audio(),
        headers: [['Require', '100rel']],
      });
      talk.ack(20, talk.answer(10, invite, 420, { headers: [['Unsupported', '100rel']] }));
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
  {
    title: 'two calls with one Call-ID',
    faults: [36],
    write: (talk) => {
      const ok = answered(talk);
      const other = talk.send(3000, 'carol>bob', 'INVITE', { sdp: audio() });
      talk.answer(3100, other, 180, { toTag: 'bob-other' });
      const yes = talk.answer(4000, other, 200, {
        sdp: audio({ port: 42_002 }),
        toTag: 'bob-other',
      });
      talk.ack(4010, yes);
      talk.answer(9010, talk.send(9000, 'alice>bob', 'BYE', { within: ok }), 200);
      talk.answer(9510, talk.send(9500, 'carol>bob', 'BYE', { within: yes }), 200);
    },
  },
];

/** Calls without a fault. */
export const healthy: readonly Sample[] = [
  {
    title: 'a call with credentials asked for once',
    faults: [],
    write: (talk) => {
      const first = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      talk.ack(20, talk.answer(10, first, 407, { headers: [challenge('Proxy-Authenticate')] }));
      const next = talk.send(30, 'alice>proxy', 'INVITE', {
        sdp: audio(),
        headers: [['Proxy-Authorization', digest('00000001')]],
      });
      const ok = talk.answer(2000, next, 200, { sdp: audio({ port: 42_000 }) });
      talk.ack(2010, ok);
      talk.answer(9010, talk.send(9000, 'alice>proxy', 'BYE', { within: ok }), 200);
    },
  },
  {
    title: 'a nonce that was too old once',
    faults: [],
    write: (talk) => {
      const first = talk.send(0, 'alice>proxy', 'REGISTER', {
        to: 'alice',
        headers: [['Authorization', digest('00000005')]],
      });
      talk.answer(10, first, 401, { headers: [challenge('WWW-Authenticate', ', stale=true')] });
      const next = talk.send(20, 'alice>proxy', 'REGISTER', {
        to: 'alice',
        headers: [['Authorization', digest('00000001')]],
      });
      talk.answer(30, next, 200);
    },
  },
  {
    title: 'a forked call with one winner',
    faults: [],
    write: (talk) => {
      const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      const one = talk.pass(5, invite, 'proxy>bob');
      const two = talk.pass(6, invite, 'proxy>carol');
      talk.back(101, talk.answer(100, one, 180), 'proxy>alice');
      talk.back(111, talk.answer(110, two, 180), 'proxy>alice');
      const ok = talk.answer(2000, two, 200, { sdp: audio({ port: 42_000 }) });
      const back = talk.back(2001, ok, 'proxy>alice');
      const cancel = talk.cancel(2002, one);
      talk.answer(2010, cancel, 200);
      talk.ack(2012, talk.answer(2011, one, 487));
      talk.ack(2020, back, { way: 'alice>carol' });
      talk.answer(9010, talk.send(9000, 'alice>carol', 'BYE', { within: back }), 200);
    },
  },
  {
    title: 'hold and resume',
    faults: [],
    write: (talk) => {
      const ok = hold(talk);
      const resume = talk.send(9000, 'alice>bob', 'INVITE', {
        within: ok,
        sdp: audio({ version: 3 }),
      });
      talk.ack(9040, talk.answer(9030, resume, 200, { sdp: audio({ port: 42_000, version: 3 }) }));
      talk.answer(12_010, talk.send(12_000, 'bob>alice', 'BYE', { within: ok }), 200);
    },
  },
  {
    title: 'a call that is cancelled while it rings',
    faults: [],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
      talk.answer(100, invite, 180);
      const cancel = talk.cancel(5000, invite);
      talk.answer(5010, cancel, 200);
      talk.ack(5020, talk.answer(5011, invite, 487));
    },
  },
  {
    title: 'losses that are got over',
    faults: [],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
      talk.again(invite, 500, 1500);
      talk.answer(1510, invite, 180);
      const ok = talk.answer(3000, invite, 200, { sdp: audio({ port: 42_000 }) });
      talk.again(ok, 3500, 4500);
      talk.ack(4510, ok);
      const bye = talk.send(9000, 'alice>bob', 'BYE', { within: ok });
      talk.again(bye, 9500, 10_500);
      talk.answer(10_510, bye, 200);
    },
  },
  {
    title: 'a transfer that works',
    faults: [],
    write: (talk) => {
      const ok = answered(talk);
      const refer = talk.send(5000, 'bob>alice', 'REFER', {
        within: ok,
        headers: [['Refer-To', '<sip:carol@example.com>']],
      });
      talk.answer(5010, refer, 202);
      notice(talk, 5020, ok, 'SIP/2.0 100 Trying', 'active;expires=60');
      notice(talk, 7000, ok, 'SIP/2.0 200 OK', 'terminated;reason=noresource');
      talk.answer(7110, talk.send(7100, 'bob>alice', 'BYE', { within: ok }), 200);
    },
  },
  {
    title: 'a session timer that is kept',
    faults: [],
    write: (talk) => {
      const ok = answered(
        talk,
        { headers: [['Session-Expires', '90']] },
        { headers: [['Session-Expires', '90;refresher=uac']] },
      );
      for (const at of [47_000, 92_000, 137_000]) {
        const update = talk.send(at, 'alice>bob', 'UPDATE', {
          within: ok,
          headers: [['Session-Expires', '90;refresher=uac']],
        });
        talk.answer(at + 10, update, 200, { headers: [['Session-Expires', '90;refresher=uac']] });
      }
      talk.answer(150_010, talk.send(150_000, 'bob>alice', 'BYE', { within: ok }), 200);
    },
  },
  {
    title: 'a session timer that is made longer on demand',
    faults: [],
    write: (talk) => {
      const short = talk.send(0, 'alice>bob', 'INVITE', {
        sdp: audio(),
        headers: [['Session-Expires', '30']],
      });
      talk.ack(20, talk.answer(10, short, 422, { headers: [['Min-SE', '90']] }));
      const invite = talk.send(30, 'alice>bob', 'INVITE', {
        sdp: audio(),
        headers: [
          ['Session-Expires', '90'],
          ['Min-SE', '90'],
        ],
      });
      const ok = talk.answer(1000, invite, 200, { sdp: audio({ port: 42_000 }) });
      talk.ack(1010, ok);
      talk.answer(9010, talk.send(9000, 'bob>alice', 'BYE', { within: ok }), 200);
    },
  },
  {
    title: 'both hang up at once',
    faults: [],
    write: (talk) => {
      const ok = answered(talk);
      const one = talk.send(9000, 'alice>bob', 'BYE', { within: ok });
      const other = talk.send(9001, 'bob>alice', 'BYE', { within: ok });
      talk.answer(9010, one, 200);
      talk.answer(9011, other, 481);
    },
  },
  {
    title: 'two changes at once that are tried again in time',
    faults: [],
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
      talk.ack(5020, talk.answer(5010, one, 491));
      talk.ack(5021, talk.answer(5011, other, 491));
      const again = talk.send(6000, 'bob>alice', 'INVITE', {
        within: ok,
        sdp: audio({ version: 2, port: 42_000 }),
      });
      talk.ack(6020, talk.answer(6010, again, 200, { sdp: audio({ version: 2 }) }));
      const more = talk.send(8000, 'alice>bob', 'INVITE', {
        within: ok,
        sdp: audio({ version: 3 }),
      });
      talk.ack(8020, talk.answer(8010, more, 200, { sdp: audio({ version: 3, port: 42_000 }) }));
      talk.answer(9010, talk.send(9000, 'bob>alice', 'BYE', { within: ok }), 200);
    },
  },
  {
    title: 'a phone that refreshes its registration while it rings',
    faults: [],
    write: (talk) => {
      for (const at of [-3000, 2000]) {
        const book = talk.of(`bob-registers-${at}`);
        const register = book.send(at, 'bob>proxy', 'REGISTER', { to: 'bob' });
        book.answer(at + 10, register, 200, {
          headers: [['Contact', '<sip:bob@192.0.2.2:5060>;expires=7']],
        });
      }
      const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      const next = talk.pass(5, invite, 'proxy>bob');
      talk.back(101, talk.answer(100, next, 180), 'proxy>alice');
      const ok = talk.answer(5000, next, 200, { sdp: audio({ port: 42_000 }) });
      talk.ack(5010, talk.back(5001, ok, 'proxy>alice'), { way: 'alice>bob' });
    },
  },
  {
    title: 'a busy registration that goes on',
    faults: [],
    write: (talk) => {
      for (const at of [0, 30_000, 60_000]) {
        const register = talk.send(at, 'alice>proxy', 'REGISTER', {
          to: 'alice',
          fromTag: `r${at}`,
        });
        talk.answer(at + 10, register, 401, { headers: [challenge()] });
        const next = talk.send(at + 20, 'alice>proxy', 'REGISTER', {
          to: 'alice',
          fromTag: `r${at}`,
          headers: [['Authorization', digest('00000001')]],
        });
        talk.answer(at + 30, next, 200);
      }
    },
  },
];

function digest(count: string): string {
  return `Digest username="alice", realm="example.com", nonce="****", uri="sip:example.com", response="****", qop=auth, nc=${count}, cnonce="****"`;
}

function challenge(name = 'WWW-Authenticate', more = ''): readonly [string, string] {
  return [name, `Digest realm="example.com", nonce="****", qop="auth"${more}`];
}

function hold(talk: Talk): ReturnType<typeof answered> {
  const ok = answered(talk);
  const request = talk.send(5000, 'alice>bob', 'INVITE', {
    within: ok,
    sdp: audio({ direction: 'sendonly', version: 2 }),
  });
  const held = talk.answer(5030, request, 200, {
    sdp: audio({ port: 42_000, version: 2, direction: 'recvonly' }),
  });
  talk.ack(5040, held);
  return ok;
}

function forked(talk: Talk): {
  readonly one: ReturnType<Talk['back']>;
  readonly two: ReturnType<Talk['back']>;
} {
  const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
  const [first, second] = [talk.pass(5, invite, 'proxy>bob'), talk.pass(6, invite, 'proxy>carol')];
  const one = talk.back(
    2001,
    talk.answer(2000, first, 200, { sdp: audio({ port: 42_000 }) }),
    'proxy>alice',
  );
  const two = talk.back(
    2005,
    talk.answer(2004, second, 200, { sdp: audio({ port: 42_002 }) }),
    'proxy>alice',
  );
  return { one, two };
}

function notice(
  talk: Talk,
  at: number,
  ok: ReturnType<typeof answered>,
  text: string,
  state: string,
): void {
  const notify = talk.send(at, 'alice>bob', 'NOTIFY', {
    within: ok,
    headers: [
      ['Event', 'refer'],
      ['Subscription-State', state],
    ],
    body: ['message/sipfrag;version=2.0', text],
  });
  talk.answer(at + 10, notify, 200);
}
