// Pauses in a stream that nothing announces: no marker bit, no comfort noise before, no timestamp that went on (RFC 3551 §4.1).
import { timestampDistance } from '../../rtp/sequence.ts';
import type { GapDocument } from '../document/document.ts';

/** How many gaps of a stream are told: the longest. */
const mostGaps = 64;
/** How much longer than usual a pause is to be told, in milliseconds: of sound, and of pictures, which come less evenly. */
const longer = { sound: 100, picture: 1000 } as const;
const pictureRate = 90_000;

/** One packet, as far as pauses go. */
export interface PausedPacket {
  readonly at: number;
  readonly frame: number;
  readonly timestamp: number;
  readonly clockRate: number | undefined;
  readonly marker: boolean;
  readonly comfortNoise: boolean;
  /** How many packets are missing before it. */
  readonly missing: number;
}

/** Finds the pauses of one stream. */
export class Gaps {
  #last: PausedPacket | undefined;
  #gaps: GapDocument[] = [];
  /** Usual step of the timestamp from one packet to the next, and the one that may become usual. */
  #step = 0;
  #step2 = 0;

  /** Takes the next packet in the order of sequence numbers. */
  add(packet: PausedPacket): void {
    const last = this.#last;
    this.#last = packet;
    if (last === undefined || packet.clockRate === undefined) return;
    const step = timestampDistance(last.timestamp, packet.timestamp);
    if (packet.missing === 0 && step > 0) {
      if (step === this.#step2) this.#step = step;
      this.#step2 = step;
    }
    const waited = packet.at - last.at;
    const usual = (this.#step * 1000) / packet.clockRate;
    const limit = usual + (packet.clockRate >= pictureRate ? longer.picture : longer.sound);
    if (waited <= limit || last.comfortNoise) return;
    if (
      packet.missing === 0 &&
      (packet.marker || isMeant(waited, (step * 1000) / packet.clockRate))
    )
      return;
    this.#put({
      at: last.at,
      frame: packet.frame,
      milliseconds: waited - usual,
      lost: packet.missing,
    });
  }

  /** In order of time. */
  get all(): readonly GapDocument[] {
    return this.#gaps.toSorted((one, other) => one.at - other.at);
  }

  /** Milliseconds that a packet holds as a rule, at `clockRate`; 0 when it is not known. */
  usual(clockRate: number): number {
    return (this.#step * 1000) / clockRate;
  }

  #put(gap: GapDocument): void {
    this.#gaps.push(gap);
    if (this.#gaps.length <= 2 * mostGaps) return;
    this.#gaps.sort((one, other) => other.milliseconds - one.milliseconds);
    this.#gaps.length = mostGaps;
  }
}

// Silence suppression without a marker bit: nothing is missing, and the timestamp has gone on as long as the pause was.
function isMeant(waited: number, sent: number): boolean {
  return Math.abs(waited - sent) < Math.max(100, waited / 10);
}
