// Capture files of both kinds, every link and every way to wrap a datagram: the message comes out with its addresses and its time.
import { expect, test } from 'vitest';
import { latin1 } from '../../base/bytes.ts';
import { read, told } from './told.test-kit.ts';
import * as kit from './wire.test-kit.ts';

const message = kit.ipv4(kit.udp(kit.options));
const first = kit.firstSecond * 1000;

const line = '10.0.0.1:5060 10.0.0.2:5060 OPTIONS sip:bob@10.0.0.2 SIP/2.0';

for (const little of [true, false]) {
  for (const nano of [true, false]) {
    test(`a pcap file ${little ? 'little' : 'big'} end first, in ${nano ? 'nano' : 'micro'}seconds, however it is cut`, () => {
      const file = kit.pcap([kit.ethernet(message), kit.ethernet(message)], { little, nano });
      for (const size of [1, 7, 100, file.length]) {
        const items = read(file, size);
        expect(told(items)).toEqual([`1 ${line}`, `2 ${line}`]);
        expect(
          items.map((item) => (item.kind === 'observation' ? item.observation.at : 0)),
        ).toEqual([first, first + 250]);
      }
    });
  }

  test(`a pcapng file ${little ? 'little' : 'big'} end first: sections, interfaces, resolutions, offsets`, () => {
    const nano = kit.bytesOf(kit.numbers(2, [9, 1], little), kit.hex('09000000'));
    const offset = kit.bytesOf(
      kit.numbers(2, [14, 8], little),
      kit.numbers(4, little ? [3600, 0] : [0, 3600], little),
    );
    const frame = kit.ethernet(message);
    const other = kit.ethernet(kit.ipv4(kit.udp(`${kit.options} `)));
    const file = kit.bytesOf(
      kit.sectionBlock(little),
      kit.interfaceBlock(1, kit.hex(''), little),
      kit.interfaceBlock(1, kit.bytesOf(nano, offset), little),
      kit.packetBlock(frame, first * 1000, 0, little),
      kit.packetBlock(frame, first * 1_000_000, 1, little),
      kit.block(3, kit.bytesOf(kit.numbers(4, [other.length], little), other), little),
      kit.sectionBlock(!little),
      kit.interfaceBlock(101, kit.hex(''), !little),
      kit.packetBlock(message, first * 1000, 0, !little),
      kit.packetBlock(message, first * 1000, 7, !little),
    );
    for (const size of [3, 64, file.length]) {
      const items = read(file, size);
      expect(told(items)).toEqual([
        `1 ${line}`,
        `2 ${line}`,
        `3 ${line}`,
        `4 ${line}`,
        '4 damaged',
      ]);
      const times = items.map((item) => (item.kind === 'observation' ? item.observation.at : 0));
      expect(times).toEqual([first, first + 3_600_000, first + 3_600_000, first, 0]);
    }
  });
}

test.for([
  ['Ethernet', 1, kit.ethernet(message)],
  ['VLAN', 1, kit.ethernet(kit.bytesOf(kit.hex('0005 0800'), message), 0x8100)],
  ['QinQ', 1, kit.ethernet(kit.bytesOf(kit.hex('0005 8100 0006 0800'), message), 0x88a8)],
  ['MPLS', 1, kit.ethernet(kit.bytesOf(kit.hex('00010040 00020140'), message), 0x8847)],
  ['PPPoE', 1, kit.ethernet(kit.bytesOf(kit.hex('110000010000 0021'), message), 0x8864)],
  ['802.3 with SNAP', 1, kit.ethernet(kit.bytesOf(kit.hex('aaaa03000000 0800'), message), 100)],
  ['loopback', 0, kit.bytesOf(kit.hex('02000000'), message)],
  ['loopback of OpenBSD', 108, kit.bytesOf(kit.hex('00000002'), message)],
  ['PPP', 9, kit.bytesOf(kit.hex('ff03 0021'), message)],
  ['Linux cooked', 113, kit.bytesOf(new Uint8Array(14), kit.hex('0800'), message)],
  ['Linux cooked v2', 276, kit.bytesOf(kit.hex('0800'), new Uint8Array(18), message)],
  ['raw IP', 101, message],
  ['raw IPv4', 228, message],
  ['raw IP of BSD', 12, message],
  ['IP in IP', 101, kit.ipv4(message, { protocol: 4 })],
  [
    'GRE with a key',
    101,
    kit.ipv4(kit.bytesOf(kit.hex('2000 0800 00000001'), message), { protocol: 47 }),
  ],
  ['Ethernet with a trailer', 1, kit.bytesOf(kit.ethernet(message), new Uint8Array(9))],
] as const)('a message in %s', ([, link, frame]) => {
  expect(told(read(kit.pcap([frame], { link })))).toEqual([`1 ${line}`]);
});

