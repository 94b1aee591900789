// What happens now as server-sent events, where nothing goes well: nobody can say whether the viewer may go on, and nobody reads.
import { expect, test } from 'vitest';
import { VirtualClock } from '@offhook/sip/testing';
import type { Sink } from '../trace/traces.ts';
import { eventStream } from './event-stream.ts';

async function opened(isAllowed: () => Promise<boolean>): Promise<{
  readonly clock: VirtualClock;
  readonly reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly sink: Sink;
  readonly isWatched: () => boolean;
}> {
  const clock = new VirtualClock();
  const sinks: Sink[] = [];
  const watch = (sink: Sink): (() => void) => {
    sinks.push(sink);
    return () => void sinks.pop();
  };
  const stream = eventStream({ clock, watch, isAllowed });
  const [sink] = sinks;
  if (stream === undefined || sink === undefined) throw new TypeError('No stream');
  const reader = stream.getReader();
  await reader.read();
  return { clock, reader, sink, isWatched: () => sinks.length > 0 };
}

test('a viewer of whom nobody can say whether he may go on is sent away, and may ask again (X05)', async () => {
  const { clock, reader, isWatched } = await opened(() => Promise.reject(new Error('no disk')));
  clock.advance(15_000);
  expect((await reader.read()).done).toBe(true);
  expect(isWatched()).toBe(false);
});

test('what is told after the end is told to nobody', async () => {
  const { reader, sink, isWatched } = await opened(() => Promise.resolve(true));
  sink.end();
  expect((await reader.read()).done).toBe(true);
  expect(isWatched()).toBe(false);
  sink.lines('late');
  sink.gap({ since: 0, until: 1, calls: 0, records: 1 });
  sink.end();
});
