// Calls as a capture that every tool reads: their messages above TLS and WebSocket, with the media packets that the files have.
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { gistOf, PcapWriter, redactMessage } from '@offhook/sip/trace';
import type { CallDocument, CallSummary, CapturedObservation } from '@offhook/sip/trace';
import { eachCaptured } from './capture-files.ts';
import type { WholeCalls } from './whole-calls.ts';

/** What was written. */
export interface WrittenPcap {
  readonly messages: number;
  readonly datagrams: number;
}

/** Writes `calls` to `path`; the captures are read once more for their messages and the packets of their media. */
export async function savePcap(
  path: string,
  calls: readonly CallSummary[],
  whole: WholeCalls,
): Promise<WrittenPcap> {
  const wanted = new Wanted();
  await whole.each(calls, ({ id }, book) => {
    const document = book.document(id);
    if (document !== undefined) wanted.add(document);
  });
  const writer = new PcapWriter();
  const out = createWriteStream(path);
  out.write(writer.head);
  let [messages, datagrams] = [0, 0];
  await eachCaptured(whole.captures, (item) => {
    if (item.kind === 'datagram' && wanted.hasMedia(item)) {
      out.write(writer.datagram(item));
      datagrams += 1;
    }
    if (item.kind === 'observation' && wanted.hasMessage(item)) {
      out.write(packetsOf(writer, item));
      messages += 1;
    }
  });
  out.end();
  await finished(out);
  return { messages, datagrams };
}

/** Which messages and which media of files are those of some calls. */
class Wanted {
  readonly #callIds = new Set<string>();
  /** Of each message one frame, also where both of its ends were seen. */
  readonly #frames = new Set<number>();
  readonly #ways = new Set<string>();

  add({ legs, messages, streams }: CallDocument): void {
    for (const { callId } of legs) this.#callIds.add(callId);
    for (const { frame } of messages) this.#frames.add(frame);
    for (const stream of streams) this.#ways.add(wayOf(stream));
  }

  hasMedia(ends: Ends): boolean {
    return this.#ways.has(wayOf(ends));
  }

  hasMessage({ frame, observation }: CapturedObservation): boolean {
    if (observation.kind !== 'message' || !this.#frames.has(frame)) return false;
    // One frame of TCP may hold messages of several calls.
    return this.#callIds.has(gistOf(observation.text)?.callId ?? '');
  }
}

function packetsOf(writer: PcapWriter, { observation }: CapturedObservation): Uint8Array {
  if (observation.kind !== 'message') return new Uint8Array();
  const { at, direction, local, remote, protocol } = observation;
  const [source, destination] = direction === 'out' ? [local, remote] : [remote, local];
  const text = redactMessage(observation.text);
  return writer.message({ at, source, destination, protocol, text });
}

interface Place {
  readonly host: string;
  readonly port: number;
}

interface Ends {
  readonly source: Place;
  readonly destination: Place;
}

function wayOf({ source, destination }: Ends): string {
  return `${source.host} ${source.port} ${destination.host} ${destination.port}`;
}
