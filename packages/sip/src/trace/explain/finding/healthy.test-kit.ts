// Calls without a fault.
import { answered, audio } from '../document.test-kit.ts';
import { digest, challenge, hold, notice } from './sample-parts.test-kit.ts';
import type { Sample } from './sample.test-kit.ts';

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
    title: 'a challenge at the end of the capture',
    faults: [],
    write: (talk) => {
      const first = talk.send(0, 'alice>proxy', 'REGISTER', { to: 'alice' });
      talk.answer(10, first, 401, { headers: [challenge('WWW-Authenticate')] });
      talk.silentUntil(1000);
    },
  },
  {
    title: 'fax refused in a call that goes on',
    faults: [],
    write: (talk) => {
      const ok = answered(talk);
      const fax = audio({ version: 2 }).replace(/m=audio.*/s, 'm=image 40000 udptl t38\r\n');
      const change = talk.send(5000, 'alice>bob', 'INVITE', { within: ok, sdp: fax });
      talk.ack(5040, talk.answer(5030, change, 488));
      talk.answer(12_010, talk.send(12_000, 'bob>alice', 'BYE', { within: ok }), 200);
    },
  },
  {
    title: 'a page: its caller wants to hear nothing',
    faults: [],
    write: (talk) => {
      const invite = talk.send(0, 'alice>bob', 'INVITE', {
        sdp: audio({ direction: 'sendonly' }),
      });
      const ok = talk.answer(100, invite, 200, {
        sdp: audio({ port: 42_000, direction: 'recvonly' }),
      });
      talk.ack(110, ok);
      talk.answer(9010, talk.send(9000, 'alice>bob', 'BYE', { within: ok }), 200);
    },
  },
  {
    title: 'a hold by the address 0.0.0.0',
    faults: [],
    write: (talk) => {
      const ok = answered(talk);
      for (const version of [2, 3]) {
        const open = audio({ version });
        const sdp = version === 2 ? open.replace(/^c=IN IP4 .*$/m, 'c=IN IP4 0.0.0.0') : open;
        const change = talk.send(version * 4000, 'alice>bob', 'INVITE', { within: ok, sdp });
        const answer = talk.answer(version * 4000 + 20, change, 200, {
          sdp: audio({ port: 42_000, version }),
        });
        talk.ack(version * 4000 + 40, answer);
      }
      talk.answer(20_010, talk.send(20_000, 'bob>alice', 'BYE', { within: ok }), 200);
    },
  },
  {
    title: 'a notice that nobody asked for',
    faults: [],
    write: (talk) => {
      const notify = talk.send(0, 'proxy>bob', 'NOTIFY', {
        headers: [
          ['Event', 'message-summary'],
          ['Subscription-State', 'active'],
        ],
      });
      talk.answer(10, notify, 481);
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
  {
    title: 'a forked call whose other phone is off',
    faults: [],
    write: (talk) => {
      const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
      const one = talk.pass(5, invite, 'proxy>bob');
      const off = talk.pass(6, invite, 'proxy>carol');
      talk.again(off, 506, 1506, 3506, 7506);
      const ok = talk.answer(8000, one, 200, { sdp: audio({ port: 42_000 }) });
      const back = talk.back(8001, ok, 'proxy>alice');
      talk.ack(8010, back, { way: 'alice>bob' });
      talk.answer(9010, talk.send(9000, 'alice>bob', 'BYE', { within: back }), 200);
    },
  },
  {
    title: 'a registration that came through after a time without answer',
    faults: [],
    write: (talk) => {
      const lost = talk.send(0, 'alice>proxy', 'REGISTER', { to: 'alice' });
      talk.again(lost, 500, 1500, 3500, 7500, 11_500, 15_500);
      talk.answer(40_010, talk.send(40_000, 'alice>proxy', 'REGISTER', { to: 'alice' }), 200);
    },
  },
  {
    title: 'a phone that asks for an event package that the server does not have',
    faults: [],
    write: (talk) => {
      const subscribe = talk.send(0, 'alice>proxy', 'SUBSCRIBE', {
        to: 'alice',
        headers: [['Event', 'message-summary']],
      });
      talk.answer(10, subscribe, 489, { headers: [['Allow-Events', 'presence']] });
    },
  },
  {
    title: 'a transfer after which the transferor hangs up at once',
    faults: [],
    write: (talk) => {
      const ok = answered(talk);
      const refer = talk.send(5000, 'bob>alice', 'REFER', {
        within: ok,
        headers: [['Refer-To', '<sip:carol@example.com>']],
      });
      talk.answer(5010, refer, 202);
      talk.answer(5030, talk.send(5020, 'bob>alice', 'BYE', { within: ok }), 200);
      const notify = talk.send(20_000, 'alice>bob', 'NOTIFY', {
        within: ok,
        headers: [
          ['Event', 'refer'],
          ['Subscription-State', 'terminated;reason=noresource'],
        ],
        body: ['message/sipfrag;version=2.0', 'SIP/2.0 200 OK'],
      });
      talk.answer(20_010, notify, 481);
    },
  },
  {
    title: 'a registration whose nonce is renewed every half hour',
    faults: [],
    write: (talk) => {
      for (const at of [0, 1_800_000, 3_600_000]) {
        const old = talk.send(at, 'alice>proxy', 'REGISTER', {
          to: 'alice',
          headers: [['Authorization', digest('00000009')]],
        });
        talk.answer(at + 10, old, 401, {
          headers: [challenge('WWW-Authenticate', ', stale=true')],
        });
        const next = talk.send(at + 20, 'alice>proxy', 'REGISTER', {
          to: 'alice',
          headers: [['Authorization', digest('00000001')]],
        });
        talk.answer(at + 30, next, 200);
      }
    },
  },
];
