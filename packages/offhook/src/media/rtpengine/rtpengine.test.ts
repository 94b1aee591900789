// The bridge over an rtpengine that is made up: what it is told, and what comes of one that is slow, silent, full or started anew.
import { seededRandom, settle, VirtualClock } from '@offhook/sip/testing';
import { NoCommonMedia, NoMediaLeft, parseSdp } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import { expect, test } from 'vitest';
import type { Bridge } from '../bridge.ts';
import { engineOver } from './engine.ts';
import { readLoggedKey } from './key-log.ts';
import { FakeRtpengine } from './fake-rtpengine.test-kit.ts';
import { Nodes } from './nodes.ts';
import { readCounted } from './report.ts';

test('a command is sent again under the same cookie until it is answered, and a second answer is nothing (X08)', async () => {
  const { clock, fakes, bridge } = world();
  const [fake] = fakes;
  fake.delay = 350;
  const offered = bridge.offer('caller', browser, 'callee');
  await clock.elapse(349);
  expect(fake.asked.length).toBe(3);
  expect(new Set(fake.asked.map(({ cookie }) => cookie)).size).toBe(1);
  await clock.elapse(1);
  expect((await offered).media[0]?.port).toBe(41_000);
  await clock.elapse(2_000);
  expect(fake.commands).toEqual(['offer']);
});

test('a new call is refused within a second when no rtpengine answers, and at once while none does (X08)', async () => {
  const { clock, fakes, bridge, engine } = world(2);
  for (const fake of fakes) fake.behaviour = () => undefined;
  const refused = expect(bridge.offer('caller', browser, 'callee')).rejects.toThrow(NoMediaLeft);
  await clock.elapse(1_000);
  await refused;
  const another = engine.open();
  parties(another);
  await expect(another.offer('caller', browser, 'callee')).rejects.toThrow('No rtpengine answers');
});

test('a call goes to the next rtpengine when the first is silent, and to the first again once it is back (X08)', async () => {
  const { clock, fakes, bridge, engine } = world(2);
  const [first, second] = fakes;
  const { behaviour } = first;
  first.behaviour = () => undefined;
  const offered = bridge.offer('caller', browser, 'callee');
  await clock.elapse(500);
  await offered;
  expect([second?.commands, first.commands]).toEqual([['offer'], ['offer', 'delete']]);
  // What it has, it keeps; what is new does not wait for the silent one.
  const answered = bridge.answer('callee', phone, 'caller');
  await clock.elapse(10);
  await answered;
  first.behaviour = behaviour;
  await clock.elapse(3_000);
  const another = engine.open();
  parties(another);
  const again = another.offer('caller', browser, 'callee');
  await clock.elapse(1);
  await again;
  expect(first.commands.at(-1)).toBe('offer');
  expect(second?.commands).toEqual(['offer', 'answer']);
});

test('asked at the start, one that is not there gets no call until it is (X08)', async () => {
  const { clock, fakes, bridge, nodes } = world(2);
  const [first, second] = fakes;
  first.behaviour = () => undefined;
  nodes.ping();
  await clock.elapse(500);
  const offered = bridge.offer('caller', browser, 'callee');
  await clock.elapse(1);
  await offered;
  expect(second?.commands).toEqual(['ping', 'offer']);
  expect(first.commands).toEqual(['ping']);
});

test('a call goes to the next rtpengine when the first has no session left (X08)', async () => {
  const { clock, fakes, bridge } = world(2);
  fakes[0].behaviour = () => ({
    result: 'error',
    'error-reason': 'Parallel session limit reached',
  });
  const offered = bridge.offer('caller', browser, 'callee');
  await clock.elapse(10);
  expect((await offered).media[0]?.port).toBe(41_000);
});

