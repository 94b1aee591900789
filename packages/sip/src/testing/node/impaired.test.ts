// Bad lines between real sockets on loopback: what they do, and that one seed does it again.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket as Connection } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { impairedTcp, impairedUdp } from './index.ts';
import { until } from '../../node/until.test-kit.ts';
import type { LineOptions } from './index.ts';

const open: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of open.splice(0).toReversed()) await close();
});

type Bad = Omit<LineOptions, 'target' | 'seed'> & { readonly seed?: number };

async function socket(): Promise<Socket> {
  const made = createSocket('udp4');
  made.bind(0, '127.0.0.1');
  await once(made, 'listening');
  open.push(() => made.close());
  return made;
}

/** A client and a target that sends everything back, with a line between them. */
async function datagrams({ seed = 7, ...bad }: Bad = {}) {
  const target = await socket();
  const sources = new Set<number>();
  target.on('message', (bytes, from) => {
    sources.add(from.port);
    target.send(bytes, from.port, from.address);
  });
  const { port } = target.address();
  const line = await impairedUdp({ target: { host: '127.0.0.1', port }, seed, ...bad });
  open.push(() => line.close());
  const client = await socket();
  const back: Buffer[] = [];
  client.on('message', (bytes) => back.push(bytes));
  const send = (text: string): void => client.send(text, line.local.port, line.local.host);
  return { line, back, send, sources };
}

/** Sends numbers one after the other, each when it is known what became of the last. */
async function ask(world: Awaited<ReturnType<typeof datagrams>>, times: number) {
  const { line, back, send } = world;
  for (let at = 0; at < times; at += 1) {
    const { lost } = line.counts;
    send(String(at));
    await until(() => back.at(-1)?.toString() === String(at) || line.counts.lost > lost);
  }
  return back.map(String);
}

describe('A bad line for datagrams', () => {
  test('loses the share that it was told to, the same datagrams each time', async () => {
    const bad = { toTarget: { loss: 0.2 }, toClient: { loss: 0.2 } };
    const first = await ask(await datagrams(bad), 200);
    expect(first.length).toBeGreaterThan(95);
    expect(first.length).toBeLessThan(160);
    expect(await ask(await datagrams(bad), 200)).toEqual(first);
    expect(await ask(await datagrams({ ...bad, seed: 8 }), 200)).not.toEqual(first);
  });

  test('doubles, reorders and corrupts, each in its share', async () => {
    const doubling = await datagrams({ toTarget: { duplicate: 0.5 } });
    for (let at = 0; at < 100; at += 1) doubling.send(String(at));
    await until(() => doubling.back.length === 100 + doubling.line.counts.doubled);
    expect(doubling.line.counts.doubled).toBeGreaterThan(30);
    const shuffling = await datagrams({ toTarget: { reorder: 0.3 } });
    for (let at = 0; at < 100; at += 1) shuffling.send(String(at));
    await until(() => shuffling.back.length === 100);
    const numbers = shuffling.back.map(Number);
    expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
    const corrupting = await datagrams({ toClient: { corrupt: 1 } });
    corrupting.send('aaaa');
    await until(() => corrupting.back.length === 1);
    expect(corrupting.back[0]?.toString()).not.toBe('aaaa');
    expect(corrupting.back[0]).toHaveLength(4);
  });

  test('delays, stalls and goes on', async () => {
    const world = await datagrams({ toTarget: { latency: 30 } });
    const started = performance.now();
    world.send('slow');
    await until(() => world.back.length === 1);
    expect(performance.now() - started).toBeGreaterThan(25);
    world.line.change({ latency: 0 });
    world.line.stall();
    world.send('lost');
    await until(() => world.line.counts.lost === 1);
    world.line.resume();
    world.send('here');
    await until(() => world.back.length === 2);
    expect(world.back.map(String)).toEqual(['slow', 'here']);
  });

  test('after a rebind the target sees the client at another port (X12)', async () => {
    const world = await datagrams();
    world.send('one');
    await until(() => world.back.length === 1);
    world.line.rebind();
    world.send('two');
    await until(() => world.back.length === 2);
    expect(world.sources.size).toBe(2);
  });
});

