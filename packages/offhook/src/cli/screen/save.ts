// Calls of the screen into a file: as a capture, as texts, or as tap lines, by the file's name.
import { writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { formatTapLine, PcapWriter } from '@offhook/sip/trace';
import type { TraceBook } from '@offhook/sip/trace';
import { flowOf } from './flow.ts';
import { messageLines } from './raw.ts';
import { firstState } from './state.ts';

/** Saves them; what was done, or why not, in words. */
export function saveCalls(path: string, calls: readonly string[], book: TraceBook): string {
  const write = formats[extname(path).toLowerCase()];
  if (write === undefined) return 'The name says how: .pcap, .txt or .ndjson';
  try {
    // A file that is there is somebody's.
    writeFileSync(path, write(calls, book), { flag: 'wx', mode: 0o600 });
    return `${calls.length} ${calls.length === 1 ? 'call is' : 'calls are'} in ${path}`;
  } catch (error) {
    return `Not saved: ${error instanceof Error ? error.message : String(error)}`;
  }
}

const formats: Readonly<
  Record<string, (calls: readonly string[], book: TraceBook) => Uint8Array | string>
> = {
  '.pcap': (calls, book) => {
    const writer = new PcapWriter();
    const packets = rowsOf(calls, book).map(({ message }) => writer.message(message));
    return Buffer.concat([writer.head, ...packets]);
  },
  '.txt': (calls, book) =>
    rowsOf(calls, book)
      .flatMap((row) => [...messageLines(row), '', ''])
      .join('\n'),
  '.ndjson': (calls, book) =>
    calls
      .flatMap((id) => book.observations(id))
      .toSorted((one, other) => one.at - other.at)
      .map((observation) => `${formatTapLine(observation)}\n`)
      .join(''),
};

function rowsOf(calls: readonly string[], book: TraceBook) {
  const state = { ...firstState(''), flow: calls, isExtended: true };
  const document = (id: string) => book.document(id);
  return flowOf(state, { calls: [], document, rows: 0, columns: 0, source: '' }).rows;
}
