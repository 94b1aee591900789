// Connections in captures: messages come out whatever happened to their segments, and the life of the connection is told.
import { expect, test } from 'vitest';
import { read, told } from './told.test-kit.ts';
import * as kit from './wire.test-kit.ts';

const { options } = kit;
const half = Math.floor(options.length / 2);
const line = '10.0.0.1:40000 10.0.0.2:5060 OPTIONS sip:bob@10.0.0.2 SIP/2.0';
const answer = options.replace(/^.*\r\n/, 'SIP/2.0 200 OK\r\n');
const answerLine = '10.0.0.2:5060 10.0.0.1:40000 SIP/2.0 200 OK';

/** What these packets give. */
function toldOf(packets: readonly Uint8Array[]): readonly string[] {
  return told(read(kit.pcap(packets, { link: 101 })));
}

test('a connection is told from its opening to its closing, with its messages', () => {
  const talk = new kit.TcpTalk();
  const packets = [
    ...talk.open(),
    talk.say('a', options),
    talk.say('b', answer),
    talk.say('a', '', { flags: 'FA' }),
    talk.say('b', '', { flags: 'FA' }),
  ];
  expect(toldOf(packets)).toEqual([
    '2 opened undefined',
    `4 ${line}`,
    `5 ${answerLine}`,
    '6 closed by 10.0.0.1:40000',
  ]);
  const [opened, message] = read(kit.pcap(packets, { link: 101 }));
  expect(opened).toMatchObject({
    observation: {
      protocol: 'TCP',
      flow: 'tcp 10.0.0.1:40000 10.0.0.2:5060',
      local: { port: 40_000 },
    },
  });
  expect(message).toMatchObject({
    observation: { protocol: 'TCP', flow: 'tcp 10.0.0.1:40000 10.0.0.2:5060' },
  });
});

test('several messages in one segment, one message in many, keep-alives between them', () => {
  const talk = new kit.TcpTalk(6666);
  const pieces = [options.slice(0, 3), options.slice(3, 100), options.slice(100)];
  const packets = [
    ...talk.open(),
    talk.say('a', `\r\n\r\n`),
    talk.say('a', `${options}${options}\r\n\r\n`),
    ...pieces.map((piece) => talk.say('a', piece)),
  ];
  const at = line.replace('5060', '6666');
  expect(toldOf(packets)).toEqual(['2 opened undefined', `5 ${at}`, `5 ${at}`, `8 ${at}`]);
});

test('segments out of order and sent again are one stream, over the wrap of the sequence numbers too', () => {
  const talk = new kit.TcpTalk(5060, 2 ** 32 - 150);
  const open = talk.open();
  const [a, b, c] = [
    talk.say('a', options.slice(0, 80)),
    talk.say('a', options.slice(80, 160)),
    talk.say('a', options.slice(160)),
  ];
  expect(toldOf([...open, c, b, c, a, b])).toEqual(['2 opened undefined', `7 ${line}`]);
});

test('a segment that was captured cut leaves a gap; the next message is read', () => {
  const talk = new kit.TcpTalk();
  const packets = [...talk.open(), talk.say('a', options), talk.say('a', options)];
  const items = read(kit.pcap(packets, { link: 101, snap: 100 }));
  expect(told(items)).toEqual([
    '2 opened undefined',
    `4 ${line}`,
    '4 cut',
    '4 TCP gap',
    `5 ${line}`,
    '5 cut',
    '5 TCP gap',
  ]);
});

test('what the receiver acknowledged and the capture has not is a gap, told when it is sure', () => {
  const talk = new kit.TcpTalk();
  const open = talk.open();
  const first = talk.say('a', options);
  talk.say('a', options.slice(0, half));
  const packets = [
    ...open,
    first,
    talk.say('a', options.slice(half) + options),
    talk.say('b'),
    talk.say('b'),
    talk.say('b'),
    talk.say('b'),
  ];
  expect(toldOf(packets)).toEqual(['2 opened undefined', `4 ${line}`, '5 TCP gap', `5 ${line}`]);
});

