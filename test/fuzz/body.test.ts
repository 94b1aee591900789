// Descriptions and multipart bodies: read or refused, written as they came, and never a reason for a call to break.
import * as fc from 'fast-check';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import { bodyParts, findPart, parseMessage } from '../../packages/sip/src/message/index.ts';
import { formatSdp, NoCommonMedia, parseSdp } from '../../packages/sip/src/sdp/index.ts';
import type { SessionDescription } from '../../packages/sip/src/sdp/index.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { SilentMedia } from '../../packages/sip/src/testing/silent-media.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import { descriptions, multipart } from './corpus.ts';
import { equal } from './datagram.ts';
import { change, changed, mutate } from './mutate.ts';
import { fuzz, fuzzWorld } from './runs.ts';

const sdpLines = [
  'm=audio 4000 RTP/AVP 0', 'm=audio 0 RTP/AVP 0', 'm=audio 70000 RTP/AVP 0 0 0', 'm=audio 4000/9 RTP/SAVP 96', 'm=audio',
  'a=rtpmap:4294967296 PCMU/8000', 'a=rtpmap:96 x', 'a=rtpmap:96 red/8000', 'a=fmtp:96 \x00', 'a=ptime:0', 'a=ptime:99999999999',
  'a=rtcp:0', 'a=rtcp:70000 IN IP6 x', 'a=inactive', 'a=sendonly', 'c=IN IP4 0.0.0.0', 'c=IN IP4 256.1.1.1', 'c=IN IP6 ::', 'b=AS:-1',
  'o=- 18446744073709551616 0 IN IP4 x', 't=99999999999999999999 0', 'a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x', 'z=', '=', 'v=0',
]; // prettier-ignore
const added = fc.record({
  do: fc.constant('add' as const),
  line: fc.nat(20),
  text: fc.constantFrom(...sdpLines),
});
const description = fc
  .record({
    of: fc.constantFrom(...descriptions),
    changes: fc.array(fc.oneof(change, added), { maxLength: 4 }),
  })
  .map(({ of, changes }) => mutate(of, changes));

fuzz(
  'any text is a description or a problem, and a description is written so that it reads the same',
  { runs: 600, input: description },
  (text) => {
    const read = parseSdp(text);
    if (!read.ok) return;
    const written = formatSdp(read.value);
    const again = parseSdp(written);
    if (!again.ok) throw new Error(`What was written is refused: ${again.error.text}`);
    equal(formatSdp(again.value), written, 'The description');
    for (const { media } of read.value.media)
      if (/[\r\n]/.test(media)) throw new Error('A line end');
  },
);

fuzzWorld(
  'A10: whatever is offered and answered, a negotiator agrees or leaves everything as it was',
  {
    runs: 250,
    input: fc.array(
      fc.record({ by: fc.constantFrom('us', 'them'), text: description, undo: fc.boolean() }),
      { minLength: 1, maxLength: 6 },
    ),
  },
  async (steps) => {
    const session = new SilentMedia({ random: seededRandom(1), host: '10.0.0.2' }).open();
    for (const { by, text, undo } of steps) {
      const before = session.streams;
      const read = parseSdp(text);
      if (!read.ok) continue;
      const agreed = await (by === 'us'
        ? offered(session, read.value)
        : answered(session, read.value));
      if (!agreed || undo) {
        session.rollback();
        equal(
          JSON.stringify(session.streams),
          JSON.stringify(before),
          'The streams after a rollback',
        );
      }
    }
    await session.close();
  },
);

async function offered(session: SilentSession, answer: SessionDescription): Promise<boolean> {
  readable(await session.createOffer({ direction: 'sendrecv' }));
  return orNothing(() => session.applyAnswer(answer));
}

async function answered(session: SilentSession, offer: SessionDescription): Promise<boolean> {
  return orNothing(async () => {
    const answer = await session.createAnswer(offer, { direction: 'sendrecv' });
    equal(readable(answer).media.length, offer.media.length, 'The lines of the answer');
  });
}

async function orNothing(act: () => Promise<void>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    if (error instanceof NoCommonMedia) return false;
    throw error;
  }
}

function readable(made: SessionDescription): SessionDescription {
  const read = parseSdp(formatSdp(made));
  if (!read.ok) throw new Error(`What we say is no description: ${read.error.text}`);
  return read.value;
}

const bodies = [
  multipart('b', descriptions[0] ?? ''),
  multipart('b', '').replaceAll('--b--', '--b'),
  Array.from(
    { length: 40 },
    (_, depth) => `--b${depth}\r\nContent-Type: multipart/mixed;boundary=b${depth + 1}\r\n\r\n`,
  ).join(''),
  '--b\r\n\r\n'.repeat(300),
];
const types = [
  'multipart/mixed;boundary=b',
  'multipart/mixed; boundary="b"',
  'multipart/digest;boundary=b0',
  'multipart/x',
  'text/plain',
];

fuzz(
  'A09: any multipart body is parts or a problem, and no part is longer than the body',
  { runs: 800, input: fc.record({ type: changed(types, 1), body: changed(bodies, 4) }) },
  ({ type, body }) => {
    const head = [
      'MESSAGE sip:b@h SIP/2.0', 'Via: SIP/2.0/UDP h;branch=z9hG4bKx', 'From: <sip:a@h>;tag=1', 'To: <sip:b@h>', 'Call-ID: x',
      'CSeq: 1 MESSAGE', `Content-Type: ${type.replace(/[\r\n]/g, ' ')}`, '', body,
    ]; // prettier-ignore
    const message = parseMessage(latin1Bytes(head.join('\r\n')));
    if (!message.ok) return;
    const parts = bodyParts(message.value);
    const sdp = findPart(message.value, 'application/sdp');
    if (parts.ok !== sdp.ok) throw new Error('One look finds a body malformed, the other does not');
    if (!parts.ok) return;
    const length = parts.value.reduce((sum, { text }) => sum + text.length, 0);
    if (length > body.length) throw new Error(`The parts are longer than their body: ${length}`);
  },
);
