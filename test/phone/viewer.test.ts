// The viewer without a page: sources, list, filter, keys, calls side by side, links. Its worker runs on virtual time.
import { expect, test } from 'vitest';
import { formatTapLine } from '../../packages/sip/src/trace/capture/tap-lines.ts';
import { basicCall, busyCall, silentPeer } from '../../packages/sip/src/trace/sample/calls.ts';
import type { StreamDocument } from '../../packages/sip/src/trace/document/document.ts';
import { commandOf, keyLines } from '../../packages/web/src/model/trace/keys.ts';
import { formatLink, noLink, parseLink } from '../../packages/web/src/model/trace/link.ts';
import { Listening } from '../../packages/web/src/model/trace/listening.ts';
import { hidingNothing, saveFormats } from '../../packages/web/src/model/trace/save-formats.ts';
import { newSelection } from '../../packages/web/src/model/trace/selection.ts';
import type { TraceSource } from '../../packages/web/src/model/trace/source.ts';
import { statisticsOf } from '../../packages/web/src/model/trace/statistics.ts';
import { fourCalls, heldFile, linesOf, ViewerWorld } from './viewer-world.ts';

test('A capture that is dropped is read piece by piece, and its calls stand in the list with their verdicts', async () => {
  const world = await ViewerWorld.open();
  await world.drop(heldFile('four.jsonl', fourCalls));
  const { viewer } = world;
  const [source] = viewer.sources.value;
  expect(source?.kind).toBe('file');
  expect(source?.state.value).toEqual({ is: 'ready' });
  expect(viewer.shown.value).toHaveLength(4);
  const told = viewer.shown.value.map(({ status, faults }) => [status, faults]);
  expect(told).toContainEqual([200, []]);
  expect(told).toContainEqual([undefined, [1]]);
  const progress = world.answers.flatMap((one) => (one.is === 'progress' ? [one.progress] : []));
  expect(progress.length).toBeGreaterThan(0);
  const reads = progress.map(({ read }) => read);
  expect(reads).toEqual(reads.toSorted((a, b) => a - b));
});

test('A capture that breaks in the middle shows what could be read of it, and says that it is damaged', async () => {
  const world = await ViewerWorld.open();
  await world.drop(heldFile('half.jsonl', basicCall(), { breaks: true }));
  expect(world.viewer.source.value?.state.value).toMatchObject({ is: 'failed', why: 'damaged' });
  expect(world.viewer.shown.value).toHaveLength(1);
  await world.drop(heldFile('nothing.txt', []));
  world.opened.captures.openWaiting();
  await world.read();
  expect(world.viewer.source.value?.state.value).toMatchObject({ is: 'failed', why: 'no calls' });
});

test('Several captures stand side by side as sources; one that is closed is forgotten, and so is what it marked', async () => {
  const world = await ViewerWorld.open();
  const { viewer, captures } = world.opened;
  await world.drop(heldFile('a', basicCall()));
  await world.drop(heldFile('b', busyCall()));
  captures.openWaiting();
  await world.read();
  expect(viewer.sources.value.map(({ name }) => name)).toEqual(['a', 'b']);
  const [first, second] = viewer.sources.value;
  if (first === undefined || second === undefined) throw new Error('Two sources');
  viewer.show(first);
  world.press('down', 'mark');
  viewer.show(second);
  world.press('down', 'mark');
  world.press('open');
  await world.elapse(10);
  expect(viewer.opened.value.map(({ source }) => source.name)).toEqual(['a', 'b']);
  viewer.remove(first);
  expect(viewer.opened.value).toEqual([]);
  expect(viewer.marked.value).toHaveLength(1);
  expect(viewer.source.value).toBe(second);
});

