// `offhook serve` as its operator sees it: ports, signals, restarts after kill -9, and data folders that cannot be used.
import { execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { Offhook, offhook } from '../peers/offhook.ts';
import type { Program } from '../peers/program.ts';
import { World } from '../peers/world.ts';

async function call(world: World, server: Offhook, more: readonly string[] = []): Promise<Program> {
  const program = offhook(world, ['call', server.aor('echo'), '--json', ...more]);
  await program.prints(/"event":"answered"/);
  return program;
}

test('ports in use: the next ones are taken and both are said, in words and in JSON', async () => {
  await using world = new World();
  const [sip, http] = [await world.ports.take(4), await world.ports.take(4)];
  const udp = createSocket('udp4');
  await new Promise<void>((resolve) => udp.bind(sip, '127.0.0.1', resolve));
  const tcp = createServer();
  await new Promise<void>((resolve) => tcp.listen(http, '127.0.0.1', resolve));
  world.own({ close: () => void udp.close() });
  world.own({ close: () => void tcp.close() });
  const ports = ['--sip-port', String(sip), '--http-port', String(http)];
  const server = await Offhook.start(world, ports);
  expect(server.events.find(({ event }) => event === 'listening')).toMatchObject({
    ...{ sipPort: sip + 1, sipPortInUse: sip },
    ...{ httpPort: http + 1, httpPortInUse: http },
  });
  expect(await server.drain()).toBe(0);
  const words = offhook(world, ['serve', ...ports, '--data', path.join(world.folder, 'words')]);
  await words.prints(/Ctrl\+C/);
  expect(words.output).toMatch(
    /^Offhook\/\S+ is up\.\n\n {2}Phone {6}http:\/\/127\.0\.0\.1:\d+\/\n/,
  );
  expect(words.output).toContain(`Port ${sip} is in use: SIP is on ${sip + 1}.`);
  expect(words.output).toContain(`Port ${http} is in use: the page is on ${http + 1}.`);
  words.signal('SIGINT');
  expect(await words.finished(5_000)).toBe(0);
});

test('port 0 means any: UDP and TCP get the same one', async () => {
  await using world = new World();
  const server = await Offhook.start(world, ['--sip-port', '0', '--http-port', '0']);
  for (const transport of ['udp', 'tcp']) {
    const options = offhook(world, [
      'options',
      `sip:${server.address}`,
      '--transport',
      transport,
      '--quiet',
    ]);
    expect(await options.finished(10_000), options.tail()).toBe(0);
  }
});

test('SIGTERM lets a call in progress end by itself, refuses new ones, and ends with status 0 (X25)', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const running = await call(world, server, ['--seconds', '3']);
  server.program.signal('SIGTERM');
  await server.program.prints(/"event":"draining".*"calls":1/);
  const late = offhook(world, ['call', server.aor('echo'), '--json']);
  expect(await late.finished(5_000)).toBe(1);
  expect(late.output).toMatch(/"code":"SIP_REJECTED".*"status":503/);
  expect(server.program.status).toBeUndefined();
  expect(await running.finished(10_000)).toBe(0);
  expect(running.output).toMatch(/"event":"ended","by":"local"/);
  expect(await server.program.finished(5_000)).toBe(0);
  expect(server.events.at(-1)).toEqual({ event: 'stopped' });
});

test('SIGINT hangs up and ends at once, and so does a second signal while it drains', async () => {
  await using world = new World();
  const first = await Offhook.start(world);
  const running = await call(world, first);
  first.program.signal('SIGINT');
  expect(await first.program.finished(4_000)).toBe(0);
  expect(await running.finished(5_000)).toBe(0);
  expect(running.output).toMatch(/"event":"ended","by":"remote"/);
  const second = await Offhook.start(world);
  await call(world, second);
  second.program.signal('SIGTERM');
  await second.program.prints(/"event":"draining"/);
  second.program.signal('SIGTERM');
  expect(await second.program.finished(1_000)).toBe(0);
});

test('--quiet tells no calls, --verbose more than all, and --log writes lines of JSON', async () => {
  await using world = new World();
  const log = path.join(world.folder, 'log', 'serve.jsonl');
  const lines: number[] = [];
  for (const more of [['--quiet'], [], ['--verbose']]) {
    const port = String(await world.ports.take());
    const folder = path.join(world.folder, `data${lines.length}`);
    const server = offhook(world, [
      'serve',
      '--sip-port',
      port,
      '--http-port',
      '0',
      '--data',
      folder,
      '--log',
      log,
      ...more,
    ]);
    await server.prints(/Ctrl\+C/);
    const done = offhook(world, [
      'call',
      `sip:echo@127.0.0.1:${port}`,
      '--seconds',
      '1',
      '--quiet',
    ]);
    expect(await done.finished(10_000), done.tail()).toBe(0);
    server.signal('SIGTERM');
    expect(await server.finished(5_000)).toBe(0);
    lines.push(server.output.split('\n').length);
    expect(/INVITE/.test(server.output)).toBe(!more.includes('--quiet'));
  }
  const [quiet = 0, normal = 0, verbose = 0] = lines;
  expect(quiet).toBeLessThan(normal);
  expect(normal).toBeLessThan(verbose);
  const logged = readFileSync(log, 'utf8').trimEnd().split('\n');
  expect(logged.map((line) => (JSON.parse(line) as { msg: string }).msg)).toContain('Listening');
});

