// What SIPp is told: the party's own messages, with the addresses, tags and branches of a new run, and nothing of theirs as XML.
import { describe, expect, test } from 'vitest';
import { answered, audio, Talk } from '../explain/document.test-kit.ts';
import { toSippScenario } from './sipp-scenario.ts';

function xmlOf(talk: Talk, party: number): string {
  return toSippScenario(talk.document, party)?.files[0]?.text ?? '';
}

function shape(xml: string): readonly string[] {
  return [...xml.matchAll(/<(send|recv|pause)([^>]*)>\s*(?:<!\[CDATA\[\s*(\S+ ?\S*))?/g)].map(
    ([, kind, flags = '', line = '']) => `${kind}${flags.replace(/\/$/, '')} ${line}`.trim(),
  );
}

describe('A call that is answered and ended by its caller', () => {
  const talk = new Talk();
  const ok = answered(talk);
  const bye = talk.send(9000, 'alice>bob', 'BYE', { within: ok });
  talk.answer(9020, bye, 200);

  test('as its caller', () => {
    expect(shape(xmlOf(talk, 1))).toEqual([
      'send retrans="500" INVITE sip:bob@[remote_ip]:[remote_port]',
      'recv response="100" optional="true"',
      'recv response="180" optional="true" rrs="true"',
      'recv response="200" rrs="true"',
      'send ACK [next_url]',
      'pause milliseconds="6980"',
      'send retrans="500" BYE [next_url]',
      'recv response="200"',
    ]);
  });

  test('as its callee, which repeats the 200 of a re-INVITE by its own tag', () => {
    const xml = xmlOf(talk, 2);
    expect(shape(xml)).toEqual([
      'recv request="INVITE" rrs="true"',
      'send SIP/2.0 100',
      'pause milliseconds="100"',
      'send SIP/2.0 180',
      'pause milliseconds="1880"',
      'send SIP/2.0 200',
      'recv request="ACK"',
      'recv request="BYE"',
      'send SIP/2.0 200',
    ]);
    expect(xml.match(/\[last_To:\];tag=\[pid\]-\[call_number\]-0/g)).toHaveLength(2);
  });

  test('its media is where SIPp has its own', () => {
    const xml = xmlOf(talk, 1);
    expect(xml).toContain('c=IN IP[media_ip_type] [media_ip]');
    expect(xml).toContain('m=audio [media_port] RTP/AVP 0 8');
    expect(xml).not.toContain('192.0.2.1');
  });

  test('the command waits long enough and names what it needs', () => {
    const command = toSippScenario(talk.document, 1)?.files[1]?.text ?? '';
    expect(command).toMatch(/^#!\/bin\/sh\n/);
    expect(command).toContain('-timeout 50s');
    expect(command).toContain('"${TARGET:?');
    expect(toSippScenario(talk.document, 2)?.files[1]?.text).not.toContain('TARGET');
  });
});

describe('What was wrong stays wrong', () => {
  test('tags of no dialog, targets of nobody, an address that is not its own', () => {
    const talk = new Talk();
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio({ host: '10.0.0.7' }) });
    const ok = talk.answer(100, invite, 200, { sdp: audio({ host: '192.0.2.2' }) });
    talk.ack(120, ok, { uri: 'sip:bob@198.51.100.99' });
    const bye = talk.send(1000, 'alice>bob', 'BYE', { within: ok, toTag: 'stranger' });
    talk.answer(1020, bye, 481);
    const xml = xmlOf(talk, 1);
    expect(xml).toContain('ACK sip:bob@198.51.100.99 SIP/2.0');
    expect(xml).toContain('To: <sip:bob@example.com>;tag=stranger');
    expect(xml).toContain('c=IN IP4 10.0.0.7');
  });

  test('an ACK that is missing is not sent, one in the branch of the INVITE has that', () => {
    const talk = new Talk();
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio(), branch: 'z9hG4bK-same' });
    const ok = talk.answer(100, invite, 200, { sdp: audio() });
    talk.again(ok, 600, 1600);
    expect(shape(xmlOf(talk, 1))).toEqual([
      'send retrans="500" INVITE sip:bob@[remote_ip]:[remote_port]',
      ...[100, 180, 183].map((status) => `recv response="${status}" optional="true"`),
      'recv response="200" rrs="true"',
      'pause milliseconds="1500"',
    ]);
    expect(xmlOf(talk, 2)).toContain('<send retrans="500">');
    talk.ack(1700, ok, { branch: 'z9hG4bK-same' });
    const branches = [...xmlOf(talk, 1).matchAll(/branch=(\S+)/g)].map(([, branch]) => branch);
    expect(new Set(branches).size).toBe(1);
  });

  test('repeats after the ACK has come are sends of their own', () => {
    const talk = new Talk();
    const ok = answered(talk);
    talk.again(ok, 2500, 3500);
    const sends = shape(xmlOf(talk, 2)).filter((line) => line.includes('SIP/2.0 200'));
    expect(sends).toHaveLength(3);
    expect(xmlOf(talk, 2)).toMatch(/Via:\[\$r\d+via\]/);
  });

  test('of ACKs that are not taken SIPp sends the repeats, of a 200 that is not heard the scenario', () => {
    const talk = new Talk();
    const ok = answered(talk);
    const ack = talk.ack(2100, ok);
    for (const at of [2600, 3600, 5600]) {
      talk.again(ok, at);
      talk.again(ack, at + 5);
    }
    expect(shape(xmlOf(talk, 1)).filter((line) => line.includes('ACK'))).toEqual(
      Array.from({ length: 2 }, () => 'send ACK [next_url]'),
    );
    expect(xmlOf(talk, 2)).not.toContain('retrans');
    expect(toSippScenario(talk.document, 2)?.files[1]?.text).toContain('-nr -default_behaviors');
    expect(toSippScenario(talk.document, 1)?.files[1]?.text).not.toContain('-nr');
  });

  test('a request is not repeated by SIPp when another message goes out before its answer', () => {
    const talk = new Talk();
    const ok = answered(talk);
    const mine = talk.send(3000, 'alice>bob', 'INVITE', { within: ok, sdp: audio() });
    const theirs = talk.send(3001, 'bob>alice', 'INVITE', { within: ok, sdp: audio() });
    talk.answer(3002, theirs, 491);
    talk.answer(3003, mine, 491);
    const sends = shape(xmlOf(talk, 1)).filter((line) => line.startsWith('send'));
    expect(sends).toEqual([
      'send retrans="500" INVITE sip:bob@[remote_ip]:[remote_port]',
      'send ACK [next_url]',
      'send INVITE [next_url]',
      'send SIP/2.0 491',
    ]);
  });

  test('an answer has the tag of its own request, not of a later one with the same number', () => {
    const talk = new Talk();
    const ok = answered(talk);
    const late = talk.send(4000, 'alice>bob', 'INVITE', { within: ok, cseq: ok.cseq.number });
    talk.answer(4010, late, 500);
    expect(xmlOf(talk, 2).match(/To:\];tag=/g)).toHaveLength(2);
  });

  test('over TCP every repeat is played as it was, since SIPp knows none', () => {
    const talk = new Talk('talk-1', 'TCP');
    const ok = answered(talk);
    talk.again(ok, 2600, 3600);
    expect(shape(xmlOf(talk, 1)).filter((line) => line.includes('"200"'))).toHaveLength(3);
    expect(shape(xmlOf(talk, 2)).filter((line) => line.includes('2.0 200'))).toHaveLength(3);
  });
});

