// Every rule of the lint on a message that departs from its RFC, and all of them on calls that do not.
import { describe, expect, test } from 'vitest';
import { answered, audio, Talk } from '../document.test-kit.ts';
import { explain } from '../explain.ts';

interface Case {
  readonly title: string;
  readonly write: (talk: Talk) => void;
  readonly says: readonly string[];
}

/** A request as text, with headers replaced or left out. */
function text(
  talk: Talk,
  start: string,
  headers: { readonly [name: string]: string | undefined },
  body = '',
): string {
  const all: { readonly [name: string]: string | undefined } = {
    Via: 'SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-own',
    'Max-Forwards': '70',
    From: '<sip:alice@example.com>;tag=a',
    To: '<sip:bob@example.com>',
    'Call-ID': talk.callId,
    CSeq: `1 ${start.split(' ')[0]}`,
    Contact: '<sip:alice@192.0.2.1>',
    'Content-Length': String(body.length),
    ...headers,
  };
  const lines = Object.entries(all).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}: ${value}`,
  );
  return [start, ...lines, '', body].join('\r\n');
}

const invite = 'INVITE sip:bob@192.0.2.2 SIP/2.0';

const cases: readonly Case[] = [
  {
    title: 'no Max-Forwards, branch and From tag',
    write: (talk) => {
      talk.raw(
        0,
        'alice>bob',
        text(talk, invite, {
          Via: 'SIP/2.0/UDP 192.0.2.1',
          'Max-Forwards': undefined,
          From: '<sip:alice@example.com>',
        }),
      );
    },
    says: ['The top Via has no branch.', 'Max-Forwards is missing.', 'From has no tag.'],
  },
  {
    title: 'two Contacts',
    write: (talk) => {
      talk.raw(
        0,
        'alice>bob',
        text(talk, invite, { Contact: '<sip:a@192.0.2.1>, <sip:a@192.0.2.9>' }),
      );
    },
    says: ['INVITE has 2 Contacts instead of one.'],
  },
  {
    title: 'a doubled header',
    write: (talk) => {
      talk.raw(0, 'alice>bob', text(talk, invite, { 'Max-Forwards': '70\r\nMax-Forwards: 69' }));
    },
    says: ['The Max-Forwards header stands more than once.'],
  },
  {
    title: 'a body without Content-Type',
    write: (talk) => {
      talk.raw(0, 'alice>bob', text(talk, invite, {}, 'hello'));
    },
    says: ['There is a body and no Content-Type.'],
  },
  {
    title: 'a description that cannot be read',
    write: (talk) => {
      talk.send(0, 'alice>bob', 'INVITE', { sdp: 'v=0\r\nm=nothing\r\n' });
    },
    says: ['The session description cannot be read: There is no o= line.'],
  },
  {
    title: 'statuses without the header that they live by',
    write: (talk) => {
      const statuses = [401, 405, 407, 415, 420, 421, 422, 423, 489];
      for (const [index, status] of statuses.entries()) {
        const request = talk.send(index * 100, 'alice>proxy', 'SUBSCRIBE', {
          headers: [['Event', 'presence']],
        });
        talk.answer(index * 100 + 10, request, status);
      }
    },
    says: [
      'WWW-Authenticate is missing in 401.',
      'Allow is missing in 405.',
      'Proxy-Authenticate is missing in 407.',
      'Accept or Accept-Encoding or Accept-Language is missing in 415.',
      'Unsupported is missing in 420.',
      'Require is missing in 421.',
      'Min-SE is missing in 422.',
      'Min-Expires is missing in 423.',
      'Allow-Events is missing in 489.',
    ],
  },
  {
    title: 'a 200 without Contact and without an answer',
    write: (talk) => {
      const request = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
      const ok = talk.answer(10, request, 200);
      talk.raw(20, 'bob>alice', ok.toText().replace(/Contact: .*\r\n/, ''));
    },
    says: [
      'The INVITE has an offer, and this answer to it has no session description.',
      'Contact is missing in the 200 to INVITE, so nobody knows where to send ACK.',
      'The INVITE has an offer, and this answer to it has no session description.',
    ],
  },
  {
    title: 'an answer whose tags, CSeq and Vias are its own',
    write: (talk) => {
      const request = talk.send(0, 'alice>bob', 'OPTIONS');
      const ok = talk.answer(10, request, 200);
      talk.raw(
        20,
        'bob>alice',
        ok
          .toText()
          .replace(';tag=bob-tag', '')
          .replace(';tag=alice-tag', ';tag=other')
          .replace('SIP/2.0/UDP 192.0.2.1', 'SIP/2.0/UDP 192.0.2.9'),
      );
    },
    says: [
      'To has no tag in a 200.',
      'The From tag is not that of the request.',
      'The Vias are not those of the request, in its order.',
    ],
  },
  {
    title: 'a CSeq that does not count up, and an ACK with another one',
    write: (talk) => {
      const ok = answered(talk);
      talk.answer(3010, talk.send(3000, 'alice>bob', 'INFO', { within: ok, cseq: 1 }), 200);
      const again = talk.send(4000, 'alice>bob', 'INVITE', {
        within: ok,
        cseq: 3,
        sdp: audio({ version: 2 }),
      });
      const yes = talk.answer(4010, again, 200, { sdp: audio({ port: 42_000 }) });
      talk.ack(4020, yes, { cseq: 9 });
    },
    says: [
      'CSeq 1 is not higher than the 1 of the INVITE in frame 1.',
      'CSeq of this ACK is 9, and no INVITE of the call has that number.',
    ],
  },
  {
    title: 'an answer that leaves out a line, and one that turns the direction',
    write: (talk) => {
      const two = audio({ lines: ['m=video 40002 RTP/AVP 31'] });
      const ok = answered(talk, { sdp: two });
      const hold = talk.send(4000, 'alice>bob', 'INVITE', {
        within: ok,
        sdp: `${audio({ version: 2, direction: 'sendonly' })}m=video 0 RTP/AVP 31\r\n`,
      });
      talk.ack(
        4020,
        talk.answer(4010, hold, 200, {
          sdp: `${audio({ port: 42_000, version: 2 })}m=video 0 RTP/AVP 31\r\n`,
        }),
      );
    },
    says: [
      'The answer has 1 media lines, the offer 2.',
      'Media line 1 answers sendonly with sendrecv.',
    ],
  },
  {
    title: 'a later description with the old version, a line less and another meaning',
    write: (talk) => {
      const lines = ['a=rtpmap:97 iLBC/8000'];
      const ok = answered(
        talk,
        { sdp: `${audio({ codecs: '0 97', lines })}m=video 0 RTP/AVP 31\r\n` },
        { sdp: `${audio({ port: 42_000 })}m=video 0 RTP/AVP 31\r\n` },
      );
      talk.send(4000, 'alice>bob', 'INVITE', {
        within: ok,
        sdp: audio({ codecs: '0 97', lines: ['a=rtpmap:97 speex/8000'] }),
      });
    },
    says: [
      'The description differs from that of frame 1 and has the same version in o=.',
      'There are 1 media lines, 2 in frame 1; a line is ended by port 0, not left out.',
      'Payload type 97 means speex now and meant iLBC in frame 1.',
    ],
  },
  {
    title: 'an answer that requires what nobody offered, and a timer that is too short',
    write: (talk) => {
      const request = talk.send(0, 'alice>bob', 'INVITE', {
        sdp: audio(),
        headers: [['Supported', 'replaces']],
      });
      talk.answer(10, request, 183, {
        headers: [
          ['Require', '100rel'],
          ['RSeq', '1'],
        ],
      });
      const ok = talk.answer(20, request, 200, {
        sdp: audio({ port: 42_000 }),
        headers: [['Session-Expires', '60;refresher=uac']],
      });
      talk.ack(30, ok);
    },
    says: [
      'The answer requires 100rel, which its request does not support.',
      'Session-Expires is 60 s, less than 90 s.',
      'The refresher is uac, though its request does not support timer.',
    ],
  },
  {
    title: 'a CANCEL that is not that of its INVITE',
    write: (talk) => {
      const request = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
      talk.send(100, 'alice>bob', 'CANCEL', {
        cseq: 7,
        ...(request.branch === undefined ? {} : { branch: request.branch }),
        uri: 'sip:carol@example.com',
        headers: [['Require', 'timer']],
      });
    },
    says: [
      'CANCEL has Require or Proxy-Require.',
      'CSeq of this CANCEL is 7, that of its INVITE 1.',
      'The Request-URI of this CANCEL is not that of its INVITE.',
    ],
  },
  {
    title: 'a date in another zone',
    write: (talk) => {
      talk.send(0, 'alice>bob', 'OPTIONS', {
        headers: [['Date', 'Fri, 01 Jan 2010 16:00:00 EST']],
      });
    },
    says: ['Date is not in GMT.'],
  },
];

describe('what an RFC demands', () => {
  for (const { title, write, says } of cases) {
    test(title, () => {
      const talk = new Talk();
      write(talk);
      expect(demanded(talk)).toEqual(says);
    });
  }
});

test('a good call has nothing to be demanded', () => {
  const talk = new Talk();
  const ok = answered(talk);
  talk.answer(9010, talk.send(9000, 'bob>alice', 'BYE', { within: ok }), 200);
  expect(demanded(talk)).toEqual([]);
  expect(explain(talk.document).lint.map(({ text: said }) => said)).toEqual([
    'Allow is missing.',
    'Supported is missing.',
    'Allow is missing.',
    'Supported is missing.',
  ]);
});

function demanded(talk: Talk): readonly string[] {
  return explain(talk.document)
    .lint.filter(({ strength }) => strength === 'MUST')
    .map((remark) => remark.text);
}