test('a user who is added, given another password or removed while it runs is so at once', async () => {
  await using world = new World();
  const server = await Offhook.start(world, ['--domain', 'Example.com']);
  expect(server.domain).toBe('example.com');
  const register = async (password: string): Promise<number> => {
    const login = [
      '--user',
      'alice@example.com',
      '--password',
      password,
      '--server',
      server.address,
    ];
    return offhook(world, ['register', ...login, '--seconds', '1', '--quiet']).finished(10_000);
  };
  expect(await register('pw-alice')).toBe(1);
  // The folder knows the domain, so that nobody needs to say it.
  await server.user('alice');
  expect(await register('pw-alice')).toBe(0);
  const data = ['--data', path.join(world.folder, 'offhook')];
  expect(
    await offhook(world, ['user', 'passwd', 'alice', '--password', 'new', ...data]).finished(
      10_000,
    ),
  ).toBe(0);
  await pastCache();
  expect(await register('pw-alice')).toBe(1);
  expect(await register('new')).toBe(0);
  expect(await offhook(world, ['user', 'remove', 'alice', ...data]).finished(10_000)).toBe(0);
  await pastCache();
  expect(await register('new')).toBe(1);
});

test('users of another domain are not forgotten silently', async () => {
  await using world = new World();
  const data = path.join(world.folder, 'offhook');
  expect(await offhook(world, ['user', 'add', 'alice', '--data', data]).finished(10_000)).toBe(0);
  const server = await Offhook.start(world, ['--domain', 'example.com']);
  await server.program.prints(
    /alice of 127\.0\.0\.1, cannot log in to example\.com\. Next step: start with --domain 127\.0\.0\.1/,
  );
});

test('a data folder that cannot be used is a clear error, with status 1 and without a trace of the stack', async () => {
  await using world = new World();
  const file = path.join(world.folder, 'file');
  writeFileSync(file, 'not a folder');
  const noKey = path.join(world.folder, 'no-key');
  mkdirSync(noKey);
  writeFileSync(path.join(noKey, 'offhook.key'), 'nonsense');
  const locked = path.join(world.folder, 'locked');
  expect(await offhook(world, ['user', 'add', 'alice', '--data', locked]).finished(10_000)).toBe(0);
  const holder = new DatabaseSync(path.join(locked, 'offhook.sqlite'));
  world.own({ close: () => holder.close() });
  holder.exec('PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  const cases: readonly (readonly [string, RegExp])[] = [
    [path.join(file, 'data'), /cannot be used/],
    [file, /cannot be used/],
    [noKey, /64 hex digits/],
    [locked, /Another program holds the database/],
  ];
  for (const [folder, words] of cases) {
    for (const command of [
      ['serve', '--sip-port', '0', '--http-port', '0'],
      ['user', 'add', 'bert'],
    ]) {
      const program = offhook(world, [...command, '--data', folder]);
      const status = await program.finished(15_000);
      expect(status, `${folder}\n${program.output}`).toBe(1);
      expect(program.output).toMatch(words);
      expect(program.output).toMatch(/Next step: /);
      expect(program.output).not.toMatch(/\n\s+at /);
    }
  }
});

test.runIf(mayMount())(
  'A full disk at the start is a clear error with status 1, and later costs registrations only (X04)',
  async () => {
    await using world = new World();
    const disk = path.join(world.folder, 'disk');
    mkdirSync(disk);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=600k', 'none', disk]);
    world.own({ close: () => void execFileSync('umount', ['-l', disk]) });
    const server = await Offhook.start(world, ['--data', path.join(disk, 'data')]);
    const login = ['--user', 'alice', '--password', 'pw'];
    const add = offhook(world, [
      'user',
      'add',
      'alice',
      '--password',
      'pw',
      '--data',
      path.join(disk, 'data'),
    ]);
    expect(await add.finished(10_000), add.tail()).toBe(0);
    fill(disk);
    const register = [...login, '--server', server.address, '--quiet', '--json'];
    const refused = offhook(world, ['register', ...register, '--seconds', '1']);
    expect(await refused.finished(10_000), refused.tail()).not.toBe(0);
    const calling = await call(world, server, ['--seconds', '1']);
    expect(await calling.finished(10_000)).toBe(0);
    const another = offhook(world, [
      'serve',
      '--sip-port',
      '0',
      '--http-port',
      '0',
      '--data',
      path.join(disk, 'other'),
    ]);
    expect(await another.finished(10_000), another.tail()).toBe(1);
    expect(another.output).toMatch(/disk.* is full/i);
    expect(another.output).toMatch(/Next step: /);
  },
);

/** Users that another process changed are known to the server half a second later. */
async function pastCache(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 600));
}

function fill(disk: string): void {
  for (const size of [100_000, 4_096, 1]) {
    try {
      for (let at = 0; at < 200; at += 1)
        writeFileSync(path.join(disk, `fill-${size}-${at}`), Buffer.alloc(size));
    } catch {
      // Full for this size.
    }
  }
}

function mayMount(): boolean {
  try {
    execFileSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'none', '/mnt'], { stdio: 'ignore' });
    return process.getuid?.() === 0;
  } catch {
    return false;
  }
}
