// Reads a compound RTCP packet; every length is checked before it is believed (RFC 3550 §6.1, appendix A.2).
import { utf8 } from '../../base/bytes.ts';
import { rtcpType } from './packet.ts';
import type {
  Goodbye,
  OtherRtcp,
  ReportBlock,
  RtcpPacket,
  SenderReport,
  SourceDescription,
} from './packet.ts';

/**
 * The packets of a compound; undefined when it is none or a length in it lies. A compound starts with a report, unless the
 * peer may send feedback alone (`reducedSize`, RFC 5506 §3.2).
 */
export function parseRtcp(
  bytes: Uint8Array,
  reducedSize = false,
): readonly RtcpPacket[] | undefined {
  if (bytes.length < 8 || bytes.length % 4 !== 0) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const packets: RtcpPacket[] = [];
  let at = 0;
  while (at < bytes.length) {
    const first = view.getUint8(at);
    const type = view.getUint8(at + 1);
    const end = at + 4 + 4 * view.getUint16(at + 2);
    if (first >> 6 !== 2 || end > bytes.length) return undefined;
    // RFC 3550 appendix A.2: a compound starts with a report, and only its last packet may be padded.
    const isReport = type === rtcpType.senderReport || type === rtcpType.receiverReport;
    if (at === 0 && !isReport && !reducedSize) return undefined;
    const padded = (first & 32) !== 0;
    const padding = padded ? view.getUint8(end - 1) : 0;
    if (
      padded &&
      (end !== bytes.length || padding === 0 || padding % 4 !== 0 || at + 4 + padding > end)
    ) {
      return undefined;
    }
    const packet = parseOne(view, { type, count: first & 31, start: at + 4, end: end - padding });
    if (packet === undefined) return undefined;
    packets.push(packet);
    at = end;
  }
  return packets;
}

interface Part {
  readonly type: number;
  readonly count: number;
  readonly start: number;
  readonly end: number;
}

function parseOne(view: DataView, part: Part): RtcpPacket | undefined {
  switch (part.type) {
    case rtcpType.senderReport:
      return parseSenderReport(view, part);
    case rtcpType.receiverReport: {
      const reports =
        part.start + 4 > part.end ? undefined : parseReports(view, part, part.start + 4);
      return reports && { kind: 'receiver-report', ssrc: view.getUint32(part.start), reports };
    }
    case rtcpType.sourceDescription:
      return parseSourceDescription(view, part);
    case rtcpType.goodbye:
      return parseGoodbye(view, part);
    case rtcpType.transportFeedback:
    case rtcpType.payloadFeedback:
      return parseFeedback(view, part);
    default:
      return other(view, part);
  }
}

// RFC 4585 §6.1: the one who asks, the one who is asked, and what he is asked for, by the format in place of the count.
function parseFeedback(view: DataView, part: Part): RtcpPacket | undefined {
  const { start, end } = part;
  if (start + 8 > end) return undefined;
  const [ssrc, media] = [view.getUint32(start), view.getUint32(start + 4)];
  const length = end - start - 8;
  switch (`${part.type}/${part.count}`) {
    case '205/1':
      return length === 0 ? undefined : { kind: 'nack', ssrc, media, lost: parseLost(view, part) };
    case '206/1':
      return { kind: 'picture-loss', ssrc, media };
    case '206/4': {
      if (length === 0 || length % 8 !== 0) return undefined;
      const requests: { media: number; sequence: number }[] = [];
      for (let at = start + 8; at < end; at += 8)
        requests.push({ media: view.getUint32(at), sequence: view.getUint8(at + 4) });
      return { kind: 'full-intra-request', ssrc, requests };
    }
    default:
      return other(view, part);
  }
}

// RFC 4585 §6.2.1: one number, and a bit for each of the sixteen after it.
function parseLost(view: DataView, { start, end }: Part): readonly number[] {
  const lost: number[] = [];
  for (let at = start + 8; at < end; at += 4) {
    const first = view.getUint16(at);
    const following = view.getUint16(at + 2);
    lost.push(first);
    for (let bit = 0; bit < 16; bit += 1)
      if ((following & (1 << bit)) !== 0) lost.push((first + bit + 1) & 0xffff);
  }
  return lost;
}

function other(view: DataView, { type, count, start, end }: Part): OtherRtcp {
  return { kind: 'other', type, count, content: slice(view, start, end) };
}

function parseSenderReport(view: DataView, part: Part): SenderReport | undefined {
  const { start } = part;
  if (start + 24 > part.end) return undefined;
  const reports = parseReports(view, part, start + 24);
  return (
    reports && {
      kind: 'sender-report',
      ssrc: view.getUint32(start),
      ntp: { seconds: view.getUint32(start + 4), fraction: view.getUint32(start + 8) },
      timestamp: view.getUint32(start + 12),
      packets: view.getUint32(start + 16),
      octets: view.getUint32(start + 20),
      reports,
    }
  );
}

function parseReports(
  view: DataView,
  part: Part,
  start: number,
): readonly ReportBlock[] | undefined {
  // What follows the blocks is a profile's extension and is left alone (RFC 3550 §6.4.3).
  if (start + 24 * part.count > part.end) return undefined;
  const reports: ReportBlock[] = [];
  for (let at = start; reports.length < part.count; at += 24) {
    reports.push({
      ssrc: view.getUint32(at),
      fractionLost: view.getUint8(at + 4),
      lost: (view.getInt32(at + 4) << 8) >> 8,
      highestSequence: view.getUint32(at + 8),
      jitter: view.getUint32(at + 12),
      lastReport: view.getUint32(at + 16),
      delay: view.getUint32(at + 20),
    });
  }
  return reports;
}

function parseSourceDescription(view: DataView, part: Part): SourceDescription | undefined {
  const chunks: { ssrc: number; cname: string | undefined }[] = [];
  let at = part.start;
  while (chunks.length < part.count) {
    if (at + 4 > part.end) return undefined;
    const ssrc = view.getUint32(at);
    let cname: string | undefined;
    at += 4;
    for (;;) {
      if (at >= part.end) return undefined;
      const item = view.getUint8(at);
      if (item === 0) break;
      if (at + 2 > part.end) return undefined;
      const end = at + 2 + view.getUint8(at + 1);
      if (end > part.end) return undefined;
      if (item === 1) cname ??= utf8(slice(view, at + 2, end));
      at = end;
    }
    // RFC 3550 §6.5: the list ends with at least one zero, up to the next 32-bit boundary.
    at = part.start + 4 * (Math.floor((at - part.start) / 4) + 1);
    chunks.push({ ssrc, cname });
  }
  return { kind: 'source-description', chunks };
}

function parseGoodbye(view: DataView, part: Part): Goodbye | undefined {
  const end = part.start + 4 * part.count;
  if (end > part.end) return undefined;
  const ssrcs: number[] = [];
  for (let at = part.start; at < end; at += 4) ssrcs.push(view.getUint32(at));
  if (end === part.end) return { kind: 'goodbye', ssrcs, reason: undefined };
  const reasonEnd = end + 1 + view.getUint8(end);
  if (reasonEnd > part.end) return undefined;
  return { kind: 'goodbye', ssrcs, reason: utf8(slice(view, end + 1, reasonEnd)) };
}

function slice(view: DataView, start: number, end: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, end - start);
}
