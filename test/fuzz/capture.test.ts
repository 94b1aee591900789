// Captures under fire: changed anywhere, cut into any pieces, with segments in any order, and floods that must stay small.
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import { CaptureReader } from '../../packages/sip/src/trace/capture/reader.ts';
import { PcapWriter } from '../../packages/sip/src/trace/capture/pcap-writer.ts';
import { told } from '../../packages/sip/src/trace/capture/told.test-kit.ts';
import * as kit from '../../packages/sip/src/trace/capture/wire.test-kit.ts';
import { captureFiles, readCapture } from './capture-files.ts';
import { goodRequests, torture } from './corpus.ts';
import { equal } from './datagram.ts';
import { changed } from './mutate.ts';
import { fuzz } from './runs.ts';

fuzz(
  'a capture that was changed anywhere is read to its end, and the same however it is cut',
  { runs: 800, input: fc.tuple(changed(captureFiles, 3), fc.integer({ min: 1, max: 400 })) },
  ([text, size]) => readCapture(text, size),
);

fuzz(
  'a packet of any bytes behind any kind of link is read',
  {
    runs: 500,
    input: fc.tuple(
      fc.constantFrom(0, 1, 9, 12, 51, 101, 108, 113, 228, 252, 276),
      fc.array(fc.uint8Array({ maxLength: 120 }), { maxLength: 6 }),
    ),
  },
  ([link, frames]) => {
    const reader = new CaptureReader();
    reader.push(kit.pcap(frames, { link }));
    reader.end();
    equal(reader.frames, frames.length, 'The count of frames');
  },
);

const [first = '', second = ''] = goodRequests();
const stream = `${first}\r\n\r\n${second}${first}`;

fuzz(
  'a connection gives its messages whatever the order of its segments, and however often they come',
  {
    runs: 300,
    input: fc.record({
      cuts: fc.array(fc.nat(stream.length), { minLength: 1, maxLength: 12 }),
      order: fc.array(fc.nat(), { minLength: 13, maxLength: 30 }),
      start: fc.constantFrom(1000, 2 ** 31 - 100, 2 ** 32 - 300),
    }),
  },
  ({ cuts, order, start }) => {
    const talk = new kit.TcpTalk(5060, start);
    const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length];
    const open = talk.open();
    const segments = places
      .slice(1)
      .map((end, index) => talk.say('a', stream.slice(places[index], end)));
    // Some come too early or twice; at last all come once more.
    const mixed = order.flatMap((one) => segments[one % segments.length] ?? []);
    const reader = new CaptureReader();
    const items = reader.push(kit.pcap([...open, ...mixed, ...segments], { link: 101 }));
    // Nobody acknowledges anything here, and what is sent again is told as such.
    const lines = told([...items, ...reader.end()])
      .map((line) => line.replace(/^\d+ /, ''))
      .filter((line) => line !== 'TCP unacknowledged');
    const way = '10.0.0.1:40000 10.0.0.2:5060';
    const wanted = [first, second, first].map((text) => `${way} ${text.split('\r\n')[0]}`);
    equal(lines.join('\n'), ['opened undefined', ...wanted].join('\n'), 'What was read');
  },
);

test('each torture message comes out of a capture as it went in, by UDP', () => {
  const writer = new PcapWriter();
  const source = { host: '10.0.0.1', port: 5060 };
  const destination = { host: '10.0.0.2', port: 5060 };
  const packets = torture.map((text) =>
    writer.datagram({ at: 0, source, destination, bytes: latin1Bytes(text) }),
  );
  const reader = new CaptureReader();
  const items = [...reader.push(kit.bytesOf(writer.head, ...packets)), ...reader.end()];
  const texts = items.flatMap((item) =>
    item.kind === 'observation' && item.observation.kind === 'message'
      ? [item.observation.text]
      : [],
  );
  expect(texts).toEqual(torture);
});

/** Reads many frames that are made one by one; gives what came out. */
function flood(
  count: number,
  frame: (index: number) => Uint8Array,
): { readonly problems: number; readonly messages: number } {
  const reader = new CaptureReader();
  const all = { problems: 0, messages: 0 };
  const take = (items: ReturnType<CaptureReader['push']>): void => {
    for (const { kind } of items) {
      if (kind === 'problem') all.problems += 1;
      else all.messages += 1;
    }
  };
  take(reader.push(kit.pcap([], { link: 101 })));
  for (let index = 0; index < count; index += 1)
    take(reader.push(kit.pcap([frame(index)]).subarray(24)));
  take(reader.end());
  return all;
}

const piece = new Uint8Array(1400);

test('first fragments of datagrams that never come are forgotten, each with a word', () => {
  const { problems } = flood(3000, (id) =>
    kit.ipv4(piece, { id, more: true, from: [10, 1, id >> 8, id & 255] }),
  );
  expect(problems).toBe(3000);
});

test('a datagram in thousands of fragments is given up', () => {
  const { problems } = flood(3000, (index) =>
    kit.ipv4(piece.subarray(0, 8), { offset: 16 + index * 16, more: true }),
  );
  expect(problems).toBeGreaterThan(0);
});

test('segments behind a gap that never fills are not held for ever', () => {
  const talk = new kit.TcpTalk();
  const { problems, messages } = flood(4000, (index) => {
    if (index < 3) return talk.open()[index] ?? piece;
    if (index === 4) talk.say('a', piece);
    return talk.say('a', first);
  });
  expect(problems).toBeGreaterThan(0);
  expect(messages).toBeGreaterThan(3900);
});

test('more connections than are remembered are read all the same', () => {
  const frame = new kit.TcpTalk().say('a', first);
  const { messages } = flood(10_500, (index) => {
    frame.set([10, 2, index >> 8, index & 255], 12);
    return frame;
  });
  expect(messages).toBe(10_500);
});
