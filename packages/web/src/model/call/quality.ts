// How good a call sounds: four bars from delay, jitter, loss and patched sound, and the likely cause (ITU-T G.107 in small).
import type { Clock, Timer } from '@offhook/sip';
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { Quality, QualityCause } from '../call.ts';
import type { MediaStatistics, PhoneMedia } from '../ports.ts';

/** How often it is looked at, in milliseconds. */
const period = 2000;
/** After so many looks without a packet nothing comes from there. */
const silentLooks = 3;

/** Looks at the figures of one call every two seconds. */
export class QualityWatch {
  readonly state: Signal<Quality | undefined> = signal(undefined);
  readonly #clock: Clock;
  #media: PhoneMedia | undefined;
  #timer: Timer | undefined;
  #before: MediaStatistics | undefined;
  #silent = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  begin(media: PhoneMedia): void {
    this.#media = media;
    this.#wait();
  }

  end(): void {
    this.#media = undefined;
    this.#timer?.cancel();
  }

  #wait(): void {
    this.#timer = this.#clock.after(period, () => void this.#look());
  }

  async #look(): Promise<void> {
    const now = await this.#media?.statistics().catch(() => undefined);
    if (this.#media === undefined) return;
    if (now !== undefined) {
      const comes = now.receivedPackets > (this.#before?.receivedPackets ?? 0);
      this.#silent = comes ? 0 : this.#silent + 1;
      this.state.value = judge(now, this.#before, this.#silent >= silentLooks);
      this.#before = now;
    }
    this.#wait();
  }
}

/** What the figures of the last seconds mean. */
export function judge(
  now: MediaStatistics,
  before: MediaStatistics | undefined,
  silent: boolean,
): Quality {
  const received = now.receivedPackets - (before?.receivedPackets ?? 0);
  const patched = patchedShare(now, before);
  const lost = Math.max(0, now.lostPackets - (before?.lostPackets ?? 0));
  const lossPercent = received + lost === 0 ? 0 : (100 * lost) / (received + lost);
  const delay = now.roundTripMilliseconds ?? 0;
  const jitter = now.jitterMilliseconds ?? 0;
  const { bars, cause } = worst([
    grade(lossPercent, [0.5, 2, 5, 12], lossPercent > 5 ? 'heavy loss' : 'loss'),
    grade(delay, [200, 350, 600, 1200], 'delay'),
    grade(jitter, [25, 50, 90, 200], 'jitter'),
    grade(100 * patched, [3, 8, 15, 40], lossPercent > 0.5 ? 'loss' : 'jitter'),
  ]);
  const measured = before !== undefined;
  return {
    bars: silent ? 0 : bars,
    cause: silent ? 'nothing comes' : measured || bars < 4 ? cause : 'measuring',
    roundTripMilliseconds: now.roundTripMilliseconds,
    jitterMilliseconds: now.jitterMilliseconds,
    lossPercent,
    concealmentPercent: now.concealment === undefined ? undefined : 100 * patched,
    codec: now.codec,
    relayed: now.localCandidate === 'relay' || now.remoteCandidate === 'relay',
  };
}

// The page counts since the call began; what is heard now is what came since the last look, as far as packets tell.
function patchedShare(now: MediaStatistics, before: MediaStatistics | undefined): number {
  const patched = ({ concealment = 0, receivedPackets }: MediaStatistics): number =>
    concealment * receivedPackets;
  const received = now.receivedPackets - (before?.receivedPackets ?? 0);
  if (before === undefined || received <= 0) return now.concealment ?? 0;
  return Math.min(1, Math.max(0, (patched(now) - patched(before)) / received));
}

interface Grade {
  readonly bars: Quality['bars'];
  readonly cause: QualityCause;
}

// One bar less for each limit that is passed.
function grade(value: number, limits: readonly number[], cause: QualityCause): Grade {
  const passed = limits.filter((limit) => value > limit).length;
  const bars = ([4, 3, 2, 1, 0] as const)[passed] ?? 0;
  return { bars, cause: bars === 4 ? 'good' : cause };
}

function worst(grades: readonly Grade[]): Grade {
  return grades.reduce((one, other) => (other.bars < one.bars ? other : one));
}