test('a message in IPv6, behind options, routing and a fragment header that cuts nothing', () => {
  const datagram = kit.udp(kit.options);
  const from = '[2001:db8::1]:5060'.replaceAll(/[[\]]/g, '');
  const wanted = [`1 ${from} 2001:db8::2:5060 OPTIONS sip:bob@10.0.0.2 SIP/2.0`];
  const extensions = kit.hex('2b00000000000000 2c00000000000000 1100000000000001');
  for (const packet of [kit.ipv6(datagram), kit.ipv6(datagram, 0, extensions)]) {
    expect(told(read(kit.pcap([kit.ethernet(packet, 0x86dd)])))).toEqual(wanted);
  }
});

test('fragments in any order and twice are one message, told at the frame that made it whole', () => {
  const datagram = kit.udp(kit.options);
  const [a, b, c] = [0, 80, 160].map((offset) => {
    const end = offset === 160 ? datagram.length : offset + 80;
    const part = datagram.subarray(offset, end);
    return kit.ethernet(kit.ipv4(part, { offset, more: end < datagram.length }));
  });
  if (a === undefined || b === undefined || c === undefined) throw new Error('There are three');
  expect(told(read(kit.pcap([c, b, c, a])))).toEqual([`4 ${line}`]);
});

test('packets that were captured twice are one, and that is told once; a repeat of the protocol is none', () => {
  const frames = [message, kit.ipv4(kit.udp(`${kit.options} `))];
  const datagram = kit.udp(kit.options.replace('one', 'two'));
  const [a, b] = [datagram.subarray(0, 80), datagram.subarray(80)];
  const parts = [kit.ipv4(a, { more: true }), kit.ipv4(b, { offset: 80 })];
  const times = [...frames, ...frames, ...parts, ...parts].map((packet, index) =>
    kit.packetBlock(packet, first * 1000 + index),
  );
  const later = kit.packetBlock(message, (first + 500) * 1000);
  const file = kit.bytesOf(kit.sectionBlock(), kit.interfaceBlock(101), ...times, later);
  expect(told(read(file))).toEqual([
    `1 ${line}`,
    `2 ${line}`,
    '3 captured twice',
    `6 ${line}`,
    `9 ${line}`,
  ]);
});

test('copies are known without a number of IP too, over a router and in TCP; what comes after ten milliseconds is a repeat', () => {
  const six = kit.ipv6(kit.udp(kit.options));
  const beyond = six.map((byte, at) => (at === 7 ? byte - 1 : byte));
  const four = kit.ipv4(kit.udp(kit.options), { id: 0 });
  const segment = new kit.TcpTalk().say('a', kit.options);
  const at = (packet: Uint8Array, milliseconds: number): Uint8Array =>
    kit.packetBlock(packet, (first + milliseconds) * 1000);
  const toldOf = (...blocks: readonly Uint8Array[]): readonly string[] =>
    told(read(kit.bytesOf(kit.sectionBlock(), kit.interfaceBlock(101), ...blocks)));
  for (const [packet, copy] of [
    [six, six],
    [six, beyond],
    [four, four],
    [segment, segment],
  ] as const) {
    const [one = ''] = toldOf(at(packet, 0));
    expect(toldOf(at(packet, 0), at(copy, 9))).toEqual([one, '2 captured twice']);
  }
  for (const packet of [six, four])
    expect(toldOf(at(packet, 0), at(packet, 40), at(packet, 120))).toHaveLength(3);
  // Another number says that it was sent twice.
  const again = kit.ipv4(kit.udp(kit.options), { id: 8 });
  expect(toldOf(at(kit.ipv4(kit.udp(kit.options), { id: 7 }), 0), at(again, 1))).toHaveLength(2);
});

