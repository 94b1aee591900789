// The traces as the system holds them: over a real thread, with what happens when it dies or has too much to do.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, test, vi } from 'vitest';
import { systemClock } from '@offhook/sip';
import type { Logger } from '@offhook/sip';
import { parseTapLine } from '@offhook/sip/trace';
import { viewers } from './limits.ts';
import type { TraceGap } from './messages.ts';
import { call, seen, start, usual } from './trace.test-kit.ts';
import { Traces } from './traces.ts';
import type { Sink } from './traces.ts';

// A thread reads all of its sources first, and the machine may have other things to do.
vi.setConfig({ testTimeout: 60_000 });

const open: Traces[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const traces of open.splice(0)) await traces.close();
});

class Lines implements Logger {
  readonly lines: string[] = [];
  debug(): void {}
  info(): void {}
  warn(message: string): void {
    this.lines.push(`warn ${message}`);
  }
  error(message: string): void {
    this.lines.push(`error ${message}`);
  }
}

function openIn(folder = mkdtempSync(join(tmpdir(), 'offhook-traces-')), log = new Lines()) {
  const domain = { domain: 'example.com', aliases: [] };
  const traces = new Traces({ folder, limits: usual, ...domain, clock: systemClock, log });
  open.push(traces);
  return { traces, folder, log };
}

/** Takes lines, and at the end `undefined`. */
function sinkOf(
  take: (lines: string | undefined) => void,
  gap: Sink['gap'] = () => undefined,
): Sink {
  return { lines: take, gap, end: () => take(undefined) };
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  await vi.waitFor(async () => expect(await isSo()).toBe(true), { timeout: 20_000, interval: 20 });
}

// What is older than a week would be gone at once.
function tell(traces: Traces, observations = call()): void {
  const late = systemClock.wall() - start;
  for (const observation of observations)
    traces.observe({ ...observation, at: observation.at + late });
}

test('a search knows all that was observed before it, and what is closed is there after a new start', async () => {
  const { traces, folder } = openIn();
  tell(traces);
  const { calls } = await traces.calls({ limit: 10 });
  expect(calls.map(({ id, status }) => [id, status])).toEqual([['call-1', 200]]);
  tell(traces, call({ callId: 'call-2' }));
  await traces.close();
  const again = openIn(folder);
  expect((await again.traces.calls({ limit: 10 })).calls).toHaveLength(2);
  expect((await again.traces.lines({ call: 'call-2' }))?.split('\n')).toHaveLength(7);
});

test('who looks on sees what is for him, as tap lines without secrets, and is told of the end', async () => {
  const { traces } = openIn();
  const got: Record<string, (string | undefined)[]> = { all: [], alice: [], dave: [], one: [] };
  const into = (name: string): Sink => sinkOf((lines) => got[name]?.push(lines));
  const all = traces.watch({}, into('all'));
  for (const user of ['alice', 'dave']) traces.watch({ user }, into(user));
  traces.watch({ call: 'call-2' }, into('one'));
  const headers = ['Authorization: Digest username="alice", response="s3cret"'];
  tell(traces, [...call({ headers }), ...call({ callId: 'call-2', from: 'carol', to: 'dave' })]);
  await traces.settled();
  const seenBy = (name: string): readonly string[] =>
    (got[name] ?? []).flatMap((lines) => lines?.split('\n') ?? []);
  await until(() => seenBy('all').length === 12);
  expect(seenBy('alice')).toHaveLength(6);
  expect(seenBy('alice').every((line) => parseTapLine(line).ok)).toBe(true);
  expect(seenBy('dave')).toEqual(seenBy('one'));
  expect(seenBy('all').join()).not.toContain('s3cret');
  all?.();
  tell(traces, call({ callId: 'call-3' }));
  await traces.settled();
  await until(() => seenBy('alice').length === 12);
  expect(seenBy('all')).toHaveLength(12);
  await traces.close();
  expect(got['alice']?.at(-1)).toBeUndefined();
});

