// What our own stack would have done otherwise: each departure is found, and crossings on the way are none.
import { expect, test } from 'vitest';
import { answered, audio, Talk } from '../explain/document.test-kit.ts';
import type { Sending } from '../explain/document.test-kit.ts';
import { divergences } from './diverge.ts';

function told(talk: Talk): readonly string[] {
  return divergences(talk.document).map(
    ({ theirs, ours, section }) => `${theirs} | ${ours} | ${section}`,
  );
}

function talkOf(act: (talk: Talk) => void, protocol = 'UDP'): readonly string[] {
  const talk = new Talk('talk-1', protocol);
  act(talk);
  return told(talk);
}

/** A call that ends well, and then somebody says something later, so that it is known that nothing more came. */
function hangUp(talk: Talk, within: NonNullable<Sending['within']>, at = 9000): void {
  const bye = talk.send(at, 'alice>bob', 'BYE', { within });
  talk.answer(at + 20, bye, 200);
}

test('a good call has none', () => {
  expect(talkOf((talk) => hangUp(talk, answered(talk)))).toEqual([]);
});

test('repeats at their times have none, within the tolerance', () => {
  const repeats = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    talk.again(invite, 620, 1700, 3600);
    talk.answer(3700, invite, 486);
    talk.ack(3720, talk.answer(3701, invite, 486));
  });
  expect(repeats).toEqual([]);
});

test('a repeat at another time', () => {
  const [first] = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    talk.again(invite, 500, 1500, 2500, 3500, 4500);
  });
  expect(first).toBe(
    'sends INVITE again 1 s after the last time | waits 2 s for that | RFC 3261 §17.1.1.2',
  );
});

test('a repeat over TCP', () => {
  const lines = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    talk.again(invite, 500);
  }, 'TCP');
  expect(lines).toEqual([
    'sends INVITE again over TCP | sends it once: TCP repeats by itself what is lost | RFC 3261 §17.1.1.2',
  ]);
});

test('no repeat while nothing is heard', () => {
  const lines = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    talk.answer(6000, invite, 180);
  });
  expect(lines[0]).toMatch(/^sends INVITE once and hears nothing for 6 s \| repeats it after/);
});

test('requests after 64*T1', () => {
  const lines = talkOf((talk) => {
    const bye = talk.send(0, 'alice>bob', 'BYE', { toTag: 'x' });
    const times = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500];
    talk.again(bye, ...times, 35_500, 39_500);
  });
  expect(lines).toEqual([
    'still sends BYE 35.5 s after the first time | gives up after 64*T1, which is 32 s | RFC 3261 §17.1.2.2',
  ]);
});

test('a response after the final one, and responses that must not be', () => {
  const after = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    const refusal = talk.answer(100, invite, 486);
    talk.ack(110, refusal);
    talk.answer(900, invite, 180);
  });
  expect(after[0]).toMatch(/^answers 180 after its 486 \| .* \| RFC 3261 §17\.2\.1$/);
  const ringing = talkOf((talk) => {
    const options = talk.send(0, 'alice>bob', 'OPTIONS');
    talk.answer(100, options, 183);
    talk.answer(200, options, 200);
  });
  expect(ringing[0]).toMatch(/^answers OPTIONS with 183 \| .* \| RFC 4320 §4\.1$/);
  const late = talkOf((talk) => {
    const options = talk.send(0, 'alice>bob', 'OPTIONS');
    talk.answer(100, options, 408);
  });
  expect(late[0]).toMatch(/^answers OPTIONS with 408 \| .* \| RFC 4320 §4\.2$/);
});

test('no answer of somebody who is there', () => {
  const lines = talkOf((talk) => {
    const ok = answered(talk);
    const bye = talk.send(9000, 'alice>bob', 'BYE', { within: ok });
    talk.again(bye, 9500, 10_500, 12_500, 16_500, 20_500);
  });
  expect(lines[0]).toMatch(/^gives no answer to BYE, which is sent 6 times/);
});

test('an ACK with the branch of the INVITE, and none at all', () => {
  const branch = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio(), branch: 'z9hG4bK-same' });
    const ok = talk.answer(100, invite, 200, { sdp: audio() });
    talk.ack(120, ok, { branch: 'z9hG4bK-same' });
    hangUp(talk, ok);
  });
  expect(branch[0]).toMatch(/^sends the ACK to a 2xx with the branch of the INVITE/);
  const none = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    const ok = talk.answer(100, invite, 200, { sdp: audio() });
    talk.again(ok, 600, 1600, 3600);
  });
  expect(none[0]).toMatch(/^no ACK to the 200 is seen, which comes 4 times/);
  const unrepeated = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    talk.answer(100, invite, 200, { sdp: audio() });
    talk.send(9000, 'alice>bob', 'OPTIONS');
  });
  expect(unrepeated.some((line) => line.startsWith('sends 200 once and gets no ACK for'))).toBe(
    true,
  );
});

