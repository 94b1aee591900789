// What a peer connection has counted, in the few figures that tell how a call sounds and why.
import type { StreamReport } from '../sdp/negotiator.ts';

/** How the media of a call does; a figure that nobody measured is undefined. */
export interface WebRtcStatistics {
  /** There and back, by RTCP (RFC 3550 §6.4.1), else by ICE. */
  readonly roundTripMilliseconds: number | undefined;
  readonly jitterMilliseconds: number | undefined;
  readonly receivedPackets: number;
  readonly lostPackets: number;
  readonly sentPackets: number;
  /** Share of the sound that was made up for lack of packets, from 0 to 1, since the call began. */
  readonly concealment: number | undefined;
  readonly codec: string | undefined;
  /** `host`, `srflx`, `prflx` or `relay`, of the pair in use. */
  readonly localCandidate: string | undefined;
  readonly remoteCandidate: string | undefined;
  /** Such as `AES_CM_128_HMAC_SHA1_80`. */
  readonly cipher: string | undefined;
  readonly video: VideoStatistics | undefined;
}

/** The picture that the peer sends. */
export interface VideoStatistics {
  readonly codec: string | undefined;
  readonly width: number | undefined;
  readonly height: number | undefined;
  readonly framesPerSecond: number | undefined;
  readonly decodedFrames: number;
  readonly receivedPackets: number;
  readonly lostPackets: number;
}

// Of each kind of record, the members that are read here; browsers leave out what they do not know.
interface Counted {
  readonly id: string;
  readonly type: string;
  readonly kind?: string;
  readonly mid?: string;
  readonly localId?: string;
  readonly codecId?: string;
  readonly mimeType?: string;
  readonly packetsReceived?: number;
  readonly packetsLost?: number;
  readonly packetsSent?: number;
  readonly jitter?: number;
  readonly roundTripTime?: number;
  readonly currentRoundTripTime?: number;
  readonly concealedSamples?: number;
  readonly totalSamplesReceived?: number;
  readonly selectedCandidatePairId?: string;
  readonly localCandidateId?: string;
  readonly remoteCandidateId?: string;
  readonly candidateType?: string;
  readonly audioLevel?: number;
  readonly srtpCipher?: string;
  readonly frameWidth?: number;
  readonly frameHeight?: number;
  readonly framesPerSecond?: number;
  readonly framesDecoded?: number;
}

/** Reads them; before there is a connection nothing is counted. */
export async function readStatistics(
  connection: RTCPeerConnection | undefined,
): Promise<WebRtcStatistics> {
  const records = connection === undefined ? new Map() : await recordsOf(connection);
  const find = (type: string, kind: string): Counted | undefined =>
    [...records.values()].find((one) => one.type === type && one.kind === kind);
  const inbound = find('inbound-rtp', 'audio');
  const outbound = find('outbound-rtp', 'audio');
  const transport = [...records.values()].find(({ type }) => type === 'transport');
  const pair = records.get(transport?.selectedCandidatePairId ?? '');
  const roundTrip = find('remote-inbound-rtp', 'audio')?.roundTripTime;
  return {
    roundTripMilliseconds: milliseconds(roundTrip ?? pair?.currentRoundTripTime),
    jitterMilliseconds: milliseconds(inbound?.jitter),
    receivedPackets: inbound?.packetsReceived ?? 0,
    lostPackets: inbound?.packetsLost ?? 0,
    sentPackets: outbound?.packetsSent ?? 0,
    concealment: share(inbound?.concealedSamples, inbound?.totalSamplesReceived),
    codec: codecOf(inbound ?? outbound, records),
    localCandidate: records.get(pair?.localCandidateId ?? '')?.candidateType,
    remoteCandidate: records.get(pair?.remoteCandidateId ?? '')?.candidateType,
    cipher: transport?.srtpCipher,
    video: videoOf(find('inbound-rtp', 'video'), records),
  };
}

/** What came of each media line, for the tap. */
export async function readReports(connection: RTCPeerConnection): Promise<readonly StreamReport[]> {
  const records = await recordsOf(connection);
  const all = [...records.values()];
  const lines = connection.getTransceivers().flatMap(({ mid }) => (mid === null ? [] : [mid]));
  return lines.flatMap((mid, line): readonly StreamReport[] => {
    const inbound = all.find((one) => one.type === 'inbound-rtp' && one.mid === mid);
    const outbound = all.find((one) => one.type === 'outbound-rtp' && one.mid === mid);
    const heard = all.find(
      ({ type, localId }) => type === 'remote-inbound-rtp' && localId === outbound?.id,
    );
    if (inbound === undefined && outbound === undefined) return [];
    return [
      {
        line,
        codec: codecOf(inbound ?? outbound, records),
        sentPackets: outbound?.packetsSent ?? 0,
        receivedPackets: inbound?.packetsReceived ?? 0,
        lostPackets: Math.max(inbound?.packetsLost ?? 0, 0),
        jitterMilliseconds: milliseconds(inbound?.jitter) ?? 0,
        roundTripMilliseconds: milliseconds(heard?.roundTripTime),
        concealedShare: share(inbound?.concealedSamples, inbound?.totalSamplesReceived),
        level: inbound?.audioLevel,
      },
    ];
  });
}

/** How loud the peer is now, from 0 to 1. */
export async function readLevel(connection: RTCPeerConnection): Promise<number> {
  const records = await recordsOf(connection);
  const inbound = [...records.values()].find(
    ({ type, kind }) => type === 'inbound-rtp' && kind === 'audio',
  );
  return inbound?.audioLevel ?? 0;
}

async function recordsOf(connection: RTCPeerConnection): Promise<ReadonlyMap<string, Counted>> {
  const records = new Map<string, Counted>();
  const report = await connection.getStats();
  report.forEach((record: Counted) => records.set(record.id, record));
  return records;
}

function codecOf(
  stream: Counted | undefined,
  records: ReadonlyMap<string, Counted>,
): string | undefined {
  return records.get(stream?.codecId ?? '')?.mimeType?.split('/')[1];
}

function videoOf(
  inbound: Counted | undefined,
  records: ReadonlyMap<string, Counted>,
): VideoStatistics | undefined {
  if (inbound === undefined) return undefined;
  return {
    codec: codecOf(inbound, records),
    width: inbound.frameWidth,
    height: inbound.frameHeight,
    framesPerSecond: inbound.framesPerSecond,
    decodedFrames: inbound.framesDecoded ?? 0,
    receivedPackets: inbound.packetsReceived ?? 0,
    lostPackets: inbound.packetsLost ?? 0,
  };
}

function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}

function share(part: number | undefined, whole: number | undefined): number | undefined {
  return part === undefined || whole === undefined || whole === 0 ? undefined : part / whole;
}
