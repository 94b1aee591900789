// What a capture holds in figures, once by our own reader and once by tshark, in the same form.
import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { promisify } from 'node:util';
import '@offhook/sip/node';
import { CaptureReader, TraceBook } from '@offhook/sip/trace';
import type { Captured, MessageDocument } from '@offhook/sip/trace';

/** One RTP stream: packets that came, and how many are missing between them. */
export interface StreamCount {
  readonly packets: number;
  readonly lost: number;
}

/** What is compared. */
export interface Counts {
  readonly frames: number;
  readonly messages: number;
  /** `INVITE`, `200` and how many of them. */
  readonly kinds: ReadonlyMap<string, number>;
  readonly callIds: number;
  readonly resent: number;
  /** By source, destination and SSRC. */
  readonly streams: ReadonlyMap<string, StreamCount>;
}

/** Ours, with what a person is told. */
export interface OwnCounts extends Counts {
  readonly format: string;
  readonly problems: ReadonlyMap<string, number>;
  /** One line for each call: its verdict. */
  readonly verdicts: readonly string[];
}

/** Counts with our own reader and book. */
export async function ownCounts(file: string): Promise<OwnCounts> {
  const reader = new CaptureReader();
  const book = new TraceBook();
  const kinds = new Map<string, number>();
  const problems = new Map<string, number>();
  let messages = 0;
  const take = (items: readonly Captured[]): void => {
    for (const item of items) {
      book.add(item);
      if (item.kind === 'problem') count(problems, item.event);
      if (item.kind !== 'observation' || item.observation.kind !== 'message') continue;
      messages += 1;
      count(kinds, kindOf(item.observation.text));
    }
  };
  for await (const bytes of createReadStream(file, { highWaterMark: 1_048_576 }))
    take(reader.push(bytes));
  take(reader.end());
  book.watched(reader.at);
  const documents = book.calls.flatMap(({ id }) => book.document(id) ?? []);
  const callIds = new Set(documents.flatMap(({ legs }) => legs.map(({ callId }) => callId)));
  const resent = documents.flatMap(({ messages: all }) => all.filter(isResent));
  const verdicts = book.calls.flatMap(({ id, method }) => {
    const verdict = book.explanation(id)?.verdict;
    return verdict === undefined ? [] : [`${method}: ${verdict.happened.text} ${verdict.why.text}`];
  });
  return {
    format: reader.format,
    frames: reader.frames,
    messages,
    kinds,
    callIds: callIds.size,
    resent: resent.length,
    streams: added(
      book.streams.map(({ source, destination, ssrc, packets, lost }) => ({
        name: `${source.host}:${source.port} ${destination.host}:${destination.port} ${ssrc.toString(16)}`,
        packets,
        lost,
      })),
    ),
    problems,
    verdicts,
  };
}

/** Counts with tshark, in one reading. */
export async function tsharkCounts(file: string): Promise<Counts> {
  const fields = ['frame.number', 'sip.Method', 'sip.Status-Code', 'sip.Call-ID', 'sip.resend'];
  const settings = [
    'rtp.heuristic_rtp:TRUE',
    'tcp.desegment_tcp_streams:TRUE',
    'tcp.reassemble_out_of_order:TRUE',
  ];
  const { stdout } = await promisify(execFile)(
    'tshark',
    [
      ...['-n', '-r', file, '-T', 'fields', '-E', 'aggregator=|'],
      ...settings.flatMap((setting) => ['-o', setting]),
      ...fields.flatMap((field) => ['-e', field]),
      ...['-z', 'rtp,streams'],
    ],
    { maxBuffer: 2 ** 30 },
  ).catch((error: unknown) => {
    // Of a file that is cut tshark tells all that there is, and then fails.
    if (error instanceof Error && 'stdout' in error) return { stdout: String(error.stdout) };
    throw error;
  });
  const [table = '', streams = ''] = stdout.split(/^=+ RTP Streams =+$/m);
  const kinds = new Map<string, number>();
  const callIds = new Set<string>();
  let [frames, messages, resent] = [0, 0, 0];
  for (const line of table.split('\n')) {
    if (!/^\d+\t/.test(line)) continue;
    frames += 1;
    const [, methods = '', statuses = '', ids = '', resends = ''] = line
      .split('\t')
      .map((cell) => cell.trim());
    for (const kind of [...methods.split('|'), ...statuses.split('|')].filter(Boolean)) {
      messages += 1;
      count(kinds, kind);
    }
    for (const id of ids.split('|').filter(Boolean)) callIds.add(id);
    resent += resends.split('|').filter((one) => one === '1' || one === 'True').length;
  }
  return { frames, messages, kinds, callIds: callIds.size, resent, streams: streamsIn(streams) };
}

