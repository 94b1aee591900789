// A party in a thread of bridges: its leg, whom it hears, and what is told of it from time to time.
import type { StreamReport } from '@offhook/sip/sdp';
import type { BridgeEvent } from './bridge-messages.ts';
import type { Leg, LegPlace } from './leg.ts';
import type { LegAgreement, LineMedia } from './leg-agreement.ts';

/** Milliseconds without any packet after which a party is taken for gone. */
const longestSilence = 60_000;
/** Milliseconds between two tellings of the counters. */
const countingInterval = 5000;

/** A party and all that it owns. */
export class ServedLeg {
  readonly #leg: Leg;
  readonly #tell: (event: BridgeEvent) => void;
  #joined: ServedLeg | undefined;
  #quietSince = 0;
  #countAt = 0;
  #broken = false;

  constructor(leg: Leg, tell: (event: BridgeEvent) => void) {
    this.#leg = leg;
    this.#tell = tell;
  }

  /** Opens what these lines need. */
  open(media: readonly LineMedia[]): Promise<LegPlace> {
    return this.#leg.open(media);
  }

  /** Puts an agreement in force. */
  agree(agreement: LegAgreement, now: number): void {
    this.#leg.agree(agreement, now);
    this.#quietSince = now;
  }

  /** New names for ICE, or those of before again. */
  restart(on: boolean): void {
    this.#leg.restart(on);
  }

  /** The counters now. */
  statistics(): readonly StreamReport[] {
    return this.#leg.statistics();
  }

  /** This party and `other` hear each other, and nobody else does. */
  join(other: ServedLeg): void {
    if (this.#joined !== other) this.part();
    if (other.#joined !== this) other.part();
    this.#joined = other;
    other.#joined = this;
    for (const [media, line] of this.#leg.lines) {
      const theirs = other.#leg.lines.get(media);
      line.join(theirs);
      theirs?.join(line);
    }
  }

  /** Presses a key towards the party. */
  press(key: string): void {
    this.#leg.lines.get('audio')?.press(key);
  }

  /** Nobody hears this party any more. */
  part(): void {
    const other = this.#joined;
    this.#joined = undefined;
    for (const line of this.#leg.lines.values()) line.join(undefined);
    if (other === undefined) return;
    other.#joined = undefined;
    for (const line of other.#leg.lines.values()) line.join(undefined);
  }

  /** Does what is due; a fault breaks this party only. */
  beat(now: number): void {
    if (this.#broken) return;
    try {
      this.#leg.tick(now);
      this.#watchSilence(now);
      if (now >= this.#countAt) {
        if (this.#countAt > 0) this.#tell({ name: 'counted', reports: this.statistics() });
        this.#countAt = now + countingInterval;
      }
    } catch (error) {
      this.#broken = true;
      this.#tell({ name: 'broken', reason: String(error) });
    }
  }

  /** Says goodbye and frees its ports. */
  async close(now: number): Promise<void> {
    this.part();
    for (const line of this.#leg.lines.values()) line.close();
    await this.#leg.close(now);
  }

  // On hold nothing is expected; who sends no sound in his pauses still sends reports (RFC 3550 §6.2).
  #watchSilence(now: number): void {
    let expected = false;
    for (const line of this.#leg.lines.values()) {
      expected ||= line.listens;
      this.#quietSince = Math.max(this.#quietSince, line.heardAt ?? 0);
    }
    if (!expected) this.#quietSince = now;
    if (now - this.#quietSince < longestSilence) return;
    this.#quietSince = now;
    this.#tell({ name: 'silent' });
  }
}