test('one call that waits for a slow rtpengine holds up no other (X08)', async () => {
  const { clock, fakes, bridge, engine } = world();
  const [fake] = fakes;
  const { behaviour } = fake;
  fake.behaviour = () => undefined;
  const stuck = bridge.offer('caller', browser, 'callee').catch((error: unknown) => error);
  await clock.elapse(50);
  fake.behaviour = behaviour;
  const another = engine.open();
  parties(another);
  const offered = another.offer('caller', browser, 'callee');
  await clock.elapse(1);
  expect((await offered).media.length).toBe(1);
  await clock.elapse(1_000);
  expect(await stuck).toBeInstanceOf(NoMediaLeft);
});

test('what rtpengine says no to is no common media, and the bridge takes the next offer', async () => {
  const { clock, fakes, bridge } = world();
  const [fake] = fakes;
  const { behaviour } = fake;
  fake.behaviour = () => ({ result: 'error', 'error-reason': 'Failed to parse SDP' });
  const refused = expect(bridge.offer('caller', browser, 'callee')).rejects.toThrow(NoCommonMedia);
  await clock.elapse(10);
  await refused;
  fake.behaviour = behaviour;
  const offered = bridge.offer('caller', browser, 'callee');
  await clock.elapse(10);
  expect((await offered).media.length).toBe(1);
});

test('a description that no command has room for is refused at once, and rtpengine stays in use', async () => {
  const { clock, fakes, bridge } = world();
  const huge = description(
    `v=0|o=- 1 1 IN IP4 127.0.0.1|s=-|c=IN IP4 127.0.0.1|t=0 0|m=audio 9 RTP/AVP 0|a=x:${'"'.repeat(60_000)}`,
  );
  await expect(bridge.offer('caller', huge, 'callee')).rejects.toThrow(NoCommonMedia);
  expect(fakes[0].asked).toEqual([]);
  const offered = bridge.offer('caller', browser, 'callee');
  await clock.elapse(1);
  expect((await offered).media.length).toBe(1);
});

test('counters of any shape are read without harm', () => {
  const shapes: readonly unknown[] = [
    ...[undefined, null, 1, 'x', [], {}, [null], { x: null }],
    {
      caller: {
        medias: [{ streams: [{ flags: ['RTP'], stats: { packets: -1 }, SSRC: 'constructor' }] }],
      },
    },
    { caller: { medias: { 0: 1 }, subscriptions: [{ tag: 7 }, { tag: 'nobody' }] } },
  ];
  for (const tags of shapes)
    for (const SSRC of shapes) {
      const counted = readCounted({ tags, SSRC }, () => undefined);
      for (const reports of counted.values())
        for (const { receivedPackets, sentPackets } of reports)
          expect([receivedPackets, sentPackets]).toEqual([0, 0]);
    }
});

test('an answer that is no dictionary, no JSON or no SDP is dropped or refused, never thrown', async () => {
  const { clock, fakes, bridge } = world();
  for (const reply of [
    [],
    'x',
    { result: 'ok' },
    { result: 'ok', sdp: 'nonsense' },
    { result: 7 },
  ]) {
    fakes[0].behaviour = () => Object(reply);
    const refused = bridge.offer('caller', browser, 'callee').catch((error: unknown) => error);
    await clock.elapse(1_000);
    expect([NoCommonMedia, NoMediaLeft]).toContain(((await refused) as Error).constructor);
    await clock.elapse(3_000);
  }
});

test('a browser is offered ICE, DTLS and one port; a phone none of them, no suite without encryption, and nothing of the browser', async () => {
  const { clock, fakes, bridge } = world();
  const [fake] = fakes;
  const offered = bridge.offer('caller', browser, 'callee');
  await clock.elapse(1);
  const { media, origin } = await offered;
  const told = fake.asked[0]?.command;
  expect(told).toMatchObject({
    ICE: 'remove',
    DTLS: 'off',
    SDES: ['off'],
    'transport-protocol': 'RTP/AVP',
    'rtcp-mux': ['demux'],
  });
  expect(told?.['codec']).toBeUndefined();
  expect(origin.username).toBe('-');
  expect(media[0]?.attributes.map(({ name }) => name)).not.toContain('msid');
  const answered = bridge.answer('callee', phone, 'caller');
  await clock.elapse(1);
  expect(fake.asked[1]?.command).toMatchObject({
    ICE: 'force',
    'from-tag': 'caller',
    'to-tag': 'callee',
  });
  expect((await answered).attribute('group')).toBe('BUNDLE 0');
  const back = bridge.offer('callee', phone, 'caller');
  await clock.elapse(1);
  await back;
  expect(fake.asked[2]?.command).toMatchObject({
    ICE: 'force',
    SDES: ['off'],
    'transport-protocol': 'UDP/TLS/RTP/SAVPF',
    'rtcp-mux': ['require'],
  });
});