test('Two calls side by side have one time axis, and a zoom into one is a zoom into both', async () => {
  const world = await ViewerWorld.open();
  await world.drop(heldFile('four', fourCalls));
  world.press('down', 'mark', 'last', 'mark', 'open');
  await world.elapse(10);
  const [one, other] = world.viewer.opened.value;
  if (one === undefined || other === undefined) throw new Error('Two calls');
  const [mine, theirs] = [one.selection, other.selection];
  // The last call waits 32 seconds for an answer; the first is over sooner.
  expect(mine.beside.value?.length).toBeGreaterThan(32_000);
  expect(theirs.beside.value?.length).toBeLessThan(32_000);
  const startOf = (call: typeof one): number => call.summary.value?.startedAt ?? 0;
  mine.window.value = { from: startOf(one) + 100, to: startOf(one) + 900 };
  expect(theirs.window.value?.from).toBeCloseTo(startOf(other) + 100, 0);
  theirs.window.value = { from: startOf(other) + 200, to: startOf(other) + 300 };
  expect(mine.window.value?.from).toBeCloseTo(startOf(one) + 200, 0);
  expect(mine.window.value?.to).toBeCloseTo(startOf(one) + 300, 0);
  theirs.window.value = undefined;
  expect(mine.window.value).toBeUndefined();
  world.press('back');
  expect(mine.beside.value).toBeUndefined();
});

test('The filter lets through what fits in all its fields, and the search finds words anywhere', async () => {
  const world = await ViewerWorld.open();
  const { viewer } = world;
  await world.drop(heldFile('four', fourCalls));
  const count = (): number => viewer.shown.value.length;
  viewer.change({ status: '486' });
  expect(count()).toBe(1);
  viewer.change({ status: '4xx' });
  expect(count()).toBe(2);
  viewer.change({ onlyFailed: true });
  expect(count()).toBe(1);
  viewer.clearFilter();
  viewer.change({ fault: 1 });
  expect(count()).toBe(1);
  viewer.clearFilter();
  viewer.change({ text: 'ALICE bob' });
  expect(count()).toBe(3);
  viewer.change({ text: 'xyzzy' });
  expect(count()).toBe(0);
  viewer.clearFilter();
  const [call] = viewer.shown.value;
  viewer.change({ callId: call?.id ?? '', address: call?.caller ?? '', method: 'INVITE' });
  expect(viewer.shown.value.map(({ id }) => id)).toContain(call?.id);
  viewer.clearFilter();
  viewer.change({ since: (call?.startedAt ?? 0) + 1e9 });
  expect(count()).toBe(0);
});

test('Every key does in the viewer what the help says, and none means two things in one place', async () => {
  for (const place of ['list', 'call', 'devices'] as const) {
    const here = keyLines.filter(({ places }) => places.includes(place));
    const keys = here.flatMap((line) => line.keys);
    expect(new Set(keys).size).toBe(keys.length);
    for (const { keys: own, command } of here)
      for (const key of own) expect(commandOf(key, place)).toBe(command);
  }
  expect(commandOf('d', 'list')).toBeUndefined();
  const world = await ViewerWorld.open();
  const { viewer } = world;
  await world.drop(heldFile('four', fourCalls));
  const ids = viewer.shown.value.map(({ id }) => id);
  world.press('down');
  expect(viewer.cursor.value).toBe(ids[0]);
  world.press('down', 'down', 'up');
  expect(viewer.cursor.value).toBe(ids[1]);
  world.press('last');
  expect(viewer.cursor.value).toBe(ids[3]);
  world.press('page up', 'up');
  expect(viewer.cursor.value).toBe(ids[0]);
  world.press('sort right', 'sort right', 'sort right', 'sort right', 'reverse');
  expect(viewer.sorting.value).toEqual({ column: 'messages', descending: true });
  const messages = viewer.shown.value.map((call) => call.messages);
  expect(messages).toEqual(messages.toSorted((a, b) => b - a));
  world.press('sort left', 'help');
  expect(viewer.sheet.value).toBe('help');
  world.press('back');
  expect(viewer.sheet.value).toBeUndefined();
  world.press('first', 'mark', 'down', 'mark', 'down', 'mark');
  expect(viewer.marked.value).toHaveLength(2);
  world.press('open');
  await world.elapse(10);
  expect(viewer.opened.value).toHaveLength(2);
  world.press('raw');
  expect(viewer.raw.value).toBe(true);
  world.press('back', 'back', 'back');
  expect([viewer.raw.value, viewer.opened.value.length, viewer.marked.value.length]).toEqual([
    false,
    0,
    0,
  ]);
  world.press('first', 'open');
  await world.elapse(10);
  world.press('down', 'down');
  const [call] = viewer.opened.value;
  const telling = call?.telling.value;
  const frames = telling?.is === 'told' ? telling.told.document.messages.map((m) => m.frame) : [];
  expect(frames.length).toBeGreaterThan(1);
  expect(call?.selection.frame.value).toBeGreaterThan(0);
  world.press('view');
  expect(call?.selection.view.value).toBe('teacher');
  world.press('sdp', 'colours');
  expect([call?.selection.tab.value, call?.selection.view.value]).toEqual(['offers', 'engineer']);
  expect(viewer.colouring.value).toBe('transaction');
  world.press('next call');
  expect(viewer.opened.value[0]?.id).not.toBe(call?.id);
});

