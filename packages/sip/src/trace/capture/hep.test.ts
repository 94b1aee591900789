// HEP out and in: what is written is read again, and what is damaged is told.
import { expect, test } from 'vitest';
import { latin1 } from '../../base/bytes.ts';
import type { MessageObserved } from '../../base/tap.ts';
import { hepObservation, readHep, writeHep } from './hep.ts';
import { read, told } from './told.test-kit.ts';
import * as kit from './wire.test-kit.ts';

const message: MessageObserved = {
  v: 1,
  kind: 'message',
  at: 1_700_000_000_123.25,
  endpoint: 'server',
  direction: 'in',
  protocol: 'UDP',
  flow: 'udp 10.0.0.2:5060 10.0.0.1:5060',
  local: { host: '10.0.0.2', port: 5060 },
  remote: { host: '10.0.0.1', port: 5060 },
  text: `${kit.options}\u00e4\u00ff`,
};
const line = '10.0.0.1:5060 10.0.0.2:5060 OPTIONS sip:bob@10.0.0.2 SIP/2.0';

test('a packet has the octets that the specification gives it', () => {
  const bytes = writeHep({ ...message, text: 'x' }, { agent: 7, key: 'k', correlation: 'c' });
  expect(bytes).toEqual(
    kit.hex(`
      48455033 0072
      0000 0001 0007 02           0000 0002 0007 11
      0000 0003 000a 0a000001     0000 0004 000a 0a000002
      0000 0007 0008 13c4         0000 0008 0008 13c4
      0000 0009 000a 6553f100     0000 000a 000a 0001e172
      0000 000b 0007 01           0000 000c 000a 00000007
      0000 000e 0007 6b           0000 0011 0007 63
      0000 000f 0007 78`),
  );
});

test('what is written is read again, with its direction, its time and every byte', () => {
  const packet = readHep(writeHep(message, { key: 'secret', correlation: 'one' }));
  expect(packet).toMatchObject({
    ok: true,
    value: { agent: 2001, key: 'secret', correlation: 'one', type: 1 },
  });
  if (!packet.ok) throw new Error(packet.error.text);
  expect(hepObservation(packet.value)).toEqual({
    ...message,
    endpoint: '',
    direction: 'out',
    flow: 'udp 10.0.0.1:5060 10.0.0.2:5060',
    local: message.remote,
    remote: message.local,
  });
});

test('IPv6, also with IPv4 at the other end; TLS by its Via; a host without an address', () => {
  const text = kit.options.replace('SIP/2.0/UDP', 'SIP/2.0/TLS');
  const six = { ...message, protocol: 'TLS', text, local: { host: '2001:db8::1', port: 5061 } };
  const back = readHep(writeHep(six));
  expect(back.ok && hepObservation(back.value)).toMatchObject({
    protocol: 'TLS',
    local: { host: '10.0.0.1' },
    remote: { host: '2001:db8::1', port: 5061 },
  });
  const named = readHep(writeHep({ ...message, remote: { host: 'page.invalid', port: 0 } }));
  expect(named.ok && named.value.source).toEqual({ host: '0.0.0.0', port: 0 });
});

test('a message longer than a packet can be is cut, and the packet is whole', () => {
  const packet = writeHep({ ...message, text: kit.options.padEnd(70_000, 'x') });
  expect(packet.length).toBe(65_535);
  expect(readHep(packet).ok).toBe(true);
});

test('damaged packets are told, whatever is wrong with them', () => {
  const packet = writeHep(message);
  for (let length = 0; length < packet.length; length += 1) {
    expect(readHep(packet.subarray(0, length)).ok).toBe(false);
  }
  expect(readHep(kit.hex('48455033 000c 0000 000f 0003'))).toMatchObject({ ok: false });
  expect(readHep(kit.hex('48455033 0006'))).toEqual({
    ok: false,
    error: { text: 'A HEP packet has no payload' },
  });
});

test('a file of packets is read however it is cut, over what stands between them', () => {
  const packet = writeHep(message);
  const other = kit.bytesOf(kit.hex('48455033 0000'), 'HHH');
  const file = kit.bytesOf(packet, packet, other, packet);
  for (const size of [1, 50, file.length]) {
    expect(told(read(file, size))).toEqual([`1 ${line}`, `2 ${line}`, '2 damaged', `3 ${line}`]);
  }
  expect(told(read(file.subarray(0, packet.length * 2 - 3)))).toEqual([`1 ${line}`, '1 cut']);
});

test('packets on their way to a collector are read out of a capture of them', () => {
  const file = kit.pcap([kit.ipv4(kit.udp(writeHep(message), 40_000, 9060))], { link: 101 });
  const items = read(file);
  expect(told(items)).toEqual([`1 ${line}`]);
  expect(items).toMatchObject([{ observation: { at: message.at } }]);
  expect(latin1(file)).toContain('HEP3');
});
