// Faults of the machine under `offhook serve`: killed, its database locked, its disk full or broken.
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed, Program } from '../peers/program.ts';
import { Registrant } from '../peers/registrant.ts';
import type { Answer } from '../peers/registrant.ts';
import { pause, World } from '../peers/world.ts';

const isRoot = process.getuid?.() === 0;

/** How long OPTIONS take while `until` runs: the longest of 99 %, in milliseconds. */
async function slowestAnswer(
  world: World,
  server: Offhook,
  until: Promise<unknown>,
): Promise<number> {
  const asker = await Registrant.open(world, 'nobody', server);
  const took: number[] = [];
  let running = true;
  void until.finally(() => (running = false));
  for (let at = 0; running; at += 1) {
    const answer = await asker.ask({
      method: 'OPTIONS',
      uri: `sip:${server.address}`,
      callId: `options-${at}`,
    });
    expect(answer.status).toBe(200);
    took.push(answer.milliseconds);
    await pause(5);
  }
  return took.toSorted((a, b) => a - b)[Math.floor(took.length * 0.99)] ?? 0;
}

test('no registration that was acknowledged is lost when the server is killed at any moment (X01)', async () => {
  await using world = new World();
  let server = await Offhook.start(world);
  const names = ['ann', 'ben', 'cas', 'dan'];
  for (const name of names) await server.user(name);
  const acknowledged = new Map<string, readonly [number, number]>();
  for (let round = 0; round < 3; round += 1) {
    let running = true;
    const lines = names.map(async (name) => {
      const phone = await Registrant.open(world, name, server);
      for (let at = 0; running; at += 1) {
        const contact = `sip:${name}@127.0.0.1:${phone.port};at=${round}-${at}`;
        const callId = `${name}-${round}-${at}`;
        const answer = await phone.register(callId, contact, 500).catch(() => undefined);
        if (answer?.status === 200) acknowledged.set(name, [round, at]);
      }
    });
    // Each round the moment is another.
    await pause(300 + 97 * round + (performance.now() % 100));
    server.program.signal('SIGKILL');
    running = false;
    await server.program.finished();
    await Promise.all(lines);
    server = await Offhook.start(world, ['--domain', server.domain]);
    for (const [name, [inRound, at]] of acknowledged) {
      const phone = await Registrant.open(world, name, server);
      const listed = (await phone.register(`${name}-${round}-list`)).header('Contact').join();
      // What was under way may have been stored too, though nobody heard of it.
      expect(listed).toMatch(new RegExp(`;at=${inRound}-(?:${at}|${at + 1})>`));
    }
  }
  expect(acknowledged.size).toBe(names.length);
}, 60_000);

test('while the database is locked a registration is refused in half a second, and calls go on (X03)', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  await server.user('ann');
  await server.user('ben');
  const ann = await Registrant.open(world, 'ann', server);
  const ben = await Registrant.open(world, 'ben', server);
  const contact = `sip:ben@127.0.0.1:${ben.port}`;
  expect((await ben.register('ben', contact)).status).toBe(200);
  const write = (at: number): Promise<Answer> =>
    ann.ask({
      method: 'MESSAGE',
      uri: server.aor('ben'),
      callId: `message-${at}`,
      rows: ['Content-Type: text/plain'],
      body: 'x',
    });
  expect((await write(0)).status).toBe(200);
  const file = path.join(world.folder, 'offhook', 'offhook.sqlite');
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  const locked = (async () => {
    const refused = await ben.register('ben', contact);
    expect([refused.status, refused.header('Retry-After')]).toEqual([500, ['5']]);
    expect(refused.milliseconds).toBeLessThan(1_500);
    for (let at = 1; at < 5; at += 1) expect((await write(at)).status).toBe(200);
    await pause(1_000);
  })();
  // The machine has other work too: far more than 50 ms would be the lock.
  expect(await slowestAnswer(world, server, locked)).toBeLessThan(300);
  await locked;
  other.exec('ROLLBACK');
  other.close();
  expect((await ben.register('ben', contact)).status).toBe(200);
});

test.runIf(isRoot && installed('mount', 'umount'))(
  'a full disk refuses registrations and nothing else, and is over when there is room again (X04)',
  async () => {
    await using world = new World();
    const disk = path.join(world.folder, 'disk');
    mkdirSync(disk);
    const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', disk]);
    if (mounted.status !== 0) return;
    world.own({ close: () => void spawnSync('umount', ['-l', disk]) });
    const server = await Offhook.start(world, ['--data', path.join(disk, 'data')]);
    await addUser(world, 'ann', path.join(disk, 'data'));
    const ann = await Registrant.open(world, 'ann', server);
    const contact = `sip:ann@127.0.0.1:${ann.port}`;
    expect((await ann.register('ann', contact)).status).toBe(200);
    fill(path.join(disk, 'filler'));
    const refused = await world.until('a refusal', async () => {
      const answer = await ann.register('ann', contact);
      return answer.status === 200 ? undefined : answer;
    });
    expect([refused.status, refused.header('Retry-After')]).toEqual([500, ['5']]);
    expect(await slowestAnswer(world, server, pause(500))).toBeLessThan(300);
    rmSync(path.join(disk, 'filler'));
    const since = performance.now();
    await world.until(
      'a registration',
      async () => (await ann.register('ann', contact)).status === 200,
    );
    expect(performance.now() - since).toBeLessThan(10_000);
  },
);

test.runIf(isRoot && installed('strace'))(
  'a disk that fails refuses registrations, never says 200, and is over when it works again (X05)',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    await server.user('ann');
    const ann = await Registrant.open(world, 'ann', server);
    const contact = `sip:ann@127.0.0.1:${ann.port}`;
    expect((await ann.register('ann', contact)).status).toBe(200);
    const calls = 'pwrite64,fsync,fdatasync';
    const strace = new Program(world, 'strace', [
      ...['-f', '-p', String(server.program.pid), '-o', '/dev/null'],
      ...['-e', `trace=${calls}`, '-e', `inject=${calls}:error=EIO`],
    ]);
    await strace.prints(/attached/);
    const refused = await ann.register('ann', contact);
    expect([refused.status, refused.header('Retry-After')]).toEqual([500, ['5']]);
    expect(await slowestAnswer(world, server, pause(300))).toBeLessThan(1_000);
    strace.signal('SIGINT');
    await strace.ended;
    await world.until(
      'a registration',
      async () => (await ann.register('ann', contact)).status === 200,
    );
  },
);

async function addUser(world: World, name: string, folder: string): Promise<void> {
  const added = offhook(world, ['user', 'add', name, '--password', `pw-${name}`, '--data', folder]);
  expect(await added.finished(20_000)).toBe(0);
  await pause(600);
}

function fill(file: string): void {
  for (let size = 1 << 20; size >= 512; size >>= 1) {
    try {
      for (;;) writeFileSync(file, Buffer.alloc(size), { flag: 'a' });
    } catch {
      // There is no room for so much; there may be for less.
    }
  }
}
