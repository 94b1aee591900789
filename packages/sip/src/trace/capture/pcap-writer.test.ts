// What is written is valid to the octet, and read again it is what was observed.
import { expect, test } from 'vitest';
import type { FlowObserved, MessageObserved } from '../../base/tap.ts';
import { PcapWriter } from './pcap-writer.ts';
import { read, told } from './told.test-kit.ts';
import * as kit from './wire.test-kit.ts';

const message: MessageObserved = {
  v: 1,
  kind: 'message',
  at: 1_700_000_000_123.456,
  endpoint: 'alice',
  direction: 'out',
  protocol: 'UDP',
  flow: 'x',
  local: { host: '10.0.0.1', port: 5060 },
  remote: { host: '10.0.0.2', port: 5060 },
  text: kit.options,
};

test('a datagram as a frame: lengths, checksums and the time', () => {
  const writer = new PcapWriter();
  const bytes = writer.message({
    at: message.at,
    source: message.local,
    destination: message.remote,
    protocol: 'UDP',
    text: 'abc',
  });
  expect(kit.bytesOf(writer.head, bytes)).toEqual(
    kit.hex(`
      a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001
      6553f100 0001e240 0000002d 0000002d
      020000000002 020000000001 0800
      4500 001f 0000 0000 4011 66cc 0a000001 0a000002
      13c4 13c4 000b ffea 616263`),
  );
});

test('UDP of both versions and media come back as they were', () => {
  const writer = new PcapWriter();
  const six = {
    ...message,
    local: { host: '2001:db8::1', port: 5060 },
    remote: { host: '2001:db8::2', port: 5070 },
  };
  const rtp = kit.bytesOf(kit.hex('8000 0001 00000001 00000001'), new Uint8Array(160));
  const items = read(
    kit.bytesOf(
      writer.head,
      writer.observation(message),
      writer.observation({ ...six, direction: 'in' }),
      writer.datagram({
        at: message.at,
        source: message.local,
        destination: six.remote,
        bytes: rtp,
      }),
    ),
  );
  expect(told(items)).toEqual([
    '1 10.0.0.1:5060 10.0.0.2:5060 OPTIONS sip:bob@10.0.0.2 SIP/2.0',
    '2 2001:db8::2:5070 2001:db8::1:5060 OPTIONS sip:bob@10.0.0.2 SIP/2.0',
    '3 rtp 172 of 172',
  ]);
  expect(items[0]).toMatchObject({ observation: { at: message.at, text: kit.options } });
  expect(items[2]).toMatchObject({ source: { host: '::ffff:10.0.0.1'.slice(7) }, bytes: rtp });
});

const secure: MessageObserved = {
  ...message,
  protocol: 'TLS',
  local: { host: '10.0.0.1', port: 40_000 },
  remote: { host: '10.0.0.2', port: 5061 },
};
const opened: FlowObserved = { ...secure, kind: 'flow', event: 'opened' };

test('messages above TLS and WebSocket are plain TCP to port 5060, with its opening and its end', () => {
  const writer = new PcapWriter();
  const large = kit.options.replace('Length: 0', 'Length: 66000') + ' '.repeat(66_000);
  const page = {
    ...secure,
    protocol: 'WSS',
    local: { host: 'page.invalid', port: 50_000 },
    remote: { host: '10.0.0.2', port: 443 },
  };
  const items = read(
    kit.bytesOf(
      writer.head,
      writer.observation(opened),
      writer.observation(secure),
      writer.observation({ ...secure, direction: 'in', text: large }),
      writer.observation(page),
      writer.observation({ ...opened, event: 'closed' }),
    ),
  );
  const line = 'OPTIONS sip:bob@10.0.0.2 SIP/2.0';
  expect(told(items)).toEqual([
    '2 opened undefined',
    `4 10.0.0.1:40000 10.0.0.2:5060 ${line}`,
    `6 10.0.0.2:5060 10.0.0.1:40000 ${line}`,
    '8 opened undefined',
    `10 192.0.2.1:50000 10.0.0.2:5060 ${line}`,
    '11 closed by 10.0.0.1:40000',
  ]);
});

test('a connection that fails is reset, one that was never used is nothing, and what is no message is nothing', () => {
  const writer = new PcapWriter();
  expect(writer.observation({ ...opened, event: 'failed' })).toHaveLength(0);
  expect(writer.observation({ ...opened, protocol: 'UDP' })).toHaveLength(0);
  const items = read(
    kit.bytesOf(
      writer.head,
      writer.observation({ ...secure, protocol: 'TCP' }),
      writer.observation({ ...opened, protocol: 'TCP', event: 'failed' }),
    ),
  );
  expect(told(items).at(-1)).toBe('5 failed reset by 10.0.0.1:40000');
});
