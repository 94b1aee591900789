// The rules about the ways that media and messages take, on calls with hand-made packets and notes.
import { describe, expect, test } from 'vitest';
import type { CallDocument } from '../../document/document.ts';
import { answered, audio, Talk } from '../document.test-kit.ts';
import {
  alice,
  bob,
  bobs,
  both,
  call,
  faults,
  ice,
  named,
  note,
  play,
  report,
  speech,
} from './media.test-kit.ts';

describe('fault 26: ICE', () => {
  const [offer, answer] = [
    audio({ lines: ice('10.0.0.5', 'AAAA') }),
    audio({ ...bob, lines: ice('192.168.1.7', 'BBBB') }),
  ];
  const checked = [note('ice', 'checked', 2100), note('ice', 'unanswered', 9000)];

  test('no check is answered', () => {
    const document = call(() => undefined, offer, answer);
    const [finding] = faults({ ...document, notes: checked });
    expect(finding).toMatchObject({ fault: 26, title: 'ICE failed' });
    expect(finding?.why.text).toContain('1 candidate (host, all of them private)');
  });

  test('every check is refused', () => {
    const document = call((talk) => play(talk, speech(9, 1), alice, bob), offer, answer);
    const notes = [
      note('ice', 'checked', 2100),
      note('ice', 'refused', 2150, '192.0.2.2:42000 answered a check with 401'),
    ];
    const [finding] = faults({ ...document, notes });
    expect(finding?.happened.text).toContain(
      'every check was refused (192.0.2.2:42000 answered a check with 401)',
    );
  });

  test('a way was chosen, or media flowed', () => {
    const document = call(() => undefined, offer, answer);
    const nominated = [...checked, note('ice', 'answered', 2150), note('ice', 'nominated', 2200)];
    expect(named({ ...document, notes: nominated })).toEqual([]);
    expect(named({ ...call(both, offer, answer), notes: checked })).toEqual([]);
  });

  test('by the counters of an endpoint', () => {
    const document = { ...call(() => undefined, offer, answer), reports: [report(1, 0, 0)] };
    expect(named(document)).toEqual(['26 ICE failed']);
  });
});

describe('fault 27: DTLS', () => {
  const announced = Array.from({ length: 32 }, () => 'AA').join(':');
  const dtls = (host: string, ufrag: string, setup: string): readonly string[] => [
    ...ice(host, ufrag),
    `a=fingerprint:sha-256 ${announced}`,
    `a=setup:${setup}`,
  ];
  const secure = (text: string): string => text.replace('RTP/AVP', 'UDP/TLS/RTP/SAVPF');
  const agreed = (setups: readonly [string, string]): CallDocument =>
    call(
      () => undefined,
      secure(audio({ lines: dtls('192.0.2.1', 'AAAA', setups[0]) })),
      secure(audio({ ...bob, lines: dtls('192.0.2.2', 'BBBB', setups[1]) })),
    );
  const way = [note('ice', 'checked', 2050), note('ice', 'nominated', 2060)];
  const shows = (fingerprint: string): string =>
    `192.0.2.2:42000 shows a certificate with the fingerprint sha-256 ${fingerprint}`;

  test('another certificate than announced', () => {
    const notes = [
      ...way,
      note('dtls', 'certificate', 2100, shows(announced.replace('AA', 'BB')), 2),
    ];
    const found = faults({ ...agreed(['actpass', 'active']), notes });
    expect(found).toMatchObject([{ fault: 27, title: 'DTLS fingerprint mismatch', party: 2 }]);
    const right = [
      ...way,
      note('dtls', 'certificate', 2100, shows(announced), 2),
      note('dtls', 'finished', 2200),
    ];
    expect(named({ ...agreed(['actpass', 'active']), notes: right })).toEqual([]);
  });

  test.each([
    [['passive', 'passive'], 'DTLS role conflict'],
    [['active', 'active'], 'DTLS role conflict'],
    [['actpass', 'actpass'], 'DTLS role conflict'],
    [['actpass', 'active'], 'DTLS handshake never begun'],
  ] as const)('roles %s: %s', (setups, title) => {
    expect(named({ ...agreed(setups), notes: way })).toEqual([`27 ${title}`]);
  });

  test('an alert, and hellos that nobody answers', () => {
    const alert = [
      ...way,
      note('dtls', 'alert', 2200, 'x sent the fatal alert handshake_failure', 2),
    ];
    expect(named({ ...agreed(['actpass', 'active']), notes: alert })).toEqual([
      '27 DTLS handshake failed',
    ]);
    const silent = [
      ...way,
      note('dtls', 'hello', 2100),
      note('dtls', 'unanswered', 9000, '5 ClientHellos'),
    ];
    expect(named({ ...agreed(['actpass', 'active']), notes: silent })).toEqual([
      '27 DTLS handshake unanswered',
    ]);
  });
});

