// Captures of several files in the viewer: together they are one, beside an open one they ask, and key logs go where they are needed.
import { expect, test } from 'vitest';
import { basicCall, busyCall } from '../../packages/sip/src/trace/sample/calls.ts';
import { FileSource } from '../../packages/web/src/model/trace/source/file-source.ts';
import { heldFile, ViewerWorld } from './viewer-world.ts';

/** One call, of which each file has every second record. */
function halves(): readonly ReturnType<typeof heldFile>[] {
  const records = basicCall();
  return [1, 0].map((rest) =>
    heldFile(
      `half-${rest}.jsonl`,
      records.filter((_, index) => index % 2 === rest),
      { size: 700 },
    ),
  );
}

function shownFile(world: ViewerWorld): FileSource {
  const source = world.viewer.source.value;
  if (source instanceof FileSource) return source;
  throw new Error('No capture is shown');
}

test('Files dropped together are one capture in the order of time, whose calls are those of one file; they can be kept apart', async () => {
  const whole = await ViewerWorld.open();
  await whole.drop(heldFile('whole.jsonl', basicCall()));
  const world = await ViewerWorld.open();
  const { viewer, captures } = world.opened;
  await world.drop(...halves());
  expect(viewer.sources.value.map(({ name }) => name)).toEqual(['half-0.jsonl + half-1.jsonl']);
  expect(viewer.shown.value).toEqual(whole.viewer.shown.value);
  const [id = ''] = viewer.shown.value.map((call) => call.id);
  const told = await shownFile(world).told(id);
  const times = told?.document.messages.map(({ at }) => at) ?? [];
  expect(times).toEqual(times.toSorted((a, b) => a - b));
  expect(times).toHaveLength(whole.viewer.shown.value[0]?.messages ?? 0);

  captures.keepApart(shownFile(world));
  await world.read();
  expect(viewer.sources.value.map(({ name }) => name)).toEqual(['half-1.jsonl', 'half-0.jsonl']);
  expect(viewer.shown.value[0]?.messages).toBeLessThan(times.length);
});

test('A file that comes beside an open capture waits to hear where it belongs, and nothing else does', async () => {
  const world = await ViewerWorld.open();
  const { viewer, captures } = world.opened;
  const [one, other] = halves();
  if (one === undefined || other === undefined) throw new Error('Two halves');
  await world.drop(one);
  world.press('down', 'open');
  await world.elapse(10);
  await world.drop(other);
  expect(captures.waiting.value?.files.map(({ name }) => name)).toEqual(['half-0.jsonl']);
  expect(viewer.opened.value).toHaveLength(1);
  captures.addWaiting();
  await world.read();
  expect(captures.waiting.value).toBeUndefined();
  expect(viewer.sources.value.map(({ name }) => name)).toEqual(['half-0.jsonl + half-1.jsonl']);
  // The call that was looked at is looked at again, whole.
  expect(viewer.opened.value[0]?.source).toBe(viewer.source.value);
  expect(viewer.link.value).toContain('file=half-0.jsonl%20%2B%20half-1.jsonl');

  await world.drop(heldFile('busy.jsonl', busyCall()));
  captures.dropWaiting();
  await world.drop(heldFile('busy.jsonl', busyCall()));
  captures.openWaiting();
  await world.read();
  expect(viewer.sources.value.map(({ name }) => name).at(-1)).toBe('busy.jsonl');
  // Of a capture that is closed, what waits beside it is opened.
  await world.drop(one);
  viewer.remove(shownFile(world));
  await world.read();
  expect(captures.waiting.value).toBeUndefined();
  expect(viewer.source.value?.name).toBe('half-1.jsonl');
});

test('Keys go to the capture that they come beside, and a capture to the keys, without a question', async () => {
  const keys = { ...heldFile('keys.log', []), isKeyLog: true };
  for (const order of ['keys last', 'keys first'] as const) {
    const world = await ViewerWorld.open();
    const capture = heldFile('call.jsonl', basicCall());
    for (const file of order === 'keys last' ? [capture, keys] : [keys, capture])
      await world.drop(file);
    expect(world.opened.captures.waiting.value).toBeUndefined();
    expect(world.viewer.sources.value.map(({ name }) => name)).toEqual(['call.jsonl']);
    expect(shownFile(world).files).toHaveLength(2);
    expect(world.viewer.shown.value).toHaveLength(1);
  }
});

test('What a program opened together is one capture too', async () => {
  const world = await ViewerWorld.open((server) => {
    server.files = halves();
  });
  expect(world.viewer.sources.value.map(({ kind, name }) => [kind, name])).toEqual([
    ['opened', 'half-0.jsonl + half-1.jsonl'],
  ]);
});
