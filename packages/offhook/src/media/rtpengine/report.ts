// What rtpengine counted of a call, read from its answer to `query`: each value is checked, since it comes from outside.
import type { StreamReport } from '@offhook/sip/sdp';
import { asDictionary } from './ng.ts';
import type { NgReply } from './ng.ts';

/** The lines of each party by its tag. */
export type Counted = ReadonlyMap<string, readonly StreamReport[]>;

/** The codec that was agreed with a party for one line. */
export type CodecOf = (party: string, line: number) => string | undefined;

/** Reads the answer to `query`. rtpengine counts what it receives; what a party was sent is what its peers were heard to send. */
export function readCounted(reply: NgReply, codecOf: CodecOf): Counted {
  const heard = new Map<string, readonly Heard[]>();
  const tags = Object.entries(asDictionary(reply['tags']) ?? {});
  const sources = asDictionary(reply['SSRC']) ?? {};
  for (const [tag, value] of tags) heard.set(tag, linesOf(asDictionary(value), sources));
  return new Map(
    tags.map(([tag, value]) => [
      tag,
      (heard.get(tag) ?? []).map(({ line, packets, lost, jitter }) => ({
        line,
        codec: codecOf(tag, line),
        sentPackets: sentTo(line, peersOf(asDictionary(value)), heard),
        receivedPackets: packets,
        lostPackets: lost,
        jitterMilliseconds: jitter,
      })),
    ]),
  );
}

interface Heard {
  readonly line: number;
  readonly packets: number;
  readonly lost: number;
  readonly jitter: number;
}

function linesOf(party: NgReply | undefined, sources: NgReply): readonly Heard[] {
  return listOf(party?.['medias']).map((media, line) => {
    const streams = listOf(media['streams']);
    const rtp = streams.find(({ flags }) => Array.isArray(flags) && flags.includes('RTP'));
    const source = asDictionary(sources[String(rtp?.['SSRC'])]);
    return {
      line,
      packets: numberOf(asDictionary(rtp?.['stats'])?.['packets']),
      lost: numberOf(source?.['cumulative loss']),
      jitter: numberOf(asDictionary(source?.['average MOS'])?.['jitter']),
    };
  });
}

function peersOf(party: NgReply | undefined): readonly string[] {
  return listOf(party?.['subscriptions']).flatMap(({ tag }) =>
    typeof tag === 'string' ? [tag] : [],
  );
}

function sentTo(
  line: number,
  peers: readonly string[],
  heard: ReadonlyMap<string, readonly Heard[]>,
): number {
  return peers.reduce((sum, peer) => sum + (heard.get(peer)?.[line]?.packets ?? 0), 0);
}

function listOf(value: unknown): readonly NgReply[] {
  return Array.isArray(value) ? value.map(asDictionary).filter((each) => each !== undefined) : [];
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}
