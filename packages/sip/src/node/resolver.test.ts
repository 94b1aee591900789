// DNS against a name server of our own on loopback: what it says, and what happens when it lies, floods or says nothing.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { sipUri } from '../message/uri.ts';
import { seededRandom } from '../testing/seeded-random.ts';
import { settle, VirtualClock } from '../testing/virtual-clock.ts';
import { locate } from '../transport/locate.ts';
import { a, cname, DnsServer, formatAnswer, naptr, srv } from './dns-server.test-kit.ts';
import type { DnsAnswer } from './dns-server.test-kit.ts';
import { nodeResolver } from './index.ts';
import { lookupWith } from './resolver.ts';
import { Turns } from './turns.ts';

let server: DnsServer;
let servers: readonly string[];
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'offhook-'));
  server = await DnsServer.start();
  server.answer = usual;
  servers = [server.address];
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

/** A is 192.0.2.1, SRV one record, NAPTR nothing. */
function usual({ type }: { readonly type: string | undefined }): DnsAnswer {
  if (type === 'A') return { records: [a('192.0.2.1')] };
  return { records: type === 'SRV' ? [srv('one.example.net', 5062, 1, 2)] : [] };
}

describe('nodeResolver', () => {
  test('Records come as RFC 3263 needs them; none is empty, not an error', async () => {
    const resolver = nodeResolver({ servers });
    expect(await resolver.a('example.net')).toEqual(['192.0.2.1']);
    expect(await resolver.srv('_sip._udp.example.net')).toEqual([
      { priority: 1, weight: 2, port: 5062, target: 'one.example.net' },
    ]);
    expect(await resolver.naptr('example.net')).toEqual([]);
    server.answer = () => ({ code: 'no such name' });
    expect(await resolver.a('nothing.example.net')).toEqual([]);
    server.answer = () => ({ records: [naptr('SIP+D2T', '_sip._tcp.example.net')] });
    expect(await resolver.naptr('other.example.net')).toEqual([
      {
        order: 10,
        preference: 50,
        flags: 's',
        service: 'SIP+D2T',
        regexp: '',
        replacement: '_sip._tcp.example.net',
      },
    ]);
  });

  test('One question is asked once at a time, and its answer serves as long as DNS says (X13)', async () => {
    const clock = new VirtualClock();
    const resolver = nodeResolver({ servers, clock });
    await Promise.all([1, 2, 3].map(() => resolver.a('example.net')));
    await resolver.a('EXAMPLE.net.');
    expect(server.asked).toEqual(['A example.net']);
    clock.advance(59_999);
    await resolver.a('example.net');
    expect(server.asked).toHaveLength(1);
    clock.advance(1);
    await resolver.a('example.net');
    expect(server.asked).toHaveLength(2);
  });

  test('That there is nothing is remembered too, for half a minute (X13)', async () => {
    const clock = new VirtualClock();
    const resolver = nodeResolver({ servers, clock });
    server.answer = () => ({ code: 'no such name' });
    for (const wait of [0, 29_999, 1]) {
      clock.advance(wait);
      expect(await resolver.srv('_sip._udp.nothing.example')).toEqual([]);
    }
    expect(server.asked).toHaveLength(2);
  });

  test('When DNS fails, an old answer serves for an hour and no longer (X13)', async () => {
    const clock = new VirtualClock();
    const resolver = nodeResolver({ servers, clock });
    await resolver.a('example.net');
    server.answer = () => ({ code: 'failure' });
    clock.advance(3_600_000);
    expect(await resolver.a('example.net')).toEqual(['192.0.2.1']);
    clock.advance(1);
    await expect(resolver.a('example.net')).rejects.toThrow();
  });

  test('When DNS is silent, an old answer serves after a second, and the question goes on (X13)', async () => {
    const clock = new VirtualClock();
    const resolver = nodeResolver({ servers, clock });
    await resolver.a('example.net');
    server.answer = () => 'silence';
    clock.advance(60_000);
    const start = clock.now();
    const asked = resolver.a('example.net').finally(() => (waiting = false));
    let waiting = true;
    while (waiting) {
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(100);
    }
    // The hosts file was read again, too.
    expect(clock.now() - start).toBeLessThan(3_000);
    expect(await asked).toEqual(['192.0.2.1']);
  });

  test('A question that failed is not asked again for five seconds (X13)', async () => {
    const clock = new VirtualClock();
    const resolver = nodeResolver({ servers, clock });
    server.answer = () => ({ code: 'failure' });
    for (let asked = 0; asked < 5; asked += 1)
      await expect(resolver.a('bad.example')).rejects.toThrow();
    const before = server.asked.length;
    clock.advance(5_000);
    server.answer = usual;
    expect(await resolver.a('bad.example')).toEqual(['192.0.2.1']);
    expect(server.asked.length).toBe(before + 1);
    expect(before).toBeLessThanOrEqual(2);
  });

  test('RFC 6761 §6.3: localhost is this machine; the hosts file comes before DNS', async () => {
    const hostsFile = join(folder, 'hosts');
    await writeFile(hostsFile, '# names\n10.1.2.3 pbx PBX.local # ours\n::5\tpbx\nnonsense here\n');
    const resolver = nodeResolver({ servers, hostsFile });
    expect(await resolver.a('localhost')).toEqual(['127.0.0.1']);
    expect(await resolver.aaaa('LOCALHOST.')).toEqual(['::1']);
    expect(await resolver.srv('_sip._udp.localhost')).toEqual([]);
    expect(await resolver.naptr('localhost')).toEqual([]);
    expect(await resolver.a('pbx.LOCAL')).toEqual(['10.1.2.3']);
    expect(await resolver.aaaa('pbx')).toEqual(['::5']);
    expect(await resolver.aaaa('pbx.local')).toEqual([]);
    expect(server.asked).toEqual([]);
  });

  test('A connection by name takes the addresses that the resolver gives', async () => {
    const lookup = lookupWith(nodeResolver({ servers }));
    const all = await new Promise((resolve, reject) => {
      lookup('example.net', { all: true }, (error, found) =>
        error === null ? resolve(found) : reject(error),
      );
    });
    expect(all).toEqual([{ address: '192.0.2.1', family: 4 }]);
    server.answer = () => ({ code: 'no such name' });
    const error = await new Promise((resolve) => lookup('nothing.example.net', {}, resolve));
    expect(error).toMatchObject({ code: 'ENOTFOUND' });
  });
});