/** A client connection through a line to a server that sends everything back. */
async function connection({ seed = 7, ...bad }: Bad = {}) {
  const accepted: Connection[] = [];
  const server = createServer((made) => {
    accepted.push(made);
    made.on('error', () => {});
    made.pipe(made);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const line = await impairedTcp({ target: { host: '127.0.0.1', port }, seed, ...bad });
  open.push(() => line.close());
  const client = connect({ host: line.local.host, port: line.local.port });
  open.push(() => client.destroy());
  const heard = { text: '', ends: 0, errors: [] as unknown[] };
  client.setEncoding('latin1');
  client.on('data', (text: string) => {
    heard.text += text;
  });
  client.on('end', () => (heard.ends += 1));
  client.on('error', (error) => heard.errors.push('code' in error ? error.code : error));
  await once(client, 'connect');
  return { line, client, heard, accepted };
}

const text = Array.from({ length: 200 }, (_, at) => `line ${at}\r\n`).join('');

describe('A bad line for connections', () => {
  test('cut in pieces, delayed and with lost segments all arrives in order', async () => {
    const weather = { cut: 1, loss: 0.05, latency: [0, 5] } as const;
    const { client, heard, line } = await connection({ toTarget: weather, toClient: weather });
    for (const part of text.match(/[^]{1,400}/g) ?? []) client.write(part);
    await until(() => heard.text.length >= text.length);
    expect(heard.text).toBe(text);
    expect(line.counts.cut).toBeGreaterThan(0);
  });

  test('much at once goes through, and no more than a megabyte waits on the way', async () => {
    const { client, heard } = await connection({ toTarget: { latency: 2 } });
    const large = 'x'.repeat(8 * 1024 * 1024);
    client.write(large);
    await until(() => heard.text.length >= large.length);
    expect(heard.text.length).toBe(large.length);
  });

  test('corrupts a bit', async () => {
    const { client, heard } = await connection({ toTarget: { corrupt: 1 } });
    client.write('aaaa');
    await until(() => heard.text.length === 4);
    expect(heard.text).not.toBe('aaaa');
  });

  test('stalls without a word, then goes on where it was', async () => {
    const { client, heard, line } = await connection();
    client.write('one');
    await until(() => heard.text === 'one');
    line.stall();
    client.write(' two');
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(heard.text).toBe('one');
    line.resume();
    await until(() => heard.text === 'one two');
  });

  test('resets both ends', async () => {
    const { client, heard, line, accepted } = await connection();
    client.write('one');
    await until(() => heard.text === 'one');
    line.reset();
    await until(() => client.destroyed && accepted[0]?.destroyed === true);
    expect(heard.errors).toEqual(['ECONNRESET']);
    expect(line.connections).toBe(0);
  });

  test('after a rebind the target hears nothing more, and the client is reset when it speaks', async () => {
    const { client, heard, line, accepted } = await connection();
    client.write('one');
    await until(() => heard.text === 'one');
    line.rebind();
    accepted[0]?.write('lost');
    client.write('two');
    await until(() => client.destroyed);
    expect([heard.text, heard.errors]).toEqual(['one', ['ECONNRESET']]);
    expect(accepted[0]?.destroyed).toBe(false);
  });

  test('an orderly end goes through, from either side', async () => {
    const ending = await connection();
    ending.client.end('bye');
    await until(() => ending.heard.ends === 1);
    expect(ending.heard.text).toBe('bye');
    await until(() => ending.line.connections === 0);
    const ended = await connection();
    ended.client.write('x');
    await until(() => ended.heard.text === 'x');
    ended.accepted[0]?.end();
    await until(() => ended.heard.ends === 1 && ended.line.connections === 0);
    expect([...ending.heard.errors, ...ended.heard.errors]).toEqual([]);
  });

  test('lets nobody in when it is told so', async () => {
    const { line } = await connection();
    line.accepting = false;
    const refused = connect({ host: line.local.host, port: line.local.port });
    const [error] = (await once(refused, 'error')) as [{ code?: string }];
    expect(error.code).toBe('ECONNRESET');
  });
});
