// G.711 as sound: octets to samples, and how loud a packet is (RFC 3551 §4.5.14, ITU-T G.711).

/** The two laws. */
export type Law = 'PCMU' | 'PCMA';

/** The 16-bit samples of all octets of a law. */
export const g711Samples: { readonly [law in Law]: Int16Array } = {
  PCMU: Int16Array.from({ length: 256 }, (_, octet) => expandMu(octet)),
  PCMA: Int16Array.from({ length: 256 }, (_, octet) => expandA(octet)),
};

/** ITU-T G.711 table 5: the level of a sine that just reaches the largest sample, in dBm0. */
const fullScale: { readonly [law in Law]: { readonly level: number; readonly sample: number } } = {
  PCMU: { level: 3.17, sample: 32_124 },
  PCMA: { level: 3.14, sample: 32_256 },
};

/** The level of digital silence. */
const lowest = -90;

/** The law of a codec's name; undefined when it is no G.711. */
export function lawOf(name: string | undefined): Law | undefined {
  const upper = name?.toUpperCase();
  return upper === 'PCMU' || upper === 'PCMA' ? upper : undefined;
}

/** How loud octets are, in dBm0, -90 at least. */
export function levelOf(law: Law, octets: Uint8Array): number {
  const samples = g711Samples[law];
  let sum = 0;
  for (let at = 0; at < octets.length; at += 1) {
    const sample = samples[octets[at] ?? 0] ?? 0;
    sum += sample * sample;
  }
  if (sum === 0) return lowest;
  const { level, sample } = fullScale[law];
  const ratio = sum / octets.length / ((sample * sample) / 2);
  return Math.max(lowest, level + 10 * Math.log10(ratio));
}

function expandMu(octet: number): number {
  const inverted = ~octet & 127;
  const value = ((((inverted & 15) << 3) + 132) << (inverted >> 4)) - 132;
  return octet < 128 ? -value : value;
}

function expandA(octet: number): number {
  const plain = (octet ^ 85) & 127;
  const segment = plain >> 4;
  const step = ((plain & 15) << 4) + (segment === 0 ? 8 : 264);
  const value = segment > 1 ? step << (segment - 1) : step;
  return octet < 128 ? -value : value;
}