test('media without a number of IP is taken once where all of it stands twice, and counted where the network doubled some of it', () => {
  const datagrams = (isDoubled: (number: number) => boolean): number => {
    const blocks = Array.from({ length: 200 }, (_, number) => {
      const rtp = kit.bytesOf(kit.hex('8000'), kit.numbers(2, [number]), new Uint8Array(168));
      const packet = kit.ipv6(kit.udp(rtp, 4000, 4002));
      const at = (first + number * 20) * 1000;
      const block = kit.packetBlock(packet, at);
      return isDoubled(number) ? [block, kit.packetBlock(packet, at + 500)] : [block];
    });
    const file = kit.bytesOf(kit.sectionBlock(), kit.interfaceBlock(101), ...blocks.flat());
    return read(file).filter(({ kind }) => kind === 'datagram').length;
  };
  expect(datagrams(() => true)).toBe(200);
  expect(datagrams((number) => number > 3 && number % 20 < 2)).toBe(218);
});

test('a fragment that never comes: what there is is told, with a problem', () => {
  const datagram = kit.udp(kit.options);
  const head = kit.ethernet(kit.ipv4(datagram.subarray(0, 80), { more: true }));
  expect(told(read(kit.pcap([head, kit.ethernet(message)])))).toEqual([
    `2 ${line}`,
    `1 ${line}`,
    '1 fragment missing',
  ]);
});

test('RFC 8200 §4.5: fragments that overlap have no certain content', () => {
  const datagram = kit.udp(kit.options);
  const head = kit.ethernet(kit.ipv4(datagram.subarray(0, 80), { more: true }));
  const over = kit.ethernet(kit.ipv4(datagram.subarray(72), { offset: 72 }));
  expect(told(read(kit.pcap([head, over])))).toEqual([`1 ${line}`, '1 fragment missing']);
});

test('RFC 7983 §7: media is told apart by its first octet', () => {
  const rtp = kit.bytesOf(kit.hex('8000 0001 00000001 00000001'), new Uint8Array(160));
  const rtcp = kit.hex('80c8 0006 00000001 00000000 00000000 00000000 00000000 00000000');
  const stun = kit.hex('0001 0000 2112a442 000000000000000000000000');
  const dtls = kit.hex('16feff 0000 000000000000 0001 00');
  const channel = kit.bytesOf(kit.hex('4000'), kit.numbers(2, [rtp.length]), rtp);
  const sent = kit.bytesOf(
    kit.hex('0016 0010 2112a442 000000000000000000000000 0013000c'),
    rtp.subarray(0, 12),
  );
  const dns = kit.hex('1234 0100 0001 0000 0000 0000');
  const datagrams = [
    rtp,
    rtcp,
    stun,
    dtls,
    channel,
    sent,
    dns,
    kit.bytesOf('\r\n\r\n'),
    kit.hex('00'),
  ];
  const frames = datagrams.map((datagram) => kit.ipv4(kit.udp(datagram, 4000, 4002)));
  const items = read(kit.pcap(frames, { link: 101 }));
  expect(told(items)).toEqual([
    '1 rtp 172 of 172',
    '2 rtcp 28 of 28',
    '3 stun 20 of 20',
    '4 dtls 14 of 14',
    '5 rtp 172 of 172',
    '6 rtp 12 of 12',
  ]);
});