describe('A name server that means us harm', () => {
  const find = (uri: string, resolver = nodeResolver({ servers, timeout: 100 })) =>
    locate(sipUri(uri), { resolver, random: seededRandom(1), protocols: ['UDP', 'TCP'] });

  test('500 SRV records give one bounded answer (A48)', async () => {
    // 40 is what one UDP packet takes; the rest is asked for by TCP, which is not there.
    const many = Array.from({ length: 40 }, (_, index) => srv(`h${index}.example.net`, 5060));
    server.answer = ({ type }) => {
      if (type === 'SRV') return { records: many };
      return { records: type === 'A' ? Array.from({ length: 60 }, () => a('192.0.2.1')) : [] };
    };
    const found = await find('sip:a@example.net;transport=udp');
    expect(found.ok && found.value.length).toBeLessThanOrEqual(32);
    const hosts = server.asked.filter((question) => question.startsWith('A h'));
    expect(hosts.length).toBeLessThanOrEqual(16);
  });

  test('A CNAME that leads to itself, or in a circle, gives no address and no second question (A48)', async () => {
    server.answer = ({ type }) => ({
      records:
        type === 'A'
          ? [cname('a.example.net', 'b.example.net'), cname('b.example.net', 'a.example.net')]
          : [],
    });
    expect(await find('sip:x@a.example.net:5060')).toMatchObject({
      ok: false,
      error: { code: 'SIP_UNRESOLVED' },
    });
    expect(server.asked.length).toBeLessThanOrEqual(4);
  });

  test('An answer with a wrong id, or cut off, or of nonsense is none (A48)', async () => {
    const bad: readonly ((answer: Buffer) => Buffer)[] = [
      (answer) => answer.subarray(0, 20),
      (answer) => Buffer.alloc(answer.length, 0xff),
      (answer) => Buffer.concat([answer.subarray(0, 12), Buffer.alloc(500, 0xc0)]),
    ];
    for (const spoil of bad) {
      server.answer = (question) => ({
        raw: spoil(formatAnswer(question, { records: [a('192.0.2.1')] })),
      });
      expect(await find('sip:x@a.example.net:5060')).toMatchObject({ ok: false });
    }
    server.answer = (question) => ({
      raw: formatAnswer(
        question,
        { records: [a('192.0.2.1')] },
        question.query.readUInt16BE(0) ^ 1,
      ),
    });
    expect(await find('sip:x@a.example.net:5060')).toMatchObject({ ok: false });
  });

  test('One dead name has two questions under way, and holds up no other (X13)', async () => {
    server.answer = (question) => (question.name.includes('dead') ? 'silence' : usual(question));
    const resolver = nodeResolver({ servers, timeout: 100 });
    const dead = Array.from({ length: 50 }, () => [
      resolver.a('dead.example'),
      resolver.aaaa('dead.example'),
      resolver.naptr('dead.example'),
      resolver.srv('dead.example'),
    ]).flat();
    let given = 0;
    const all = Promise.all(dead.map((one) => one.catch(() => (given += 1))));
    expect(await resolver.a('example.net')).toEqual(['192.0.2.1']);
    expect(given).toBe(0);
    expect(server.asked.filter((question) => question.includes('dead')).length).toBeLessThanOrEqual(
      2,
    );
    await all;
    expect(given).toBe(dead.length);
  });
});

test('Turns: two at once for each name, in order, and nothing is left when all are done', async () => {
  const turns = new Turns(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const work = (index: number): Promise<void> =>
    turns.take('name', async () => {
      running += 1;
      most = Math.max(most, running);
      order.push(index);
      await settle();
      running -= 1;
      if (index === 3) throw new Error('on purpose');
    });
  await Promise.allSettled([0, 1, 2, 3, 4, 5].map(work));
  expect([most, order, turns.size]).toEqual([2, [0, 1, 2, 3, 4, 5], 0]);
});