test('something is transcoded only where the offer has no codec of the other kind of party', async () => {
  const { clock, fakes, bridge } = world();
  const opusOnly = description(
    'v=0|o=- 1 1 IN IP4 127.0.0.1|s=-|c=IN IP4 127.0.0.1|t=0 0|m=audio 9 UDP/TLS/RTP/SAVPF 111|a=rtpmap:111 opus/48000/2',
  );
  const offered = bridge.offer('caller', opusOnly, 'callee');
  await clock.elapse(1);
  await offered;
  expect(fakes[0].asked[0]?.command['codec']).toEqual({ transcode: ['PCMU', 'PCMA', 'G722'] });
});

test('an offer that was refused is taken back by agreeing anew on what was agreed before', async () => {
  const { clock, fakes, bridge } = world();
  await agree(clock, bridge);
  const offered = bridge.offer('caller', browser, 'callee');
  await clock.elapse(1);
  await offered;
  bridge.rollback('caller', 'callee');
  await clock.elapse(1);
  expect(fakes[0].commands).toEqual(['offer', 'answer', 'offer', 'offer', 'answer']);
});

test('a key is pressed on the side of who sent it, after rtpengine was told that this will happen', async () => {
  const { clock, fakes, bridge } = world();
  await agree(clock, bridge);
  bridge.press('caller', '5');
  bridge.press('caller', '#');
  await clock.elapse(1);
  const told = fakes[0].asked.map(({ command }) => command);
  expect(told.map(({ command }) => command).slice(2)).toEqual([
    'offer',
    'answer',
    'play DTMF',
    'play DTMF',
  ]);
  expect(told[2]?.['flags']).toContain('inject-DTMF');
  expect(told[4]).toMatchObject({ 'from-tag': 'callee', code: '5' });
  expect(() => bridge.press('caller', 'x')).toThrow(TypeError);
});

test('a key that rtpengine logs is told once, by whatever way it came, and the log of a stranger is nothing', async () => {
  const { clock, fakes, bridge, engine } = world();
  await agree(clock, bridge);
  const keys: string[] = [];
  bridge.on('key', ({ party, key }) => keys.push(`${party} ${key}`));
  const call = String(fakes[0].asked[0]?.command['call-id']);
  const line = { callid: call, source_tag: 'callee', type: 'DTMF', event: 5, duration: 60 };
  const logged = readLoggedKey(new TextEncoder().encode(JSON.stringify(line)));
  expect(logged).toEqual({ call, tag: 'callee', key: '5' });
  if (logged !== undefined) engine.pressed(logged);
  engine.pressed({ call: 'another', tag: 'callee', key: '6' });
  engine.pressed({ call, tag: 'nobody', key: '7' });
  expect(keys).toEqual(['callee 5']);
  // The same press, by INFO too: it was in the media already.
  bridge.press('caller', '5');
  await clock.elapse(10);
  expect(fakes[0].commands).toEqual(['offer', 'answer']);
  for (const text of [
    '',
    '[]',
    '{"type":"DTMF"}',
    '{"type":"DTMF","callid":"x","source_tag":"y","event":99}',
  ])
    expect(readLoggedKey(new TextEncoder().encode(text))).toBeUndefined();
});

