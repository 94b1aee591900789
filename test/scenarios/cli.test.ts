// The command line as people and programs use it: what it prints is documented, wrong use is told, secrets stay secret.
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { tone, writeWav } from '../peers/audio.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';
import { run, documented, undocumented, names } from './command.ts';
import type { Done } from './command.ts';

test('each event in the sources is in docs/cli.md, and each documented one is in the sources', () => {
  const folder = fileURLToPath(new URL('../../packages/offhook/src/cli/', import.meta.url));
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => name.endsWith('.ts') && !name.includes('.test'),
  );
  const told = new Set<string>();
  for (const file of files) {
    const text = readFileSync(path.join(folder, file), 'utf8');
    for (const [, name = ''] of text.matchAll(/(?:\.event\(\s*'|event: '|"event":")(\w+)['"]/g))
      told.add(name);
    for (const [, name = ''] of text.matchAll(/options, '(added|changed)'\)/g)) told.add(name);
  }
  const known = new Set([...documented().keys()].map((row) => row.split(' ')[1] ?? ''));
  expect([...told].toSorted()).toEqual([...known].toSorted());
});

test('wrong use is status 2 in words and in JSON, before anything is sent', async () => {
  await using world = new World();
  const folder = path.join(world.folder, 'folder');
  mkdirSync(folder);
  const text = path.join(world.folder, 'text.wav');
  writeFileSync(text, 'no sound');
  const wav = path.join(world.folder, 'tone.wav');
  writeWav(wav, tone(440, 1));
  const uri = 'sip:bob@127.0.0.1:1';
  const uses: (readonly string[])[] = [
    ['call'],
    ['call', 'bob'],
    ['call', uri, '--seconds', '0'],
    ['call', uri, '--dtmf', 'x'],
    ['call', uri, '--transport', 'pigeon'],
    ['call', uri, '--server', 'ws://127.0.0.1:1/', '--transport', 'udp'],
    ['call', uri, '--server', 'ws://'],
    ['call', uri, '--host', 'localhost'],
    ['call', uri, '--user', 'a b'],
    ['call', uri, '--play', 'tone:5'],
    ['call', uri, '--play', 'tone:abc'],
    ['call', uri, '--play', path.join(world.folder, 'missing.wav')],
    ['call', uri, '--play', text],
    ['call', uri, '--play', folder],
    ['call', uri, '--play', wav, '--record', path.join(world.folder, 'missing', 'x.wav')],
    ['call', uri, '--record', folder],
    ['call', uri, '--record', path.join(text, 'x.wav')],
    ['register'],
    ['register', '--user', 'alice'],
    ['serve', '--host', 'localhost'],
    ['serve', '--domain', 'not a name'],
    ['serve', '--sip-port', '65536'],
    ['serve', '--nonsense'],
    ['user'],
    ['user', 'add'],
    ['user', 'add', 'alice', '--password', '', '--data', folder],
    ['parse', path.join(world.folder, 'missing')],
    ['parse', folder],
    ['nonsense'],
  ];
  const results = await inTurns(uses, (use) => run(world, use));
  for (const [at, { status, output }] of results.entries()) {
    const use = uses[at]?.join(' ');
    expect(status, `${use}\n${output}`).toBe(2);
    expect(output, use).not.toMatch(/\n\s+at /);
  }
  for (const [at, { output }] of results.entries()) {
    if ((uses[at]?.length ?? 0) > 1) expect(output, uses[at]?.join(' ')).toMatch(/Next step: /);
  }
  const { events, status } = await run(world, ['call', uri, '--seconds', '0', '--json']);
  expect(status).toBe(2);
  expect(events).toMatchObject([{ event: 'failed', code: 'OFFHOOK_USAGE' }]);
});

