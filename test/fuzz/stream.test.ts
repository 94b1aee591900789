// A byte stream cut anywhere: the same messages come out, whatever stands between and within them.
import * as fc from 'fast-check';
import { latin1, latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import { StreamFramer } from '../../packages/sip/src/transport/framing.ts';
import { goodRequests, goodResponses, torture } from './corpus.ts';
import { equal } from './datagram.ts';
import { changed } from './mutate.ts';
import { fuzz } from './runs.ts';

const good = [...goodRequests(), ...goodResponses()];
const breaks = fc.constantFrom('', '', '', '\r\n', '\r\n\r\n');
const cuts = fc.array(fc.nat(), { maxLength: 40 });

fuzz(
  'messages come out as they went in, however their stream is cut',
  {
    runs: 400,
    input: fc.record({
      parts: fc.array(fc.tuple(breaks, fc.constantFrom(...good)), { minLength: 1, maxLength: 5 }),
      cuts,
    }),
  },
  ({ parts, cuts: at }) => {
    const stream = parts.map(([pause, message]) => pause + message).join('');
    const messages = framed(stream, at).filter((one) => !one.startsWith('keep-alive'));
    equal(
      messages.join('|'),
      parts.map(([, message]) => `message ${message}`).join('|'),
      'What came out',
    );
  },
);

fuzz(
  'a stream of anything gives the same however it is cut, and nothing after its framing is lost',
  {
    runs: 600,
    input: fc.record({
      parts: fc.array(fc.tuple(breaks, changed([...good, ...torture], 2)), {
        minLength: 1,
        maxLength: 4,
      }),
      cuts,
    }),
  },
  ({ parts, cuts: at }) => {
    const stream = parts.map(([pause, message]) => pause + message).join('');
    equal(framed(stream, at).join('|'), framed(stream, []).join('|'), 'What came out');
  },
);

fuzz(
  'a stream that comes byte by byte gives the same',
  { runs: 60, input: changed([...good, ...torture], 2) },
  (stream) => {
    const every = Array.from({ length: Math.min(stream.length, 4000) }, (_, at) => at);
    equal(framed(stream, every).join('|'), framed(stream, []).join('|'), 'What came out');
  },
);

/** What comes out of a stream that is cut at these places; of what was lost only that it was. */
function framed(stream: string, cuts: readonly number[]): readonly string[] {
  const bytes = latin1Bytes(stream);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted(
    (a, b) => a - b,
  );
  const framer = new StreamFramer();
  const found: string[] = [];
  let lost = false;
  for (const [index, end] of [...places, bytes.length].entries()) {
    // The caller may use its buffer again as soon as push has returned and its messages were read.
    const chunk = bytes.slice(index === 0 ? 0 : places[index - 1], end);
    for (const one of framer.push(chunk)) {
      if (lost) throw new Error('Something came after the framing was lost');
      lost = one.kind === 'lost';
      found.push(one.kind === 'message' ? `message ${latin1(one.bytes)}` : one.kind);
    }
    chunk.fill(0);
    if (framer.pending > 70_000) throw new Error('It holds more than a message');
  }
  return found;
}
