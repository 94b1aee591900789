// What people would think of a stream: the E-model's rating from its codec and its losses (ITU-T G.107, G.113 appendix I).

/** How a codec sounds, and how it takes loss. */
interface Impairment {
  /** Equipment impairment factor Ie. */
  readonly equipment: number;
  /** Packet-loss robustness factor Bpl. */
  readonly robustness: number;
}

// The planning values of ITU-T G.113 appendix I: G.711 with the concealment of its own appendix I, as all phones have some,
// G.729A with VAD, G.723.1 at 6.3 kbit/s with VAD, GSM-EFR, and AMR at 12.2 kbit/s, which is the same coder. Public quotations
// of G.113 agree on these Ie and on the Bpl of all but G.723.1, which none that was found repeats. Coders for which it has no Bpl
// (GSM-FR, G.726, iLBC, AMR at lower rates) or only wideband values (G.722, Opus) are not rated: there is nothing published to rest on.
const impairments: ReadonlyMap<string, Impairment> = new Map([
  ['pcmu', { equipment: 0, robustness: 25.1 }],
  ['pcma', { equipment: 0, robustness: 25.1 }],
  ['g729', { equipment: 11, robustness: 19 }],
  ['g723', { equipment: 15, robustness: 16.1 }],
  ['gsm-efr', { equipment: 5, robustness: 10 }],
  ['amr', { equipment: 5, robustness: 10 }],
]);

/** ITU-T G.107 §7.7: the rating when all else is at its default. */
const best = 93.2;

/** What the rating is made of. */
export interface Heard {
  readonly codec: string | undefined;
  /** Share of its packets that did not come, or too late, 0 to 1. */
  readonly loss: number;
  /** How much longer than by chance the losses follow each other: 1 when they are scattered (ITU-T G.107 §7.5, BurstR). */
  readonly burst: number;
  /** Milliseconds from mouth to ear; at the default, when nothing is known, 100 and below take nothing away. */
  readonly delay: number | undefined;
}

/** The delay that is taken where none is known: milliseconds from mouth to ear. */
export const defaultDelay: number = 100;

/** The R factor, 0 to 93.2; undefined for a codec without published values. */
export function rFactorOf({ codec, loss, burst, delay }: Heard): number | undefined {
  const impairment = impairments.get(codec?.toLowerCase() ?? '');
  if (impairment === undefined) return undefined;
  const { equipment, robustness } = impairment;
  const percent = 100 * Math.min(1, Math.max(0, loss));
  // ITU-T G.107 §7.5.
  const effective =
    equipment +
    (95 - equipment) * (percent === 0 ? 0 : percent / (percent / Math.max(1, burst) + robustness));
  return Math.max(0, best - delayImpairment(delay ?? defaultDelay) - effective);
}

/** The mean opinion score of an R factor, 1 to 4.5 (ITU-T G.107 annex B). */
export function mosOf(rFactor: number): number {
  if (rFactor <= 0) return 1;
  if (rFactor >= 100) return 4.5;
  const score = 1 + 0.035 * rFactor + rFactor * (rFactor - 60) * (100 - rFactor) * 7e-6;
  return Math.max(1, score);
}

// ITU-T G.107 §7.4.3: too long a way, without echo.
function delayImpairment(delay: number): number {
  if (delay <= 100) return 0;
  const x = Math.log2(delay / 100);
  return 25 * ((1 + x ** 6) ** (1 / 6) - 3 * (1 + (x / 3) ** 6) ** (1 / 6) + 2);
}