test('a password comes from the environment or standard input too, so that nobody sees it in the command line', async () => {
  await using world = new World();
  const data = ['--data', path.join(world.folder, 'data')];
  const added = offhook(world, ['user', 'add', 'alice', ...data], { OFFHOOK_PASSWORD: 'one' });
  expect(await added.finished()).toBe(0);
  expect(added.output).toBe('alice@127.0.0.1 is added.\n');
  const changed = offhook(world, ['user', 'passwd', 'alice', '--password', '-', ...data]);
  changed.type('two');
  expect(await changed.finished()).toBe(0);
  const empty = offhook(world, ['user', 'passwd', 'alice', '--password', '-', ...data]);
  empty.type('');
  expect(await empty.finished()).toBe(2);
  const server = await Offhook.start(world, data);
  const login = offhook(world, [
    ...['register', '--user', 'alice', '--server', server.address, '--password', '-'],
  ]);
  login.type('two');
  await login.prints(/registered/i);
});

test('users are added, listed, changed and removed, with statuses and JSON as documented', async () => {
  await using world = new World();
  const data = ['--data', path.join(world.folder, 'data')];
  const user = async (...more: readonly string[]): Promise<Done> =>
    run(world, ['user', ...more, ...data]);
  expect((await user('list')).output).toBe('No users yet. Next step: offhook user add alice\n');
  const added = await user('add', 'alice', '--json');
  expect(added.events).toMatchObject([
    {
      event: 'added',
      name: 'alice',
      domain: '127.0.0.1',
      password: expect.stringMatching(/^\w{20}$/),
    },
  ]);
  expect((await user('add', 'bert', '--password', 'mine', '--domain', 'Example.COM')).output).toBe(
    'bert@example.com is added.\n',
  );
  expect(await user('add', 'alice')).toMatchObject({
    status: 1,
    output: expect.stringMatching(/already\nNext step: /),
  });
  expect(await user('add', 'a b')).toMatchObject({ status: 1 });
  expect(await user('add', 'echo')).toMatchObject({
    status: 1,
    output: 'offhook: echo is a built-in peer\nNext step: Choose another name\n',
  });
  const changed = await user('passwd', 'alice', '--json');
  expect(await user('passwd', 'nobody')).toMatchObject({
    status: 1,
    output: expect.stringMatching(/Next step: offhook user list/),
  });
  const listed = await user('list', '--json');
  expect(listed.events.map(({ name, domain }) => `${String(name)}@${String(domain)}`)).toEqual([
    'alice@127.0.0.1',
    'bert@example.com',
  ]);
  const removed = await user('remove', 'bert', '--domain', 'example.com', '--json');
  expect((await user('remove', 'bert')).status).toBe(1);
  for (const { events } of [added, changed, listed, removed])
    expect(undocumented('user', events)).toEqual([]);
});

test('the Fault Lab is listed, played and scored as documented, also what another tool found', async () => {
  await using world = new World();
  const findings = path.join(world.folder, 'findings.json');
  writeFileSync(findings, JSON.stringify([{ file: 'healthy-hold.pcap.gz', faults: [1] }]));
  const listed = await run(world, ['faults', '--json']);
  const played = await run(world, ['faults', 'play', '6', '--json']);
  const scored = await run(world, ['faults', 'score', findings, '--json']);
  for (const { status, output, events } of [listed, played, scored]) {
    expect(status, output).toBe(0);
    expect(undocumented('faults', events)).toEqual([]);
  }
  expect(names(played.events)).toEqual(['capture', 'file', 'call']);
  expect(scored.events.at(-1)).toMatchObject({ event: 'sum', named: 0, faults: 0, false: 1 });
  const wrong = await run(world, ['faults', 'play', 'nothing-like-that']);
  expect(wrong).toMatchObject({ status: 2, output: expect.stringMatching(/offhook faults/) });
});

/** Runs `work` for each of `list`, four at a time. */
async function inTurns<Item, Result>(
  list: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let at = 0; at < list.length; at += 4)
    results.push(...(await Promise.all(list.slice(at, at + 4).map(work))));
  return results;
}
