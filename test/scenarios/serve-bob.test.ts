// bob, the scripted colleague, and echo: real calls with sound, keys, hold, resume and hang up.
import path from 'node:path';
import { expect, test } from 'vitest';
import { readWav } from '../peers/audio.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import type { OffhookEvent } from '../peers/offhook.ts';
import { World } from '../peers/world.ts';

/** What a step of a call was, when, as the caller's own stack saw it. */
function steps(output: string): readonly { readonly at: number; readonly what: string }[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .flatMap((line) => {
      const { event, observation } = JSON.parse(line) as OffhookEvent & {
        readonly observation?: Readonly<Record<string, unknown>>;
      };
      if (event !== 'observation' || observation?.['kind'] !== 'message') return [];
      const text = String(observation['text']);
      const [first = ''] = text.split('\r\n');
      const direction = /^a=(sendrecv|sendonly|recvonly|inactive)/m.exec(text)?.[1];
      const what = `${String(observation['direction'])} ${first.replace(/ sip:.*| SIP\/2\.0$/, '').replace('SIP/2.0 ', '')}`;
      return [
        {
          at: Number(observation['at']),
          what: direction === undefined ? what : `${what} ${direction}`,
        },
      ];
    });
}

test('bob rings a second, answers and speaks; key 1 holds for a moment, 2 hangs up', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const recording = path.join(world.folder, 'bob.wav');
  const call = offhook(world, [
    'call',
    server.aor('bob'),
    '--record',
    recording,
    '--dtmf',
    '1',
    '--seconds',
    '30',
    '--json',
  ]);
  await call.prints(/"event":"answered"/);
  const told = (): readonly string[] => steps(call.output).map(({ what }) => what);
  await world.until('bob to hold', () => told().includes('out 200 OK recvonly'));
  call.signal('SIGINT');
  expect(await call.finished(5_000), call.tail()).toBe(0);
  const [ringing, answer] = ['in 180 Ringing', 'in 200 OK sendrecv'].map(
    (what) => steps(call.output).find((one) => one.what === what)?.at ?? 0,
  );
  expect((answer ?? 0) - (ringing ?? 0)).toBeGreaterThan(900);
  expect((answer ?? 0) - (ringing ?? 0)).toBeLessThan(2_500);
  expect(told()).toContain('out 200 OK recvonly');
  expect(loudest(recording)).toBeGreaterThan(1_000);

  const whole = offhook(world, [
    'call',
    server.aor('bob'),
    '--dtmf',
    '2',
    '--seconds',
    '30',
    '--json',
  ]);
  expect(await whole.finished(15_000), whole.tail()).toBe(0);
  expect(whole.output).toMatch(/"event":"ended","by":"remote"/);
  expect(steps(whole.output).map(({ what }) => what)).toContain('in BYE');
});

test('bob takes the call up again by himself', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const call = offhook(world, [
    'call',
    server.aor('bob'),
    '--dtmf',
    '1',
    '--seconds',
    '30',
    '--json',
  ]);
  const seen = (): readonly string[] => steps(call.output).map(({ what }) => what);
  await world.until('bob to resume', () => seen().includes('in INVITE sendrecv'));
  expect(seen().indexOf('in INVITE sendonly')).toBeLessThan(seen().indexOf('in INVITE sendrecv'));
  call.signal('SIGINT');
  expect(await call.finished(5_000)).toBe(0);
});

test('a caller who gives up while bob rings gets 487, and bob takes the next call', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const first = offhook(world, ['call', server.aor('bob'), '--json']);
  await first.prints(/180 Ringing/);
  first.signal('SIGINT');
  await first.finished(5_000);
  expect(first.output).toContain('487 Request Terminated');
  const second = offhook(world, ['call', server.aor('bob'), '--seconds', '1', '--json']);
  expect(await second.finished(10_000), second.tail()).toBe(0);
});

test('bob lets himself be handed over to echo, and to nobody outside', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const transfer = async (target: string): Promise<readonly [number, string]> => {
    const call = offhook(world, [
      ...['call', server.aor('bob'), '--transfer', target, '--after', '1', '--json', '--quiet'],
    ]);
    return [await call.finished(15_000), call.output];
  };
  const [done, told] = await transfer(server.aor('echo'));
  expect(done, told).toBe(0);
  expect(told).toMatch(/"event":"transferred","status":200/);
  const [refused, why] = await transfer('sip:bob@198.51.100.1');
  expect(refused, why).toBe(1);
  expect(why).toContain('403');
});

test('echo answers at once and sends back what it hears', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const recording = path.join(world.folder, 'echo.wav');
  const call = offhook(world, [
    'call',
    server.aor('echo'),
    '--play',
    'tone:1000',
    '--record',
    recording,
    '--seconds',
    '2',
    '--json',
  ]);
  expect(await call.finished(10_000), call.tail()).toBe(0);
  const { samples, rate } = readWav(recording);
  const middle = samples.subarray(rate / 2, rate + rate / 2);
  const crossings = middle.reduce(
    (sum, sample, at) => sum + (at > 0 && sample >= 0 && (middle[at - 1] ?? 0) < 0 ? 1 : 0),
    0,
  );
  expect(Math.abs(crossings / (middle.length / rate) - 1000)).toBeLessThan(10);
});

function loudest(file: string): number {
  return readWav(file).samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}