test('A link names source, call, frame, bar, time and view, and survives its way through an address', () => {
  const link = {
    ...noLink,
    source: 'file',
    name: 'a b&c.pcap',
    call: 'x=1&y#2@192.0.2.1',
    frame: 12,
    lane: { lane: 'stream', number: 3 },
    window: { from: 1000, to: 2500 },
    view: 'teacher',
  } as const;
  expect(parseLink(`#${formatLink(link)}`)).toEqual(link);
  expect(formatLink(parseLink('#source=evil&frame=-1&lane=Q9&view=x&time=9&call=%E0%A4%A'))).toBe(
    '',
  );
});

test('An address opens its call as soon as the call is there: the file may be dropped later', async () => {
  const target = busyCall()[0];
  if (target === undefined) throw new Error('No call');
  const first = await ViewerWorld.open();
  await first.drop(heldFile('busy.jsonl', busyCall()));
  first.press('down', 'open');
  await first.elapse(10);
  first.press('down', 'down', 'view');
  const address = first.viewer.link.value;
  expect(address).toMatch(/source=file&file=busy.jsonl&call=.*&frame=\d+&view=teacher/);
  const second = await ViewerWorld.open(undefined, `#${address}`);
  expect(second.viewer.opened.value).toEqual([]);
  expect(second.viewer.awaited.value?.name).toBe('busy.jsonl');
  await second.drop(heldFile('other.jsonl', silentPeer()));
  expect(second.viewer.opened.value).toEqual([]);
  await second.drop(heldFile('busy.jsonl', busyCall()));
  expect(second.viewer.opened.value).toHaveLength(1);
  expect(second.viewer.link.value).toBe(address);
});

test('What the running system does is shown as it happens; paused, the list stands still and then catches up', async () => {
  const records = basicCall();
  const world = await ViewerWorld.open((server) => {
    server.kept = [];
  });
  const { viewer, server } = world;
  const [live] = viewer.sources.value;
  expect(viewer.sources.value.map(({ kind }) => kind)).toEqual(['live', 'stored']);
  const [listener] = server.listeners;
  listener?.opened();
  for (const record of records.slice(0, 12)) listener?.line(formatTapLine(record));
  await world.elapse(1_000);
  expect(viewer.shown.value).toHaveLength(1);
  expect(viewer.shown.value[0]?.over).toBe(false);
  world.press('autoscroll');
  expect(viewer.cursor.value).toBe(viewer.shown.value[0]?.id);
  world.press('open');
  await world.elapse(10);
  const messages = (): number => {
    const telling = viewer.opened.value[0]?.telling.value;
    return telling?.is === 'told' ? telling.told.document.messages.length : 0;
  };
  const before = messages();
  for (const record of records.slice(12)) listener?.line(formatTapLine(record));
  await world.elapse(1_000);
  expect(messages()).toBeGreaterThan(before);
  world.press('back', 'pause');
  expect(live?.state.value).toEqual({ is: 'live', paused: true });
  for (const record of busyCall()) listener?.line(formatTapLine(record));
  await world.elapse(1_000);
  expect(viewer.shown.value).toHaveLength(1);
  world.press('pause');
  expect(viewer.shown.value).toHaveLength(2);
  listener?.lost(false);
  expect(live?.state.value).toMatchObject({ is: 'failed', why: 'not reached' });
  viewer.close();
  expect(server.listeners).toEqual([]);
});