test('who is held, or holds, is kept from being heard until the talk goes on', async () => {
  const { clock, fakes, bridge } = world();
  await agree(clock, bridge);
  for (const [offer, answer] of [
    ['sendonly', 'recvonly'],
    ['sendrecv', 'sendrecv'],
  ] as const) {
    const offered = bridge.offer('callee', turned(phone, offer), 'caller');
    const answered = offered.then(() => bridge.answer('caller', turned(browser, answer), 'callee'));
    await clock.elapse(10);
    await answered;
  }
  const told = fakes[0].asked.slice(2).map(({ command }) => [command.command, command['from-tag']]);
  expect(told).toEqual([
    ['offer', 'callee'],
    ['answer', 'callee'],
    ['block media', 'caller'],
    ['offer', 'callee'],
    ['answer', 'callee'],
    ['unblock media', 'caller'],
  ]);
});

test('RFC 8840 §4.1.1: an address that only candidates have is no hold', async () => {
  const { clock, fakes, bridge } = world();
  const ice = 'a=ice-ufrag:abcd|a=ice-pwd:abcdefghijklmnopqrstuvwx';
  const open = `v=0|o=- 1 1 IN IP4 127.0.0.1|s=-|t=0 0|m=audio 9 UDP/TLS/RTP/SAVPF 0|c=IN IP4 0.0.0.0|${ice}`;
  const told = (): unknown => fakes[0].asked.at(-1)?.command['sdp'];
  for (const [candidate, line] of [
    ['', 'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 192.0.2.1\r\n'],
    [
      '|a=candidate:1 1 udp 1 a.local 7 typ host',
      'm=audio 9 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 192.0.2.1\r\n',
    ],
    [
      '|a=candidate:1 1 udp 1 10.0.0.2 7 typ host',
      'm=audio 7 UDP/TLS/RTP/SAVPF 0\r\nc=IN IP4 10.0.0.2\r\n',
    ],
  ]) {
    const offered = bridge.offer('caller', description(`${open}${candidate}`), 'callee');
    await clock.elapse(1);
    await offered;
    expect(told()).toContain(line);
    expect(told()).not.toContain('0.0.0.0');
  }
  const held = bridge.offer('callee', description(open.replace(ice, 'a=x')), 'caller');
  await clock.elapse(1);
  await held;
  expect(told()).toContain('0.0.0.0');
});

test('an answer that has none of the codecs of the offer is refused', async () => {
  const { clock, fakes, bridge } = world();
  const offered = bridge.offer('caller', browser, 'callee');
  await clock.elapse(1);
  await offered;
  const { behaviour } = fakes[0];
  fakes[0].behaviour = () => ({
    result: 'ok',
    sdp: 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 41000 RTP/AVP 9\r\n',
  });
  const refused = expect(bridge.answer('callee', phone, 'caller')).rejects.toThrow(NoCommonMedia);
  await clock.elapse(1);
  await refused;
  fakes[0].behaviour = behaviour;
});

test('a party that goes silent for a minute while it should be heard is told once; what is counted is told', async () => {
  const { clock, fakes, bridge } = world();
  await agree(clock, bridge);
  let packets = 0;
  fakes[0].behaviour = ({ command }) =>
    command === 'query' ? counted(packets, 7) : { result: 'ok' };
  const silent: string[] = [];
  const reports: unknown[] = [];
  bridge.on('silent', ({ party }) => silent.push(party));
  bridge.reportTo((party, [line]) =>
    reports.push([party, line?.receivedPackets, line?.sentPackets]),
  );
  for (let look = 0; look < 20; look += 1) {
    packets += 250;
    await clock.elapse(5_000);
  }
  expect(silent).toEqual(['callee']);
  expect(reports.slice(0, 2)).toEqual([
    ['caller', 250, 7],
    ['callee', 7, 250],
  ]);
  const closing = bridge.close();
  await clock.elapse(10);
  expect((await closing).get('caller')).toMatchObject([{ codec: 'PCMU', lostPackets: 3 }]);
});

