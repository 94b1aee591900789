// What a page hears: the strongest frequency of streams.

/** The strongest frequency of `streams` together within so many seconds, in hertz; 0 when it is below `quiet` decibels. */
export async function peakOf(
  streams: readonly MediaStream[],
  seconds: number,
  quiet = -80,
): Promise<number> {
  const context = new AudioContext();
  await context.resume();
  const analyser = listener(context, streams);
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
  const peak = peakNow(analyser, quiet);
  await context.close();
  return peak;
}

/** What hears all of `streams`. */
export function listener(context: AudioContext, streams: readonly MediaStream[]): AnalyserNode {
  const analyser = new AnalyserNode(context, { fftSize: 16_384, smoothingTimeConstant: 0 });
  for (const stream of streams) context.createMediaStreamSource(stream).connect(analyser);
  return analyser;
}

/** The strongest frequency that is heard just now, in hertz; 0 when it is below `quiet` decibels. */
export function peakNow(analyser: AnalyserNode, quiet: number): number {
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const peak = bins.reduce((best, level, at) => (level > (bins[best] ?? -Infinity) ? at : best), 1);
  if ((bins[peak] ?? -Infinity) < quiet) return 0;
  return (peak * analyser.context.sampleRate) / analyser.fftSize;
}
