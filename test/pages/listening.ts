// What a page hears: the strongest frequency of a stream.

/** The strongest frequency of `stream` within so many seconds, in hertz; 0 when it is silent. */
export async function peakOf(stream: MediaStream, seconds: number): Promise<number> {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 8192;
  context.createMediaStreamSource(stream).connect(analyser);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const peak = bins.reduce((best, level, at) => (level > (bins[best] ?? -Infinity) ? at : best), 1);
  await context.close();
  return (bins[peak] ?? -Infinity) < quiet ? 0 : (peak * context.sampleRate) / analyser.fftSize;
}

/** Below this many decibels nobody hears anything. */
const quiet = -80;
