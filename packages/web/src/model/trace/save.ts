// A call as a file: for a ticket, for another tool, for a test.
import {
  observationsOf,
  formatTapLine,
  PcapWriter,
  toHtml,
  toJson,
  toMermaid,
  toText,
  writeHep,
} from '@offhook/sip/trace';
import type { CapturedDatagram } from '@offhook/sip/trace';
import type { ToldCall } from './ask.ts';
import type { SavedFile, SaveFormat } from './save-formats.ts';

const kinds: Readonly<Record<SaveFormat, readonly [ending: string, type: string]>> = {
  html: ['html', 'text/html'],
  text: ['txt', 'text/plain'],
  pcap: ['pcap', 'application/vnd.tcpdump.pcap'],
  mermaid: ['mmd', 'text/plain'],
  json: ['json', 'application/json'],
  hep: ['hep', 'application/octet-stream'],
  tap: ['jsonl', 'application/x-ndjson'],
};

/** The file of a call; `media` are its packets in the order of time, for those formats that have room for them. */
export function savedFile(
  { document, explanation }: ToldCall,
  format: SaveFormat,
  media: readonly CapturedDatagram[],
): SavedFile {
  const [ending, type] = kinds[format];
  const name = `${document.id.replaceAll(/[^\w.@-]+/g, '-').slice(0, 80)}.${ending}`;
  return { name, type, content: contentOf() };

  function contentOf(): SavedFile['content'] {
    switch (format) {
      case 'html':
        return toHtml(document, explanation);
      case 'text':
        return toText(document, explanation);
      case 'json':
        return toJson(document, explanation);
      case 'mermaid':
        return toMermaid(document);
      case 'pcap':
        return pcapOf({ document, explanation }, media);
      case 'hep':
        return joined(document.messages.map(hepOf));
      case 'tap':
        return observationsOf(document)
          .observations.map((one) => `${formatTapLine(one)}\n`)
          .join('');
    }
  }

  function hepOf({ at, source, destination, protocol, text }: Message): Uint8Array {
    return writeHep(
      {
        ...{ v: 1, kind: 'message', direction: 'out', endpoint: '', flow: '' },
        ...{ at, protocol, local: source, remote: destination, text },
      },
      { correlation: document.id },
    );
  }
}

type Message = ToldCall['document']['messages'][number];

function pcapOf(
  { document }: ToldCall,
  media: readonly CapturedDatagram[],
): Uint8Array<ArrayBuffer> {
  const writer = new PcapWriter();
  const packets = [
    ...document.messages.map((message) => ({
      at: message.at,
      write: () => writer.message(message),
    })),
    ...media.map((datagram) => ({ at: datagram.at, write: () => writer.datagram(datagram) })),
  ].toSorted((one, other) => one.at - other.at);
  return joined([writer.head, ...packets.map(({ write }) => write())]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