test('What the system keeps is searched by the server, and a call of it is told from its records', async () => {
  const world = await ViewerWorld.open((server) => {
    server.kept = fourCalls;
  });
  const { viewer } = world;
  const stored = viewer.sources.value.find(({ kind }) => kind === 'stored');
  viewer.show(stored);
  await world.elapse(10);
  expect(viewer.shown.value).toHaveLength(4);
  viewer.change({ text: 'bob' });
  await world.elapse(1_000);
  expect(world.server.asked.at(-1)).toMatchObject({ text: 'bob' });
  world.press('first', 'open');
  await world.elapse(10);
  const telling = viewer.opened.value[0]?.telling.value;
  expect(telling?.is).toBe('told');
});

test('What the system could not keep is told where it is missed: among what it keeps, and live', async () => {
  const { viewer, server } = await ViewerWorld.open((held) => {
    held.kept = fourCalls;
    held.gaps = [{ calls: 3 }, { calls: 2 }];
  });
  const [live, stored] = viewer.sources.value;
  expect([live?.untraced?.value, stored?.untraced?.value]).toEqual([undefined, 5]);
  const [listener] = server.listeners;
  listener?.untraced({ calls: 1 });
  expect(live?.untraced?.value).toBe(1);
});

test('An address that names no source finds its call wherever it is: live, or among those that are kept', async () => {
  const [call] = linesOf(busyCall());
  const kept = await ViewerWorld.open((server) => {
    server.kept = fourCalls;
  }, `#call=${call?.id}`);
  await kept.elapse(1_000);
  expect(kept.viewer.opened.value.map(({ source }) => source.kind)).toEqual(['stored']);
  expect(kept.viewer.opened.value[0]?.id).toBe(call?.id);
});

test('A page that was opened with captures shows these alone; a page without a server waits for files', async () => {
  const opened = await ViewerWorld.open((server) => {
    server.files = [heldFile('explained.pcap', busyCall())];
    server.kept = fourCalls;
  });
  expect(opened.viewer.sources.value.map(({ kind, name }) => [kind, name])).toEqual([
    ['opened', 'explained.pcap'],
  ]);
  expect(opened.viewer.shown.value).toHaveLength(1);
  const alone = await ViewerWorld.open();
  expect(alone.viewer.source.value).toBeUndefined();
});

test('The Fault Lab is listed by fault, and each of its captures opens once', async () => {
  const label = { programs: ['SIPp'], transport: 'UDP', says: 'Nobody answers.' };
  const world = await ViewerWorld.open((server) => {
    server.lab = [
      { ...label, file: 'healthy-a.pcap.gz', fault: null, rule: 'healthy' },
      { ...label, file: '01-b.pcap.gz', fault: 1, rule: 'no-answer' },
      { ...label, file: '01-a.pcap.gz', fault: 1, rule: 'no-answer' },
    ];
  });
  const { lab, viewer } = world.opened;
  expect(lab.faults.value.map(({ fault, variants }) => [fault, variants.length])).toEqual([
    [1, 2],
    [null, 1],
  ]);
  await lab.open({ file: '01-a.pcap.gz' });
  await lab.open({ file: '01-a.pcap.gz' });
  await world.read();
  expect(viewer.sources.value).toHaveLength(1);
  expect(viewer.shown.value[0]?.faults).toEqual([1]);
});

test('A capture of the lab that is not given says so, and is asked for again', async () => {
  const world = await ViewerWorld.open((server) => {
    server.keepsBack = true;
  });
  const { lab, viewer } = world.opened;
  await lab.open({ file: '01-a.pcap.gz' });
  expect(viewer.source.value?.state.value).toMatchObject({ is: 'failed', why: 'not given' });
  world.server.keepsBack = false;
  await lab.open({ file: '01-a.pcap.gz' });
  await world.elapse(1_000);
  expect(viewer.sources.value).toHaveLength(1);
  expect(viewer.shown.value).toHaveLength(1);
});