/** What is not the same in both, a line each. */
export function differences(own: Counts, theirs: Counts): readonly string[] {
  const found: string[] = [];
  const compare = (name: string, mine: number, other: number): void => {
    if (mine !== other) found.push(`${name} ${mine}, tshark ${other}`);
  };
  compare('frames', own.frames, theirs.frames);
  compare('messages', own.messages, theirs.messages);
  compare('Call-IDs', own.callIds, theirs.callIds);
  compare('resent', own.resent, theirs.resent);
  for (const kind of new Set([...own.kinds.keys(), ...theirs.kinds.keys()])) {
    compare(kind, own.kinds.get(kind) ?? 0, theirs.kinds.get(kind) ?? 0);
  }
  for (const name of new Set([...own.streams.keys(), ...theirs.streams.keys()])) {
    const [mine, other] = [own.streams.get(name), theirs.streams.get(name)];
    compare(`packets of ${name}`, mine?.packets ?? 0, other?.packets ?? 0);
    compare(`lost of ${name}`, mine?.lost ?? 0, other?.lost ?? 0);
  }
  return found;
}

/** `8.64 16.90 10.0.2.15 28102 10.0.2.20 6000 0x343FFA34 g711A 414 0 (0.0%) …` */
function streamsIn(table: string): ReadonlyMap<string, StreamCount> {
  const row =
    /^\s*[\d.]+\s+[\d.]+\s+(\S+)\s+(\d+)\s+(\S+)\s+(\d+)\s+0x([0-9A-F]+)\s+.*?\s(\d+)\s+(-?\d+) \(/i;
  const rows = table.split('\n').flatMap((line) => {
    const [, from, fromPort, to, toPort, ssrc = '', packets, lost] = row.exec(line) ?? [];
    if (from === undefined) return [];
    const name = `${from}:${fromPort} ${to}:${toPort} ${Number.parseInt(ssrc, 16).toString(16)}`;
    return [{ name, packets: Number(packets), lost: Number(lost) }];
  });
  return added(rows);
}

/** What of one name is told in parts, such as a stream that began anew, is one. */
function added(
  rows: readonly (StreamCount & { readonly name: string })[],
): ReadonlyMap<string, StreamCount> {
  const found = new Map<string, StreamCount>();
  for (const { name, packets, lost } of rows) {
    const before = found.get(name) ?? { packets: 0, lost: 0 };
    found.set(name, { packets: before.packets + packets, lost: before.lost + lost });
  }
  return found;
}

/** tshark counts as sent again neither ACK and CANCEL nor provisional responses, and each hop for itself. */
function isResent({ resend, resendOf, method, status }: MessageDocument): boolean {
  if (resend === 0 || resendOf === undefined) return false;
  return status === undefined ? method !== 'ACK' && method !== 'CANCEL' : status >= 200;
}

/** The method of a request, or the status of a response. */
function kindOf(text: string): string {
  return /^SIP\/\S*\s+(\d+)/i.exec(text)?.[1] ?? /^\S*/.exec(text)?.[0] ?? '';
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
