// Capture files of every kind to begin with, and what must hold of any file, however odd.
import { latin1, latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import type { Captured } from '../../packages/sip/src/trace/capture/captured.ts';
import { writeHep } from '../../packages/sip/src/trace/capture/hep.ts';
import { CaptureReader } from '../../packages/sip/src/trace/capture/reader.ts';
import { formatTapLine } from '../../packages/sip/src/trace/capture/tap-lines.ts';
import * as kit from '../../packages/sip/src/trace/capture/wire.test-kit.ts';
import { goodRequests, goodResponses } from './corpus.ts';
import { equal } from './datagram.ts';

const [invite = '', other = ''] = goodRequests();
const [answer = ''] = goodResponses();
const rtp = kit.bytesOf(kit.hex('8000 0001 00000001 00000001'), new Uint8Array(20));
const mask = kit.hex('0badcafe');
const upgrade = 'GET / HTTP/1.1\r\nUpgrade: websocket\r\nSec-WebSocket-Protocol: sip\r\n\r\n';

/** As texts of bytes. */
export const captureFiles: readonly string[] = [
  kit.pcap([
    kit.ethernet(kit.ipv4(kit.udp(invite))),
    kit.ethernet(kit.ipv4(kit.udp(rtp, 4000, 4002))),
  ]),
  kit.pcap([...fragments(), kit.ipv6(kit.udp(answer)), ...connection(), ...webSocket()], {
    link: 101,
    little: false,
  }),
  kit.bytesOf(
    kit.sectionBlock(),
    kit.interfaceBlock(101),
    kit.packetBlock(kit.ipv4(kit.udp(invite)), 1_700_000_000_000_000),
    ...connection().map((packet, index) =>
      kit.packetBlock(packet, 1_700_000_001_000_000 + index * 1000),
    ),
    kit.sectionBlock(false),
    kit.interfaceBlock(1, kit.hex('0009000109000000'), false),
    kit.packetBlock(kit.ethernet(kit.ipv4(kit.udp(answer))), 1_700_000_000_000_000, 0, false),
  ),
  kit.bytesOf(
    ...[invite, answer].map((text) => writeHep(observation(text), { correlation: 'one' })),
  ),
  kit.bytesOf(
    `----------------------------------------------- 2026-01-31 12:00:00.123456\nUDP message sent (${invite.length} bytes):\n\n${invite}\n`,
    `----------------------------------------------- 2026-01-31 12:00:00.223456\nUDP message received [${answer.length}] bytes :\n\n${answer}\n`,
  ),
  kit.bytesOf(`2026/01/31 12:00:00.123456 10.0.0.1:5060 -> 10.0.0.2:5060\n${invite}\n\n`),
  kit.bytesOf(`${formatTapLine(observation(invite))}\n${formatTapLine(observation(answer))}\n`),
].map((bytes) => latin1(bytes));

/** Reads a file whole and in pieces: it must be the same, and no more than the file can hold. */
export function readCapture(text: string, size = 7): void {
  const bytes = latin1Bytes(text);
  const whole = told(bytes, bytes.length + 1);
  equal(told(bytes, size).join('\n'), whole.join('\n'), `What comes in pieces of ${size}`);
  if (whole.length > bytes.length + 1)
    throw new Error(`${whole.length} things in ${bytes.length} bytes`);
}

function told(bytes: Uint8Array, size: number): readonly string[] {
  const reader = new CaptureReader();
  const lines: string[] = [];
  const take = (items: readonly Captured[]): void => {
    for (const item of items) lines.push(lineOf(item));
  };
  for (let at = 0; at < bytes.length; at += size) take(reader.push(bytes.slice(at, at + size)));
  take(reader.end());
  return lines;
}

// Views are valid until the next push, so each thing is written down at once.
function lineOf(item: Captured): string {
  if (item.kind === 'datagram')
    return `${item.frame} ${item.family} ${latin1(item.bytes)} ${item.length}`;
  return JSON.stringify(item);
}

function observation(text: string): Parameters<typeof writeHep>[0] {
  const local = { host: '10.0.0.1', port: 5060 };
  const remote = { host: '10.0.0.2', port: 5060 };
  const at = 1_700_000_000_000;
  return {
    v: 1,
    kind: 'message',
    at,
    endpoint: 'a',
    direction: 'out',
    protocol: 'UDP',
    flow: 'f',
    local,
    remote,
    text,
  };
}

function fragments(): readonly Uint8Array[] {
  const datagram = kit.udp(invite);
  return [0, 160].map((offset) => {
    const end = offset === 0 ? 160 : datagram.length;
    return kit.ipv4(datagram.subarray(offset, end), { offset, more: end < datagram.length });
  });
}

function connection(): readonly Uint8Array[] {
  const talk = new kit.TcpTalk();
  const [a, b] = [
    talk.open(),
    [invite.slice(0, 99), invite.slice(99) + other].map((text) => talk.say('a', text)),
  ];
  return [...a, ...b.toReversed(), talk.say('b', answer), talk.say('a', '', { flags: 'FA' })];
}

function webSocket(): readonly Uint8Array[] {
  const talk = new kit.TcpTalk(8080);
  return [
    ...talk.open(),
    talk.say('a', upgrade),
    talk.say('b', 'HTTP/1.1 101 Switching\r\n\r\n'),
    talk.say('a', kit.webSocketFrame(0x81, invite, mask)),
    talk.say('b', kit.webSocketFrame(0x82, answer)),
  ];
}
