// Calls as a capture that every tool reads: their messages above TLS and WebSocket, with the media packets that the files have.
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { PcapWriter } from '@offhook/sip/trace';
import type { CallSummary, MessageDocument, TraceBook } from '@offhook/sip/trace';
import { eachCaptured } from './capture-files.ts';
import type { CaptureFiles } from './capture-files.ts';

/** What was written. */
export interface WrittenPcap {
  readonly messages: number;
  readonly datagrams: number;
  /** Calls of which just the line is kept, so that they could not be written. */
  readonly leftOut: number;
}

/** Writes `calls` of `book` to `path`; the files are read once more for the packets of their media. */
export async function savePcap(
  path: string,
  captures: CaptureFiles,
  book: TraceBook,
  calls: readonly CallSummary[],
): Promise<WrittenPcap> {
  const documents = calls.flatMap(({ id }) => book.document(id) ?? []);
  const messages = documents
    .flatMap((document) => document.messages)
    .toSorted((one, other) => one.at - other.at);
  const ways = new Set(
    documents.flatMap(({ streams }) =>
      streams.map(({ source, destination }) => wayOf(source, destination)),
    ),
  );
  const writer = new PcapWriter();
  const out = createWriteStream(path);
  out.write(writer.head);
  let [next, datagrams] = [0, 0];
  const writeUntil = (at: number): void => {
    for (let message = messages[next]; message !== undefined && message.at <= at;) {
      out.write(packetsOf(writer, message));
      next += 1;
      message = messages[next];
    }
  };
  await eachCaptured(captures, (item) => {
    if (item.kind !== 'datagram' || !ways.has(wayOf(item.source, item.destination))) return;
    writeUntil(item.at);
    out.write(writer.datagram(item));
    datagrams += 1;
  });
  writeUntil(Number.POSITIVE_INFINITY);
  out.end();
  await finished(out);
  return { messages: messages.length, datagrams, leftOut: calls.length - documents.length };
}

function packetsOf(writer: PcapWriter, message: MessageDocument): Uint8Array {
  const { at, source, destination, protocol, text } = message;
  return writer.message({ at, source, destination, protocol, text });
}

interface Place {
  readonly host: string;
  readonly port: number;
}

function wayOf(source: Place, destination: Place): string {
  return `${source.host} ${source.port} ${destination.host} ${destination.port}`;
}