test('a call that rtpengine has forgotten is broken, and so is one whose rtpengine is gone (X08)', async () => {
  for (const behaviour of [
    () => ({ result: 'error', 'error-reason': 'Unknown call-id' }),
    () => undefined,
  ]) {
    const { clock, fakes, bridge } = world();
    await agree(clock, bridge);
    fakes[0].behaviour = behaviour;
    const broken: string[] = [];
    bridge.on('broken', ({ party }) => broken.push(party));
    await clock.elapse(30_000);
    expect(broken).toEqual(['caller', 'callee']);
  }
});

test('closed, everything is freed: no timer runs, and what comes later is refused', async () => {
  const { clock, fakes, bridge, engine } = world();
  await agree(clock, bridge);
  const closing = engine.close();
  await clock.elapse(10);
  await closing;
  expect(fakes[0].commands.slice(2)).toEqual(['query', 'delete']);
  await expect(bridge.offer('caller', browser, 'callee')).rejects.toThrow(NoMediaLeft);
  await settle();
  expect(clock.pending).toBe(0);
});

test('a party that is not there, or is there twice, is misuse', () => {
  const { bridge } = world();
  expect(() => bridge.addParty('caller', { kind: 'rtp' })).toThrow(TypeError);
  expect(() => bridge.offer('nobody', browser, 'callee')).toThrow(TypeError);
});

function world(count = 1) {
  const clock = new VirtualClock();
  const made = Array.from({ length: count }, () => new FakeRtpengine(clock));
  const [first = new FakeRtpengine(clock), ...others] = made;
  const fakes = [first, ...others] as const;
  const addresses = fakes.map((_, port) => ({ host: '127.0.0.1', port }));
  const options = { addresses, clock, random: seededRandom(1) };
  const nodes = new Nodes(options, ({ port }, arrived) => (fakes[port] ?? first).open(arrived));
  const engine = engineOver(nodes);
  const bridge = engine.open();
  parties(bridge);
  return { clock, fakes, nodes, engine, bridge };
}

function parties(bridge: Bridge): void {
  bridge.addParty('caller', { kind: 'webrtc' });
  bridge.addParty('callee', { kind: 'rtp' });
}

async function agree(clock: VirtualClock, bridge: Bridge): Promise<void> {
  const agreed = bridge
    .offer('caller', browser, 'callee')
    .then(() => bridge.answer('callee', phone, 'caller'));
  await clock.elapse(1);
  await clock.elapse(1);
  await agreed;
}

function turned({ lines, media }: SessionDescription, direction: string): SessionDescription {
  const all = [...lines, ...media.flatMap((line) => line.lines), `a=${direction}`];
  return description(all.join('|'));
}

function counted(caller: number, callee: number): object {
  const party = (packets: number, peer: string, source: number): object => ({
    subscriptions: [{ tag: peer }],
    medias: [
      {
        codec: 'PCMU/8000',
        streams: [
          { flags: ['RTP', 'filled'], stats: { packets }, SSRC: source },
          { flags: ['RTCP'] },
        ],
      },
    ],
  });
  return {
    result: 'ok',
    SSRC: { 17: { 'cumulative loss': 3, 'average MOS': { jitter: 2 } } },
    tags: { caller: party(caller, 'callee', 17), callee: party(callee, 'caller', 18) },
  };
}

function description(lines: string): SessionDescription {
  const parsed = parseSdp(lines.replaceAll('|', '\r\n'));
  if (!parsed.ok) throw new Error(parsed.error.text);
  return parsed.value;
}

const browser = description(
  'v=0|o=mozilla 1 1 IN IP4 127.0.0.1|s=-|c=IN IP4 127.0.0.1|t=0 0|a=group:BUNDLE 0|m=audio 9 UDP/TLS/RTP/SAVPF 111 0|a=rtpmap:111 opus/48000/2|a=msid:a b|a=mid:0|a=rtcp-mux',
);
const phone = description(
  'v=0|o=- 1 1 IN IP4 127.0.0.1|s=-|c=IN IP4 127.0.0.1|t=0 0|m=audio 40000 RTP/AVP 0|a=mid:0',
);
