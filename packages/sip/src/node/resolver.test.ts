// DNS against a name server of our own on loopback.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { VirtualClock } from '../testing/virtual-clock.ts';
import { nodeResolver } from './index.ts';
import { lookupWith } from './resolver.ts';

const A = 1;
const SRV = 33;
const noError = 0;
const serverFailure = 2;
const noSuchName = 3;

let server: Socket;
let address: string;
let asked: string[];
let code: number;
let folder: string;

beforeEach(async () => {
  asked = [];
  code = noError;
  folder = await mkdtemp(join(tmpdir(), 'offhook-'));
  server = createSocket('udp4');
  server.on('message', (query, from) => server.send(answer(query), from.port, from.address));
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  address = `127.0.0.1:${server.address().port}`;
});

afterEach(async () => {
  await new Promise<void>((resolve) => server.close(resolve));
  await rm(folder, { recursive: true });
});

/** Answers A with 192.0.2.1 and SRV with one record, in the wire form of DNS. */
function answer(query: Buffer): Buffer {
  let end = 12;
  const labels: string[] = [];
  while (query.readUInt8(end) !== 0) {
    const length = query.readUInt8(end);
    labels.push(query.toString('latin1', end + 1, end + 1 + length));
    end += length + 1;
  }
  const type = query.readUInt16BE(end + 1);
  asked.push(`${type} ${labels.join('.').toLowerCase()}`);
  const target = Buffer.from('\x03one\x07example\x03net\x00', 'latin1');
  const record =
    type === A
      ? Buffer.from([192, 0, 2, 1])
      : Buffer.concat([Buffer.from([0, 1, 0, 2, 0x13, 0xc6]), target]);
  const found = code === noError && (type === A || type === SRV);
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(found ? 1 : 0, 6);
  const fixed = Buffer.from([0xc0, 12, 0, type, 0, 1, 0, 0, 0, 60, 0, record.length]);
  return Buffer.concat([header, query.subarray(12, end + 5), ...(found ? [fixed, record] : [])]);
}

describe('nodeResolver', () => {
  test('Records come as RFC 3263 needs them; none is empty, not an error', async () => {
    const resolver = nodeResolver({ servers: [address] });
    expect(await resolver.a('example.net')).toEqual(['192.0.2.1']);
    expect(await resolver.srv('_sip._udp.example.net')).toEqual([
      { priority: 1, weight: 2, port: 5062, target: 'one.example.net' },
    ]);
    expect(await resolver.naptr('example.net')).toEqual([]);
    code = noSuchName;
    expect(await resolver.a('nothing.example.net')).toEqual([]);
  });

  test('One question is asked once at a time, and its answer serves for a while (X13)', async () => {
    const clock = new VirtualClock();
    const resolver = nodeResolver({ servers: [address], clock });
    await Promise.all([
      resolver.a('example.net'),
      resolver.a('example.net'),
      resolver.a('example.net'),
    ]);
    await resolver.a('example.net');
    expect(asked).toEqual(['1 example.net']);
    clock.advance(30_000);
    await resolver.a('example.net');
    expect(asked).toHaveLength(2);
  });

  test('When DNS fails, an old answer serves for an hour and no longer (X13)', async () => {
    const clock = new VirtualClock();
    const resolver = nodeResolver({ servers: [address], clock });
    await resolver.a('example.net');
    code = serverFailure;
    clock.advance(3_600_000);
    expect(await resolver.a('example.net')).toEqual(['192.0.2.1']);
    clock.advance(1);
    await expect(resolver.a('example.net')).rejects.toThrow();
  });

  test('RFC 6761 §6.3: localhost is this machine; the hosts file comes before DNS', async () => {
    const hostsFile = join(folder, 'hosts');
    await writeFile(hostsFile, '# names\n10.1.2.3 pbx PBX.local # ours\n::5\tpbx\nnonsense here\n');
    const resolver = nodeResolver({ servers: [address], hostsFile });
    expect(await resolver.a('localhost')).toEqual(['127.0.0.1']);
    expect(await resolver.aaaa('LOCALHOST.')).toEqual(['::1']);
    expect(await resolver.a('pbx.LOCAL')).toEqual(['10.1.2.3']);
    expect(await resolver.aaaa('pbx')).toEqual(['::5']);
    expect(await resolver.aaaa('pbx.local')).toEqual([]);
    expect(asked).toEqual([]);
  });

  test('A connection by name takes the addresses that the resolver gives', async () => {
    const lookup = lookupWith(nodeResolver({ servers: [address] }));
    const all = await new Promise((resolve, reject) => {
      lookup('example.net', { all: true }, (error, found) =>
        error === null ? resolve(found) : reject(error),
      );
    });
    expect(all).toEqual([{ address: '192.0.2.1', family: 4 }]);
    code = noSuchName;
    const error = await new Promise((resolve) => lookup('nothing.example.net', {}, resolve));
    expect(error).toMatchObject({ code: 'ENOTFOUND' });
  });
});