test('of viewers there are so many and no more, of one user fewer (A43)', async () => {
  const { traces } = openIn();
  const watch = (user?: string) =>
    traces.watch(
      { user },
      sinkOf(() => undefined),
    );
  for (let index = 0; index < viewers.ofUser; index += 1) expect(watch('alice')).toBeDefined();
  expect(watch('alice')).toBeUndefined();
  const stop = watch('bob');
  while (watch() !== undefined);
  expect(watch('carol')).toBeUndefined();
  stop?.();
  expect(watch('carol')).toBeDefined();
});

test('a thread that dies is started again: no call notices, what was told meanwhile is lost and counted, viewers go on (X05)', async () => {
  const threads: Worker[] = [];
  const post = vi.spyOn(Worker.prototype, 'postMessage').mockImplementation(function (
    this: Worker,
    ...message
  ) {
    threads.push(this);
    post.mockRestore();
    this.postMessage(...message);
  });
  const { traces, log } = openIn();
  tell(traces);
  await traces.settled();
  let shown = '';
  traces.watch(
    {},
    sinkOf((lines) => (shown += `${lines}\n`)),
  );
  await threads[0]?.terminate();
  await expect(traces.settled()).rejects.toMatchObject({ code: 'STORAGE_IO' });
  tell(traces, call({ callId: 'lost' }));
  await until(() => log.lines.includes('warn Traces are kept again'));
  tell(traces, [seen('INVITE', { callId: 'after' })]);
  expect((await traces.calls({ limit: 10 })).calls.map(({ id }) => id).toSorted()).toEqual([
    'after',
    'call-1',
  ]);
  await until(() => shown.includes('after'));
  expect(log.lines).toEqual([
    'error Traces cannot be kept; calls go on without them',
    'warn Traces are kept again',
    'warn Traces are complete again',
  ]);
});

test('a folder that cannot be used stops nothing, and is told once (X04)', async () => {
  const { traces, log } = openIn('/proc/no-such-folder');
  tell(traces);
  await until(() => log.lines.length > 0);
  tell(traces);
  await expect(traces.calls({ limit: 1 })).rejects.toMatchObject({ code: 'STORAGE_IO' });
  expect(log.lines).toEqual(['error Traces cannot be kept; calls go on without them']);
});

test('with more than can be written new calls are left out whole; how many they were is told, and kept with the calls (A43)', async () => {
  const { traces, folder, log } = openIn();
  await traces.settled();
  const gaps: TraceGap[] = [];
  traces.watch(
    {},
    sinkOf(
      () => undefined,
      (gap) => gaps.push(gap),
    ),
  );
  traces.watch(
    { user: 'alice' },
    sinkOf(
      () => undefined,
      () => gaps.push(),
    ),
  );
  const [invite, ...rest] = call({ callId: 'before' });
  if (invite === undefined) throw new TypeError('No call');
  tell(traces, [invite]);
  // More than half of what may be on its way, before the thread can take any of it.
  const big = 'x'.repeat(60_000);
  for (let index = 0; index < 600; index += 1)
    tell(traces, [seen('INFO', { callId: 'before', body: big, branch: `b${index}` })]);
  for (const callId of ['left-1', 'left-2']) tell(traces, call({ callId }));
  expect(gaps).toMatchObject([{ until: undefined }]);
  expect((await traces.calls({ limit: 10 })).gaps[0]?.calls).toBe(2);
  tell(traces, rest);
  await until(() => log.lines.includes('warn Traces are complete again'));
  // What comes later of a call that was left out begins no new gap.
  tell(traces, [seen('BYE', { callId: 'left-1', cseq: '2 BYE' })]);
  await traces.settled();
  expect(gaps).toMatchObject([{ until: undefined }, { calls: 2, until: expect.any(Number) }]);
  const found = await traces.calls({ limit: 10 });
  expect(found.calls.map(({ id }) => id)).toEqual(['before']);
  expect(found.gaps).toEqual(gaps.slice(1));
  expect((await traces.calls({ limit: 10, user: 'alice' })).gaps).toEqual([]);
  await traces.close();
  expect((await openIn(folder).traces.calls({ limit: 10 })).gaps).toEqual(gaps.slice(1));
  expect(log.lines).toEqual([
    'warn Not all calls are traced: there is more to write than can be written',
    'warn Traces are complete again',
  ]);
});