test('a message that the capture cut is told as far as it goes; media tells its length on the wire', () => {
  const rtp = kit.bytesOf(kit.hex('8000 0001 00000001 00000001'), new Uint8Array(160));
  const frames = [message, kit.ipv4(kit.udp(rtp, 4000, 4002))];
  const items = read(kit.pcap(frames, { link: 101, snap: 80 }));
  expect(told(items)).toEqual([`1 ${line}`, '1 cut', '2 rtp 52 of 172']);
  const [cut] = items;
  expect(
    cut?.kind === 'observation' && cut.observation.kind === 'message' && cut.observation.text,
  ).toBe(kit.options.slice(0, 52));
  expect(told(read(kit.pcap([message], { link: 101, snap: 44 })))).toEqual(
    ['1 10.0.0.1:5060 10.0.0.2:5060 OPTIONS sip:bob@', '1 cut'].map((text) => text.slice(0, 60)),
  );
});

test('ICMP: a port that nobody listens on is a failure of the flow, or of media', () => {
  const about = (packet: Uint8Array): Uint8Array =>
    kit.ipv4(kit.bytesOf(kit.hex('0303 0000 00000000'), packet), {
      protocol: 1,
      from: [10, 0, 0, 2],
      to: [10, 0, 0, 1],
    });
  const rtp = kit.ipv4(kit.udp(kit.hex('8000 0001 00000001 00000001'), 4000, 4002));
  const items = read(kit.pcap([about(message), about(rtp)], { link: 101 }));
  expect(told(items)).toEqual(['1 failed ICMP: port unreachable', '2 unreachable']);
});

test('a damaged file is read on behind the damage, and a cut one to its end', () => {
  const frames = [kit.ethernet(message), kit.ethernet(message), kit.ethernet(message)];
  const file = kit.pcap(frames);
  const broken = file.slice();
  const second = 24 + 16 + kit.ethernet(message).length;
  broken.fill(0xff, second + 8, second + 12);
  for (const size of [1, 50, file.length]) {
    expect(told(read(broken, size))).toEqual([`1 ${line}`, '1 damaged', `2 ${line}`]);
    expect(told(read(file.subarray(0, -5), size))).toEqual([`1 ${line}`, `2 ${line}`, '2 cut']);
  }
  const ng = kit.bytesOf(
    kit.sectionBlock(),
    kit.interfaceBlock(101),
    kit.packetBlock(message, 1),
    kit.hex('06000000 03000000 ffffffff'),
    kit.packetBlock(message, 20_000),
    kit.packetBlock(message, 40_000),
  );
  for (const size of [1, 50, ng.length]) {
    expect(told(read(ng, size))).toEqual([`1 ${line}`, '1 damaged', `2 ${line}`, `3 ${line}`]);
    expect(told(read(ng.subarray(0, -5), size))).toEqual([
      `1 ${line}`,
      '1 damaged',
      `2 ${line}`,
      '2 cut',
    ]);
  }
});

test('what is no capture is told in one line', () => {
  expect(read(new Uint8Array(0))).toMatchObject([{ kind: 'problem', text: 'The file is empty.' }]);
  expect(read(kit.hex('1f8b080000000000'))).toMatchObject([{ event: 'unknown format' }]);
  expect(read(kit.pcap([message], { link: 105 }))).toMatchObject([{ event: 'unknown link' }]);
  expect(read(kit.pcap([]).subarray(0, 10))).toMatchObject([{ event: 'cut' }]);
});

test('pcapng tells what the capturing program dropped', () => {
  const little = kit.bytesOf(
    kit.numbers(4, [0, 0, 0], true),
    kit.numbers(2, [5, 8], true),
    kit.numbers(4, [12, 0], true),
  );
  const items = read(kit.bytesOf(kit.sectionBlock(), kit.interfaceBlock(), kit.block(5, little)));
  expect(items).toMatchObject([
    { event: 'not captured', text: 'The capturing program dropped 12 packets.' },
  ]);
});

test('every byte of a message survives', () => {
  const all = latin1(Uint8Array.from({ length: 256 }, (_, index) => index));
  const [item] = read(kit.pcap([kit.ipv4(kit.udp(kit.options + all))], { link: 101 }));
  const text =
    item?.kind === 'observation' && item.observation.kind === 'message'
      ? item.observation.text
      : '';
  expect(text).toBe(kit.options + all);
});
