// Calls that fail before anybody answers: faults 1 to 7, 29, 30, 33 and 36.
import { createRequest } from '../../../message/create.ts';
import { answered, audio } from '../document.test-kit.ts';
import type { Talk } from '../document.test-kit.ts';
import { digest, challenge } from './sample-parts.test-kit.ts';
import type { Sample } from './sample.test-kit.ts';

/** Calls that fail before anybody answers: faults 1 to 7, 29, 30, 33 and 36. */
export const ofRequests: readonly Sample[] = [
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
      talk.silentUntil(6000);
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
    title: 'a phone whose registration ends while a server that calls on by itself lets it ring',
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
      const leg = talk.of('second-leg');
      const next = leg.send(5, 'proxy>bob', 'INVITE', {
        sdp: audio(),
        headers: [['X-CID', talk.callId]],
      });
      leg.answer(100, next, 180);
      talk.answer(101, invite, 180);
      leg.answer(4610, leg.cancel(4600, next), 200);
      leg.ack(4620, leg.answer(4611, next, 487));
      talk.ack(4640, talk.answer(4630, invite, 480));
    },
  },
  {
    title: 'a message that is too large',
    faults: [31],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', {
        sdp: audio(),
        headers: [['Subject', 'long '.repeat(300)]],
      });
      talk.ack(20, talk.answer(10, invite, 513));
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