test('A call is saved as every kind of file; the capture that is saved reads as the same call', async () => {
  const world = await ViewerWorld.open();
  await world.drop(heldFile('busy', busyCall()));
  const { viewer } = world;
  const source = viewer.source.value;
  world.press('down');
  const id = viewer.cursor.value ?? '';
  const told = await source?.told(id);
  if (source === undefined || told === undefined) throw new Error('No call');
  for (const format of saveFormats) {
    const files = await source.saved({ told, format, hiding: hidingNothing });
    const [file] = files;
    expect(files).toHaveLength(format === 'sipp' ? 2 : 1);
    expect(file?.name).toMatch(/^busy-0aa4\.[\w.]+$/);
    expect(file?.content.length, format).toBeGreaterThan(100);
    if (file === undefined || !['pcap', 'hep', 'tap'].includes(format)) continue;
    const { content } = file;
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    await world.drop({ name: file.name, size: bytes.length, pieces: [bytes] });
    viewer.show(viewer.sources.value.at(-1));
    const again = viewer.shown.value.map((call) => [call.id, call.status, call.messages]);
    expect(again, format).toEqual([[id, 486, told.document.messages.length]]);
  }
  for (const format of saveFormats) {
    const hiding = { numbers: true, addresses: true };
    const [file] = await source.saved({ told, format, hiding });
    const content = file?.content ?? '';
    const text = typeof content === 'string' ? content : String.fromCharCode(...content);
    expect(text.length, format).toBeGreaterThan(100);
    expect(text, format).not.toMatch(/\balice\b|\bbob\b/);
  }
});

test('A stream is played, paused, sought and stopped, and the place in the call is known; another one takes its turn', async () => {
  const samples = new Int16Array(8_000);
  const stream = (number: number): StreamDocument =>
    ({ id: number, codec: 'PCMU', encrypted: false }) as StreamDocument;
  const selection = newSelection();
  const played: string[] = [];
  const moves: ((at: number, goesOn: boolean) => void)[] = [];
  const listening = new Listening(
    {
      decode: () => Promise.reject(new Error('This browser has no decoder')),
      play: (_, moved) => {
        moves.push(moved);
        return {
          length: 1_000,
          toggle: () => void played.push('toggle'),
          seek: (at) => void played.push(`seek ${at}`),
          stop: () => void played.push('stop'),
        };
      },
    },
    {
      heard: ({ id }: StreamDocument) =>
        Promise.resolve(
          id === 3
            ? { kind: 'opus' as const, startedAt: 0, packets: [] }
            : { kind: 'pcm' as const, startedAt: 50_000, sampleRate: 8_000, samples },
        ),
    } as unknown as TraceSource,
    selection,
  );
  await listening.press(stream(1));
  moves[0]?.(250, true);
  expect(listening.state.value).toEqual({ is: 'playing', stream: 1, at: 250, length: 1_000 });
  expect(selection.heard.value).toBe(50_250);
  await listening.press(stream(1));
  listening.seek(700);
  await listening.press(stream(2));
  expect(played).toEqual(['toggle', 'seek 700', 'stop']);
  moves[0]?.(300, true);
  expect(listening.state.value).toMatchObject({ stream: 2, at: 0 });
  await listening.press(stream(3));
  expect(listening.state.value).toEqual({ is: 'not audible', stream: 3 });
  listening.stop();
  expect([listening.state.value.is, selection.heard.value]).toEqual(['off', undefined]);
});

test('The figures count what is shown', async () => {
  const world = await ViewerWorld.open();
  await world.drop(heldFile('four', fourCalls));
  const figures = statisticsOf(world.viewer.shown.value);
  expect(figures).toMatchObject({ calls: 4, failed: 2, methods: [{ of: 'INVITE', count: 4 }] });
  expect(figures.faults).toContainEqual({ of: 1, count: 1 });
  expect(figures.answered).toBeCloseTo(1 / 3);
  expect(statisticsOf([])).toMatchObject({ calls: 0, from: undefined, meanDuration: undefined });
});
