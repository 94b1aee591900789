// Says of each call in a capture what happened, why, whose side it was and what to do: `node explain.ts CAPTURE`.
import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { CaptureReader, TraceBook } from '@offhook/sip/trace';

const [file = 'capture.pcap'] = process.argv.slice(2);
const bytes = createReadStream(file);
const reader = new CaptureReader();
const book = new TraceBook();

// Piece by piece: a capture may be larger than memory.
for await (const piece of file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes)
  for (const item of reader.push(piece)) book.add(item);
for (const item of reader.end()) book.add(item);

for (const { id, from, to } of book.calls) {
  const verdict = book.explanation(id)?.verdict;
  if (verdict === undefined) continue;
  const { happened, why, whose, todo, certainty } = verdict;
  console.log(`${from} to ${to} (${certainty})`);
  for (const { text, frames } of [happened, why, whose, todo])
    console.log(`  ${text} [${frames.join(', ')}]`);
}