test('repeats after what they waited for has come; one that crosses it is none', () => {
  const deaf = talkOf((talk) => {
    const ok = answered(talk);
    talk.again(ok, 2500, 3500, 5500, 9500);
    hangUp(talk, ok, 12_000);
  });
  expect(deaf[0]).toMatch(/^sends 200 again 4 times after the ACK has come \| stops with the ACK/);
  const crossing = talkOf((talk) => {
    const ok = answered(talk);
    talk.again(ok, 2500);
    hangUp(talk, ok);
  });
  expect(crossing).toEqual([]);
  const request = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    talk.answer(20, invite, 180);
    talk.again(invite, 500, 1500, 3500);
  });
  expect(request[0]).toMatch(/^sends INVITE again 3 times after the 180 has come/);
});

test('a second answer that nobody acknowledges is the fault of who asked', () => {
  const lines = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    const first = talk.answer(100, invite, 200, { sdp: audio(), toTag: 'one' });
    talk.ack(120, first);
    const second = talk.answer(200, invite, 200, { sdp: audio(), toTag: 'two' });
    talk.again(second, 700, 1700, 3700);
    hangUp(talk, first);
  });
  expect(lines).toEqual([
    'no ACK to the second 200 is seen, which comes 4 times | sends ACK to each, and BYE to the one that it does not want | RFC 3261 §13.2.2.4',
  ]);
});

test('CANCEL before anything was heard', () => {
  const lines = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    const cancel = talk.cancel(100, invite);
    talk.answer(120, cancel, 200);
    talk.ack(140, talk.answer(130, invite, 487));
  });
  expect(lines[0]).toMatch(/^sends CANCEL before any response .* \| RFC 3261 §9\.1$/);
});

test('numbers, tags and targets within the dialog', () => {
  const number = talkOf((talk) => {
    const ok = answered(talk);
    const bye = talk.send(5000, 'alice>bob', 'BYE', { within: ok, cseq: 1 });
    talk.answer(5020, bye, 200);
  });
  expect(number[0]).toMatch(/^sends BYE with CSeq 1 after CSeq 1 \| counts on: CSeq 2/);
  const tags = talkOf((talk) => {
    const ok = answered(talk);
    const bye = talk.send(5000, 'alice>bob', 'BYE', { within: ok, toTag: 'stranger' });
    talk.answer(5020, bye, 200);
  });
  expect(tags).toHaveLength(2);
  expect(tags[0]).toMatch(/^sends BYE with the tags .* which no dialog of this call has/);
  expect(tags[1]).toMatch(/^answers BYE of an unknown dialog with 200 \| answers 481/);
  const target = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    const ok = talk.answer(100, invite, 200, { sdp: audio() });
    talk.ack(120, ok, { uri: 'sip:bob@198.51.100.99' });
    hangUp(talk, ok);
  });
  expect(target[0]).toMatch(/^sends ACK to sip:bob@198\.51\.100\.99 \| sends it to the Contact/);
});

test('no PRACK for a reliable response', () => {
  const lines = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
    const headers = [
      ['Require', '100rel'],
      ['RSeq', '1'],
    ] as const;
    const ringing = talk.answer(100, invite, 183, { headers });
    talk.again(ringing, 600, 1600, 3600);
  });
  expect(lines[0]).toMatch(/^sends no PRACK to the reliable 183/);
});

test('an answer in a direction that the offer does not allow, and one without a line', () => {
  const direction = talkOf((talk) => {
    const ok = answered(talk, { sdp: audio({ direction: 'sendonly' }) });
    hangUp(talk, ok);
  });
  expect(direction[0]).toBe(
    'answers a=sendonly with a=sendrecv | answers a=recvonly | RFC 3264 §6.1',
  );
  const video = 'm=video 41000 RTP/AVP 96';
  const line = talkOf((talk) => {
    const ok = answered(talk, { sdp: audio({ lines: [video, 'a=rtpmap:96 VP8/90000'] }) });
    hangUp(talk, ok);
  });
  expect(line[0]).toMatch(/^answers without a line for video \(m-line 1\)/);
});

test('a refresh that was promised', () => {
  const lines = talkOf((talk) => {
    const headers = [['Session-Expires', '90;refresher=uac']] as const;
    const ok = answered(talk, {}, { headers });
    talk.send(3000, 'alice>bob', 'INFO', { within: ok });
    talk.send(95_000, 'bob>alice', 'BYE', { within: ok });
  });
  expect(lines.some((line) => line.startsWith('is to refresh the session, and does not'))).toBe(
    true,
  );
});

test('our own stack diverges nowhere, by its name', () => {
  const lines = talkOf((talk) => {
    const invite = talk.send(0, 'alice>bob', 'INVITE', {
      sdp: audio(),
      headers: [['User-Agent', 'Offhook']],
    });
    talk.again(invite, 100);
  }, 'TCP');
  expect(lines).toEqual([]);
});