test('a connection whose beginning was not captured is read from its first start line on', () => {
  const talk = new kit.TcpTalk(7000);
  const packets = [
    talk.say('a', options.slice(half)),
    talk.say('a', options),
    talk.say('b', answer.slice(half)),
    talk.say('b', answer),
  ];
  expect(toldOf(packets)).toEqual([
    `2 ${line.replace('5060', '7000')}`,
    `4 ${answerLine.replace('5060', '7000')}`,
  ]);
});

test('a message without Content-Length ends where the next begins; one cut by the end is told as far as it goes', () => {
  const talk = new kit.TcpTalk();
  const bare = options.replace('Content-Length: 0\r\n', '');
  const long = options.replace('Content-Length: 0', 'Content-Length: 9');
  const packets = [
    ...talk.open(),
    talk.say('a', `${bare}v=0\r\n${options}`),
    talk.say('a', `${long}1234`),
  ];
  const items = read(kit.pcap(packets, { link: 101 }));
  expect(told(items)).toEqual([
    '2 opened undefined',
    `4 ${line}`,
    `4 ${line}`,
    `5 ${line}`,
    '5 cut',
  ]);
  const texts = items.flatMap((item) =>
    item.kind === 'observation' && item.observation.kind === 'message'
      ? [item.observation.text]
      : [],
  );
  expect(texts).toEqual([`${bare}v=0\r\n`, options, `${long}1234`]);
});

test('a connection refused, reset, never answered', () => {
  const refused = new kit.TcpTalk();
  expect(
    toldOf([refused.say('a', '', { flags: 'S' }), refused.say('b', '', { flags: 'RA' })]),
  ).toEqual(['2 failed connection refused']);
  const reset = new kit.TcpTalk();
  expect(toldOf([...reset.open(), reset.say('b', '', { flags: 'R' })])).toEqual([
    '2 opened undefined',
    '4 failed reset by 10.0.0.2:5060',
  ]);
  const silent = new kit.TcpTalk();
  const syn = silent.say('a', '', { flags: 'S' });
  expect(toldOf([syn, syn, syn])).toEqual(['3 failed the connection was never answered']);
});

test('the same addresses may be another connection later', () => {
  const [one, other] = [new kit.TcpTalk(5060, 5000), new kit.TcpTalk(5060, 900_000)];
  const packets = [
    ...one.open(),
    one.say('a', options),
    one.say('a', '', { flags: 'FA' }),
    ...other.open(),
    other.say('a', options),
  ];
  expect(toldOf(packets)).toEqual([
    '2 opened undefined',
    `4 ${line}`,
    '5 closed by 10.0.0.1:40000',
    '7 opened undefined',
    `9 ${line}`,
  ]);
});

test('TLS is told once, and that it cannot be read', () => {
  const talk = new kit.TcpTalk(5061);
  const packets = [
    ...talk.open(),
    talk.say('a', kit.hex('160301000501000001')),
    talk.say('b', kit.hex('160303000501000001')),
    talk.say('b', '', { flags: 'R' }),
  ];
  expect(toldOf(packets)).toEqual([
    '2 opened undefined',
    '4 encrypted',
    '6 failed reset by 10.0.0.2:5061',
  ]);
});

test('RFC 8656 §12.5: STUN and relayed media come out of a connection to a relay', () => {
  const talk = new kit.TcpTalk(3478);
  const stun = kit.hex('0001 0000 2112a442 000000000000000000000000');
  const rtp = kit.bytesOf(kit.hex('8000 0001 00000001 00000001'), new Uint8Array(13));
  const channel = kit.bytesOf(
    kit.hex('4000'),
    kit.numbers(2, [rtp.length]),
    rtp,
    kit.hex('000000'),
  );
  const stream = kit.bytesOf(channel, channel);
  const packets = [
    ...talk.open(),
    talk.say('a', stun),
    talk.say('b', stun),
    talk.say('b', stream.subarray(0, 40)),
    talk.say('b', stream.subarray(40)),
  ];
  expect(toldOf(packets)).toEqual([
    '4 stun 20 of 20',
    '5 stun 20 of 20',
    '6 rtp 25 of 25',
    '7 rtp 25 of 25',
  ]);
});

