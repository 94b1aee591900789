// Clocks, sources of chance and resolvers, the virtual ones and those of the platform, against their contracts.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { describe, test } from 'vitest';
import { systemClock } from '../base/clock.ts';
import { systemRandom } from '../base/random.ts';
import { nodeResolver } from '../node/index.ts';
import { clockContract } from './contract/clock.ts';
import { randomContract } from './contract/random.ts';
import { contractRecords, resolverContract } from './contract/resolver.ts';
import { seededRandom } from './seeded-random.ts';
import { VirtualClock } from './virtual-clock.ts';
import { VirtualResolver } from './virtual-resolver.ts';

const framework = { describe, test };

clockContract(
  'The virtual clock',
  () => {
    const clock = new VirtualClock();
    return { clock, pass: (milliseconds) => clock.elapse(milliseconds) };
  },
  framework,
);
clockContract(
  'The system clock',
  () => ({
    clock: systemClock,
    pass: (milliseconds) =>
      new Promise((resolve) => systemClock.after(milliseconds + 1, () => resolve())),
  }),
  framework,
);

randomContract('The seeded random', () => seededRandom(1), framework);
randomContract('The system random', () => systemRandom, framework);

resolverContract(
  'The virtual resolver',
  async () => {
    const resolver = new VirtualResolver(new VirtualClock(), contractRecords);
    const silence = (): void => void (resolver.silent = true);
    return { resolver, silence, close: () => Promise.resolve() };
  },
  framework,
);
resolverContract(
  'The resolver of Node.js',
  async () => {
    let silent = false;
    const server = createSocket('udp4');
    server.on('message', (query, from) => {
      if (!silent) server.send(answer(query), from.port, from.address);
    });
    server.bind(0, '127.0.0.1');
    await once(server, 'listening');
    return {
      resolver: nodeResolver({ servers: [`127.0.0.1:${server.address().port}`], timeout: 50 }),
      silence: () => void (silent = true),
      close: async () => {
        server.close();
        await once(server, 'close');
      },
    };
  },
  framework,
);

const noSuchName = 3;

/** The answer of a name server that knows `contractRecords` (RFC 1035). */
function answer(query: Buffer): Buffer {
  let end = 12;
  const labels: string[] = [];
  while (query.readUInt8(end) !== 0) {
    const length = query.readUInt8(end);
    labels.push(query.toString('latin1', end + 1, end + 1 + length));
    end += length + 1;
  }
  const type = query.readUInt16BE(end + 1);
  const name = labels.join('.').toLowerCase();
  const known = Object.values(contractRecords).some((table) => Object.hasOwn(table, name));
  const records = recordsOf(type, name).map((data) =>
    Buffer.concat([Buffer.from([0xc0, 12]), numbers(type, 1, 0, 60, data.length), data]),
  );
  const header = Buffer.alloc(12);
  query.copy(header, 0, 0, 2);
  header.writeUInt16BE(0x8180 | (known ? 0 : noSuchName), 2);
  header.writeUInt16BE(1, 4);
  header.writeUInt16BE(records.length, 6);
  return Buffer.concat([header, query.subarray(12, end + 5), ...records]);
}

function recordsOf(type: number, name: string): readonly Buffer[] {
  const { a, aaaa, srv, naptr } = contractRecords;
  switch (type) {
    case 1:
      return of(a, name).map((host) => Buffer.from(host.split('.').map(Number)));
    case 28:
      return of(aaaa, name).map(() =>
        Buffer.from([0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]),
      );
    case 33:
      return of(srv, name).map(({ priority, weight, port, target }) =>
        Buffer.concat([numbers(priority, weight, port), domain(target)]),
      );
    case 35:
      return of(naptr, name).map((one) =>
        Buffer.concat([
          numbers(one.order, one.preference),
          ...[one.flags, one.service, one.regexp].map(counted),
          domain(one.replacement),
        ]),
      );
    default:
      return [];
  }
}

function of<T>(table: Readonly<Record<string, readonly T[]>>, name: string): readonly T[] {
  return Object.hasOwn(table, name) ? (table[name] ?? []) : [];
}

function numbers(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2);
  return bytes;
}

function counted(text: string): Buffer {
  return Buffer.concat([Buffer.from([text.length]), Buffer.from(text, 'latin1')]);
}

function domain(name: string): Buffer {
  return Buffer.concat([...name.split('.').map(counted), Buffer.from([0])]);
}
