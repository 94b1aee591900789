// A call as a file: for a ticket, for another tool, for a test.
import {
  explain,
  formatTapLine,
  observationsOf,
  PcapWriter,
  redactDocument,
  toHtml,
  toJson,
  toMermaid,
  toSippScenario,
  toText,
  writeHep,
} from '@offhook/sip/trace';
import type { CallDocument, CapturedDatagram } from '@offhook/sip/trace';
import type { ToldCall } from './ask.ts';
import type { Hiding, SavedFile, SaveFormat } from './save-formats.ts';
import type { SaveWish } from './source.ts';

const kinds: Readonly<
  Record<Exclude<SaveFormat, 'sipp'>, readonly [ending: string, type: string]>
> = {
  html: ['html', 'text/html'],
  text: ['txt', 'text/plain'],
  pcap: ['pcap', 'application/vnd.tcpdump.pcap'],
  mermaid: ['mmd', 'text/plain'],
  json: ['json', 'application/json'],
  hep: ['hep', 'application/octet-stream'],
  tap: ['jsonl', 'application/x-ndjson'],
};

/** Whether a file has room for packets of media: what people said cannot be hidden, nor where it went. */
export function holdsMedia({ format, hiding }: SaveWish): boolean {
  return format === 'pcap' && !hiding.numbers && !hiding.addresses;
}

/** The files of a call; `media` are its packets in the order of time, for those files that hold them. */
export function savedFiles(
  { told, format, hiding }: SaveWish,
  media: readonly CapturedDatagram[],
): readonly SavedFile[] {
  const shown = hidden(told, hiding);
  return format === 'sipp' ? scenarioOf(shown) : [fileOf(shown, format, media)];
}

/** A scenario of SIPp that plays the party at fault once more, or the caller where nobody is at fault. */
function scenarioOf({ document, explanation }: ToldCall): readonly SavedFile[] {
  const party = explanation.verdict.finding?.party ?? document.messages[0]?.from;
  const scenario = party === undefined ? undefined : toSippScenario(document, party);
  return (scenario?.files ?? []).map(({ name, text }) => ({
    name: `${nameOf(document)}.${name}`,
    type: name.endsWith('.xml') ? 'application/xml' : 'text/x-shellscript',
    content: text,
  }));
}

function nameOf({ id }: CallDocument): string {
  return id.replaceAll(/[^\w.@-]+/g, '-').slice(0, 80);
}

function fileOf(
  { document, explanation }: ToldCall,
  format: Exclude<SaveFormat, 'sipp'>,
  media: readonly CapturedDatagram[],
): SavedFile {
  const [ending, type] = kinds[format];
  return { name: `${nameOf(document)}.${ending}`, type, content: contentOf() };

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

// What is said of a call names people too: it is said anew.
function hidden(told: ToldCall, hiding: Hiding): ToldCall {
  if (!hiding.numbers && !hiding.addresses) return told;
  const document = redactDocument(told.document, hiding);
  return { document, explanation: explain(document) };
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