test('other connections say nothing', () => {
  const talk = new kit.TcpTalk(80);
  const packets = [
    ...talk.open(),
    talk.say('a', 'POST / HTTP/1.1\r\n\r\n'),
    talk.say('b', options),
    talk.say('a', '', { flags: 'R' }),
  ];
  expect(toldOf(packets)).toEqual([]);
});

const upgrade =
  'GET /sip HTTP/1.1\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\nSec-WebSocket-Protocol: sip\r\n\r\n';
const upgraded =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n';
const mask = kit.hex('0badcafe');

test('RFC 7118 §5: messages in a WebSocket: masked, in fragments, binary, behind pings, with what came with the header', () => {
  const talk = new kit.TcpTalk(8080);
  const packets = [
    ...talk.open(),
    talk.say('a', upgrade.slice(0, 30)),
    talk.say('a', upgrade.slice(30)),
    talk.say('b', kit.bytesOf(upgraded, kit.webSocketFrame(0x81, answer))),
    talk.say(
      'a',
      kit.bytesOf(kit.webSocketFrame(0x89, 'x', mask), kit.webSocketFrame(0x82, options, mask)),
    ),
    talk.say('a', kit.webSocketFrame(0x01, options.slice(0, half), mask)),
    talk.say('a', kit.webSocketFrame(0x80, options.slice(half), mask)),
    talk.say('a', kit.webSocketFrame(0x81, '\r\n\r\n', mask)),
    talk.say('b', kit.webSocketFrame(0x88, kit.hex('03e9'))),
    talk.say('b', '', { flags: 'FA' }),
  ];
  const at = line.replace('5060', '8080');
  const items = read(kit.pcap(packets, { link: 101 }));
  expect(told(items)).toEqual([
    '2 opened undefined',
    `6 ${answerLine.replace('5060', '8080')}`,
    `7 ${at}`,
    `9 ${at}`,
    '12 closed by 10.0.0.2:8080, close code 1001',
  ]);
  expect(items[1]).toMatchObject({ observation: { protocol: 'WS', text: answer } });
});

test('a WebSocket whose beginning was not captured, or that lost a segment, is read on', () => {
  const talk = new kit.TcpTalk(8080);
  const frame = kit.webSocketFrame(0x81, options, mask);
  const first = talk.say('a', frame);
  talk.say('a', frame);
  const packets = [
    first,
    talk.say('a', frame),
    talk.say('b'),
    talk.say('b'),
    talk.say('b'),
    talk.say('b'),
  ];
  const at = line.replace('5060', '8080');
  expect(toldOf(packets)).toEqual([`1 ${at}`, '2 TCP gap', `2 ${at}`]);
  const late = new kit.TcpTalk(8080);
  const both = [late.say('a', frame), late.say('b', kit.webSocketFrame(0x81, answer))];
  expect(toldOf(both)).toEqual([`1 ${at}`, `2 ${answerLine.replace('5060', '8080')}`]);
});

test('a WebSocket that is refused is a flow that failed', () => {
  const talk = new kit.TcpTalk(5060);
  const packets = [
    ...talk.open(),
    talk.say('a', upgrade),
    talk.say('b', 'HTTP/1.1 403 Forbidden\r\n\r\n'),
  ];
  expect(toldOf(packets)).toEqual([
    '2 opened undefined',
    '5 failed no WebSocket: HTTP/1.1 403 Forbidden',
  ]);
});

test('what Wireshark exports is read by its tags: addresses, and the protocol that the Via tells', () => {
  const tags = (type: number): Uint8Array =>
    kit.bytesOf(
      kit.hex('000c0004 73697000 00140004 0a000001 00150004 0a000002 00180004'),
      kit.numbers(4, [type]),
      kit.hex('00190004 00009c40 001a0004 000013c5 00000000'),
    );
  const secure = options.replace('SIP/2.0/UDP', 'SIP/2.0/TLS');
  const frames = [kit.bytesOf(tags(2), secure), kit.bytesOf(tags(3), options)];
  const items = read(kit.pcap(frames, { link: 252 }));
  expect(told(items)).toEqual([
    `1 ${line.replace('5060', '5061')}`,
    `2 ${line.replace('5060', '5061')}`,
  ]);
  expect(items).toMatchObject([
    { observation: { protocol: 'TLS', text: secure } },
    { observation: { protocol: 'UDP' } },
  ]);
});