describe('fault 28: WebSocket', () => {
  function overWebSocket(at: number, hangsUp: boolean): CallDocument {
    const talk = new Talk('talk-1', 'WS');
    const ok = answered(talk, {}, { sdp: bobs });
    if (hangsUp) talk.answer(9010, talk.send(9000, 'alice>bob', 'BYE', { within: ok }), 200);
    const [from, to] = [alice, bob].map(({ host }) => ({ host, port: 5060 }));
    return {
      ...talk.document,
      notes: [
        {
          ...note('flow', 'closed', at, 'WS closed: by 192.0.2.1:5060'),
          source: from,
          destination: to,
        },
      ],
    };
  }

  test('it closes in the call', () => {
    expect(named(overWebSocket(6000, false))).toEqual(['28 WebSocket dropped in the call']);
  });

  test('it closes when the call is over', () => {
    expect(named(overWebSocket(9500, true))).toEqual([]);
  });
});

describe('fault 31: too long for UDP', () => {
  const long = audio({
    lines: Array.from({ length: 40 }, (_, at) => `a=x-long-line:${at} ${'y'.repeat(40)}`),
  });

  test('a long INVITE that never gets there', () => {
    const talk = new Talk();
    const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: long });
    talk.again(invite, 500, 1500, 3500, 7500, 15_500, 31_500);
    expect(faults(talk.document)[0]).toMatchObject({ fault: 31 });
  });

  test('a fragment that is missing', () => {
    const document = call(both, long);
    const torn = note('network', 'fragment missing', 100, 'Fragments of a datagram are missing.');
    expect(named({ ...document, notes: [torn] })).toEqual(['31 Message too long for UDP']);
    expect(named(document)).toEqual([]);
  });
});

describe('fault 32: a connection that nobody kept alive', () => {
  test('a request on it after a long rest, and then nothing', () => {
    const talk = new Talk('talk-1', 'TCP');
    const ok = answered(talk, {}, { sdp: bobs });
    talk.send(120_000, 'alice>bob', 'BYE', { within: ok });
    talk.raw(160_000, 'alice>carol', 'OPTIONS sip:carol SIP/2.0\r\n\r\n');
    const document = talk.document;
    const reset = note('flow', 'failed', 120_200, 'TCP failed: reset by 192.0.2.2:5060');
    const [source, destination] = [
      { ...alice, port: 5060 },
      { ...bob, port: 5060 },
    ];
    expect(faults({ ...document, notes: [{ ...reset, source, destination }] })[0]).toMatchObject({
      fault: 32,
    });
  });

  test('TCP sends the same octets again and again', () => {
    const talk = new Talk('talk-1', 'TCP');
    const ok = answered(talk, {}, { sdp: bobs });
    talk.send(9000, 'alice>bob', 'BYE', { within: ok });
    const stuck = note('network', 'TCP unacknowledged', 10_700);
    const [source, destination] = [alice, bob].map((each) => ({ ...each, port: 5060 }));
    const notes = [{ ...stuck, source, destination }];
    expect(faults({ ...talk.document, notes })[0]).toMatchObject({ fault: 32 });
  });

  test('a keep-alive between messages that nothing acknowledges', () => {
    const talk = new Talk('talk-1', 'TCP');
    answered(talk, {}, { sdp: bobs });
    const stuck = note('network', 'TCP unacknowledged', 9000);
    const [source, destination] = [alice, bob].map((each) => ({ ...each, port: 5060 }));
    const notes = [{ ...stuck, source, destination }];
    expect(named({ ...talk.document, notes })).toEqual(['32 Keep-alive not acknowledged']);
  });

  test('by the record of an endpoint', () => {
    const gone = note('flow', 'failed', 9000, 'TCP failed: No answer came to a keep-alive', 1);
    expect(named({ ...call(both), notes: [gone] })).toEqual(['32 Keep-alive not answered']);
  });
});
