// Writes a compound RTCP packet, a report first (RFC 3550 §6.1).
import { utf8Bytes } from '../../base/bytes.ts';
import { rtcpType } from './packet.ts';
import type { ReportBlock, RtcpPacket } from './packet.ts';

/**
 * The packets as one compound; throws a RangeError unless it starts with a report and holds what its fields can say. A peer
 * that agreed to it may get feedback alone (`reducedSize`, RFC 5506 §3.2).
 */
export function formatRtcp(packets: readonly RtcpPacket[], reducedSize = false): Uint8Array {
  const first = packets[0];
  if (first?.kind !== 'sender-report' && first?.kind !== 'receiver-report' && !reducedSize) {
    throw new RangeError('A compound RTCP packet starts with a report');
  }
  const words: Writer = { bytes: [] };
  for (const packet of packets) writeOne(words, packet);
  return Uint8Array.from(words.bytes);
}

interface Writer {
  readonly bytes: number[];
}

function writeOne(writer: Writer, packet: RtcpPacket): void {
  const start = writer.bytes.length;
  switch (packet.kind) {
    case 'sender-report':
      head(writer, rtcpType.senderReport, packet.reports.length);
      word(writer, packet.ssrc);
      word(writer, packet.ntp.seconds);
      word(writer, packet.ntp.fraction);
      word(writer, packet.timestamp);
      word(writer, packet.packets);
      word(writer, packet.octets);
      for (const report of packet.reports) block(writer, report);
      break;
    case 'receiver-report':
      head(writer, rtcpType.receiverReport, packet.reports.length);
      word(writer, packet.ssrc);
      for (const report of packet.reports) block(writer, report);
      break;
    case 'source-description':
      head(writer, rtcpType.sourceDescription, packet.chunks.length);
      for (const chunk of packet.chunks) {
        word(writer, chunk.ssrc);
        if (chunk.cname !== undefined) {
          writer.bytes.push(1);
          text(writer, chunk.cname);
        }
        fill(writer, 1);
      }
      break;
    case 'goodbye':
      head(writer, rtcpType.goodbye, packet.ssrcs.length);
      for (const ssrc of packet.ssrcs) word(writer, ssrc);
      if (packet.reason !== undefined) text(writer, packet.reason);
      fill(writer, 0);
      break;
    case 'nack':
      feedback(writer, rtcpType.transportFeedback, 1, packet);
      lostPackets(writer, packet.lost);
      break;
    case 'picture-loss':
      feedback(writer, rtcpType.payloadFeedback, 1, packet);
      break;
    case 'full-intra-request':
      // RFC 5104 §4.3.1.2: whose picture is asked for stands in the entries only.
      feedback(writer, rtcpType.payloadFeedback, 4, { ssrc: packet.ssrc, media: 0 });
      for (const { media, sequence } of packet.requests) {
        word(writer, media);
        word(writer, (sequence & 255) << 24);
      }
      break;
    case 'other':
      head(writer, packet.type, packet.count);
      writer.bytes.push(...packet.content);
      fill(writer, 0);
      break;
  }
  const length = (writer.bytes.length - start) / 4 - 1;
  writer.bytes[start + 2] = length >>> 8;
  writer.bytes[start + 3] = length & 255;
}

function head(writer: Writer, type: number, count: number): void {
  if (count > 31) throw new RangeError('An RTCP packet holds at most 31 blocks');
  writer.bytes.push(128 | count, type, 0, 0);
}

function feedback(
  writer: Writer,
  type: number,
  format: number,
  { ssrc, media }: { readonly ssrc: number; readonly media: number },
): void {
  head(writer, type, format);
  word(writer, ssrc);
  word(writer, media);
}

// RFC 4585 §6.2.1: those within sixteen of one before them become bits of its mask.
function lostPackets(writer: Writer, lost: readonly number[]): void {
  for (let index = 0; index < lost.length;) {
    const first = lost[index] ?? 0;
    let following = 0;
    let before = 0;
    for (index += 1; index < lost.length; index += 1) {
      const ahead = ((lost[index] ?? 0) - first) & 0xffff;
      // Only in rising order, so that they are read as they were told.
      if (ahead <= before || ahead > 16) break;
      before = ahead;
      following |= 1 << (ahead - 1);
    }
    word(writer, ((first << 16) | following) >>> 0);
  }
}

function block(writer: Writer, report: ReportBlock): void {
  // RFC 3550 appendix A.3: the loss is clamped to 24 bits rather than wrapped.
  const lost = Math.max(-0x800000, Math.min(0x7fffff, report.lost));
  word(writer, report.ssrc);
  word(writer, (report.fractionLost << 24) | (lost & 0xffffff));
  word(writer, report.highestSequence);
  word(writer, report.jitter);
  word(writer, report.lastReport);
  word(writer, report.delay);
}

function word(writer: Writer, value: number): void {
  writer.bytes.push((value >>> 24) & 255, (value >>> 16) & 255, (value >>> 8) & 255, value & 255);
}

function text(writer: Writer, value: string): void {
  const bytes = utf8Bytes(value);
  if (bytes.length > 255) throw new RangeError('A text in RTCP is at most 255 octets long');
  writer.bytes.push(bytes.length, ...bytes);
}

function fill(writer: Writer, atLeast: number): void {
  for (let added = 0; added < atLeast || writer.bytes.length % 4 !== 0; added += 1)
    writer.bytes.push(0);
}
