// `offhook trace` beside a running system: as JSON, as ladders, and on a real terminal under the keys of a person.
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed, Program } from '../peers/program.ts';
import { World } from '../peers/world.ts';

const command = fileURLToPath(new URL('../../packages/offhook/bin/offhook.js', import.meta.url));

async function callEcho(world: World, server: Offhook): Promise<void> {
  const call = offhook(world, ['call', server.aor('echo'), '--seconds', '1', '--quiet']);
  expect(await call.finished(20_000), call.tail()).toBe(0);
}

test('It tells of a call while it happens, by a filter, as JSON; and of one that is over as a ladder', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const data = ['--data', path.join(world.folder, 'offhook')];
  const live = offhook(world, ['trace', 'method:INVITE', '--json', ...data]);
  // It looks on as soon as it asked; a first call may come before that.
  await world.until('the first observation', async () => {
    await callEcho(world, server);
    return live.output !== '';
  });
  const kinds = new Set(
    live.output
      .trimEnd()
      .split('\n')
      .slice(0, -1)
      .map((line): string => JSON.parse(line).observation.kind),
  );
  expect([...kinds]).toEqual(expect.arrayContaining(['message', 'transaction', 'dialog']));
  expect(live.output).not.toContain('REGISTER sip:');
  live.signal('SIGINT');
  expect(await live.finished(10_000), live.tail()).toBe(0);
  const callId = /Call-ID: (\S+?)\\r/.exec(live.output)?.[1] ?? '';
  const one = offhook(world, ['trace', '--call', callId, ...data]);
  expect(await one.finished(20_000), one.tail()).toBe(0);
  expect(one.output).toMatch(/INVITE.*T1/);
  expect(one.output).toMatch(/call 1: answered/);
});

test('Without a system that is said, and what to do', async () => {
  await using world = new World();
  const none = offhook(world, ['trace', '--data', path.join(world.folder, 'nothing')]);
  expect(await none.finished(20_000)).toBe(3);
  expect(none.output).toMatch(/No system runs on the data folder .*\n.*npx offhook serve/);
  const filter = offhook(world, ['trace', 'colour:red']);
  expect(await filter.finished(20_000)).toBe(2);
  expect(filter.output).toMatch(/no such field/);
});

test.runIf(installed('script'))(
  'On a terminal it is a screen: list, flow, message, saved as a capture, and the terminal given back',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    await callEcho(world, server);
    const line = `stty rows 30 cols 150; exec ${process.execPath} ${command} trace --data offhook`;
    const screen = new Program(world, 'script', ['-qec', line, '/dev/null'], {
      env: { TERM: 'xterm-256color', NO_COLOR: '1' },
    });
    const press = async (keys: string, shows: RegExp): Promise<void> => {
      const from = screen.output.length;
      screen.write(keys);
      await screen.prints(shows, 10_000, from);
    };
    await screen.prints(/COMPLETED/, 20_000);
    await press('f', /Filter:/);
    await press('method:INVITE\r', /1 of \d calls/);
    await press('\r', /-> *\|.*T1/);
    await press('\r', /Call-ID: \S+/);
    await press('q', /Enter message/);
    await press('s', /Save as/);
    await press('\u0015out.pcap\r', /1 call is in out\.pcap/);
    expect(existsSync(path.join(world.folder, 'out.pcap'))).toBe(true);
    await press('q', /Method/);
    const from = screen.output.length;
    screen.write('q');
    expect(await screen.finished(10_000)).toBe(0);
    expect(screen.output.slice(from)).toContain('\u001B[?1049l');
  },
);
