// Control packets from one leg of a call to the other, where the sources have other names and numbers (RFC 3550 §7.2).
import type { ReportBlock, RtcpPacket } from './packet.ts';

/** How what one side says of sources becomes what the other side says of them. What it does not know is left out. */
export interface RtcpCrossing {
  /** One who sends from this side: how the other side knows it, and what its timestamps have in addition there. */
  sender(ssrc: number): { readonly ssrc: number; readonly timestampShift: number } | undefined;
  /** One that sends from the other side, heard here: its own name there, and what its numbers have in addition there. */
  heard(ssrc: number): { readonly ssrc: number; readonly sequenceShift: number } | undefined;
  /** In whose name those of this side speak who send nothing themselves. */
  readonly listener: number;
}

/**
 * The packets as the other side is to see them. Times by the wall clock, counts, losses and jitter stay as they are, so that
 * round trips are those of the whole way. What is only about the path of one side, and what is not read, is left out.
 */
export function translateRtcp(
  packets: readonly RtcpPacket[],
  crossing: RtcpCrossing,
): readonly RtcpPacket[] {
  return packets.flatMap((packet): readonly RtcpPacket[] => {
    switch (packet.kind) {
      case 'sender-report': {
        const sender = crossing.sender(packet.ssrc);
        const reports = translateReports(packet.reports, crossing);
        if (sender === undefined)
          return [{ kind: 'receiver-report', ssrc: crossing.listener, reports }];
        const timestamp = (packet.timestamp + sender.timestampShift) >>> 0;
        return [{ ...packet, ssrc: sender.ssrc, timestamp, reports }];
      }
      case 'receiver-report':
        return [
          {
            ...packet,
            ssrc: nameOf(packet.ssrc, crossing),
            reports: translateReports(packet.reports, crossing),
          },
        ];
      case 'source-description': {
        const chunks = packet.chunks.flatMap(({ ssrc, cname }) => {
          const sender = crossing.sender(ssrc);
          return sender === undefined ? [] : [{ ssrc: sender.ssrc, cname }];
        });
        return chunks.length === 0 ? [] : [{ ...packet, chunks }];
      }
      case 'goodbye': {
        const ssrcs = packet.ssrcs.flatMap((ssrc) => crossing.sender(ssrc)?.ssrc ?? []);
        return ssrcs.length === 0 ? [] : [{ ...packet, ssrcs }];
      }
      case 'nack': {
        const heard = crossing.heard(packet.media);
        if (heard === undefined) return [];
        const lost = packet.lost.map((sequence) => (sequence + heard.sequenceShift) & 0xffff);
        return [{ ...packet, ssrc: nameOf(packet.ssrc, crossing), media: heard.ssrc, lost }];
      }
      case 'picture-loss': {
        const media = crossing.heard(packet.media)?.ssrc;
        return media === undefined
          ? []
          : [{ ...packet, ssrc: nameOf(packet.ssrc, crossing), media }];
      }
      case 'full-intra-request': {
        const requests = packet.requests.flatMap(({ media, sequence }) => {
          const heard = crossing.heard(media);
          return heard === undefined ? [] : [{ media: heard.ssrc, sequence }];
        });
        const ssrc = nameOf(packet.ssrc, crossing);
        return requests.length === 0 ? [] : [{ ...packet, ssrc, requests }];
      }
      case 'other':
        return [];
    }
  });
}

function nameOf(ssrc: number, crossing: RtcpCrossing): number {
  return crossing.sender(ssrc)?.ssrc ?? crossing.listener;
}

function translateReports(
  reports: readonly ReportBlock[],
  crossing: RtcpCrossing,
): readonly ReportBlock[] {
  return reports.flatMap((report) => {
    const heard = crossing.heard(report.ssrc);
    if (heard === undefined) return [];
    // Only the lower 16 bits are the packet's; the wraps were counted from another start.
    const sequence = ((report.highestSequence & 0xffff) + heard.sequenceShift) & 0xffff;
    const highestSequence = ((report.highestSequence & 0xffff_0000) | sequence) >>> 0;
    return [{ ...report, ssrc: heard.ssrc, highestSequence }];
  });
}
