// What notes say: bytes that were dropped, connections, counters of media.
import type { FlowObserved, MediaReported, MessageDropped } from '../../base/tap.ts';
import { clip } from './identity.ts';
import { addressText } from './parties.ts';
import { firstLineOf } from './read-message.ts';

/** Who sent what was not taken, and why it was not. */
export function droppedText({ remote, reason, text }: MessageDropped): string {
  return `from ${addressText(remote)}, ${clip(reason, 120)}: ${firstLineOf(text)}`;
}

/** What became of a connection. */
export function flowText({ protocol, event, reason }: FlowObserved): string {
  return `${protocol} ${event}${reason === undefined ? '' : `: ${clip(reason, 120)}`}`;
}

/** The counters of one media line. */
export function mediaText(report: MediaReported): string {
  const { codec, sentPackets, receivedPackets, lostPackets, jitterMilliseconds } = report;
  return (
    `${codec === undefined ? '' : `${clip(codec, 24)} `}sent ${sentPackets}, received ` +
    `${receivedPackets}, lost ${lostPackets}, jitter ${jitterMilliseconds.toFixed(1)} ms`
  );
}