describe('Who passes on what he gets', () => {
  test('is played toward the one whom he heard first', () => {
    const talk = new Talk();
    const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
    const passed = talk.send(5, 'proxy>bob', 'INVITE', {
      sdp: audio(),
      cseq: invite.cseq.number,
      ...(invite.fromTag === undefined ? {} : { fromTag: invite.fromTag }),
    });
    talk.answer(100, passed, 486);
    talk.answer(105, invite, 486);
    expect(shape(xmlOf(talk, 2)).filter((line) => !line.startsWith('pause'))).toEqual([
      'recv request="INVITE" rrs="true"',
      'send SIP/2.0 486',
    ]);
  });

  test('has no scenario where only answers came from him', () => {
    const talk = new Talk();
    const invite = talk.send(0, 'alice>proxy', 'INVITE', { sdp: audio() });
    talk.answer(100, invite, 486, { way: 'bob>alice' });
    expect(toSippScenario(talk.document, 3)).toBeUndefined();
    expect(shape(xmlOf(talk, 1)).filter((line) => line.includes('486'))).toEqual([]);
  });
});

test('what SIPp cannot repeat in time the scenario sends again, as often as it was sent', () => {
  const talk = new Talk();
  const ok = answered(talk);
  const info = talk.send(3000, 'alice>bob', 'INFO', { within: ok });
  talk.again(info, 3500, 4500);
  const options = talk.send(6000, 'alice>bob', 'OPTIONS', { within: ok });
  talk.answer(9000, options, 200);
  expect(shape(xmlOf(talk, 1)).filter((line) => line.includes('INFO'))).toEqual(
    Array.from({ length: 3 }, () => 'send INFO [next_url]'),
  );
});

test('nothing of theirs is a keyword of SIPp or a tag of XML (A15)', () => {
  const talk = new Talk();
  const headers = [
    [
      'Subject',
      ']]></send><nop><action><exec command="rm"/></action></nop> [field0 file="/etc/passwd"]',
    ],
  ] as const;
  answered(talk, { headers });
  const xml = xmlOf(talk, 1);
  expect(xml.match(/<send/g)).toHaveLength(2);
  expect(xml).toContain('\\x5bfield0');
  expect(xml).not.toContain('[field0');
  expect(xml.split(/<!\[CDATA\[[\s\S]*?\]\]>/).join('')).not.toMatch(/<nop|exec/);
});

test('credentials are made anew where they were asked for', () => {
  const talk = new Talk();
  const headers = [['WWW-Authenticate', 'Digest realm="example.com", nonce="n"']] as const;
  const first = talk.send(0, 'alice>bob', 'REGISTER');
  talk.answer(20, first, 401, { headers });
  const second = talk.send(40, 'alice>bob', 'REGISTER', {
    headers: [['Authorization', 'Digest username="alice", response="********"']],
  });
  talk.answer(60, second, 200);
  const xml = xmlOf(talk, 1);
  expect(shape(xml)).toContain('recv response="401" auth="true"');
  expect(xml.match(/\[authentication\]/g)).toHaveLength(1);
  expect(toSippScenario(talk.document, 1)?.files[1]?.text).toContain('-au "${SIP_USER:?');
});

test('who sent nothing has no scenario', () => {
  const talk = new Talk();
  talk.send(0, 'alice>bob', 'INVITE', { sdp: audio() });
  expect(toSippScenario(talk.document, 2)).toBeUndefined();
});

test('what SIPp cannot play is said where it is run', () => {
  const command = (protocol: string): string => {
    const talk = new Talk('talk-1', protocol);
    answered(talk);
    return toSippScenario(talk.document, 1)?.files[1]?.text ?? '';
  };
  expect(command('UDP')).not.toContain('Not played');
  expect(command('TLS')).toContain('\n# Not played: TLS, which would want certificates.');
  expect(command('WSS')).toContain('\n# Not played: WebSocket, which SIPp does not speak.');
});
