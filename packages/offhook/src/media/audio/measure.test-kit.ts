// What tests measure sound by.

/** A sine of whole samples. */
export function sineOf(hertz: number, peak: number, rate: number, length: number): Int16Array {
  return Int16Array.from({ length }, (_, index) =>
    Math.round(peak * 32_767 * Math.sin((2 * Math.PI * hertz * index) / rate)),
  );
}

/** The peak, as a share of full scale, of the sine of `hertz` in `samples`. */
export function amplitude(samples: Int16Array, hertz: number, rate: number): number {
  let real = 0;
  let imaginary = 0;
  samples.forEach((sample, index) => {
    // A window of Hann, so that a tone that does not fill the frame leaks into no other.
    const weight = 1 - Math.cos((2 * Math.PI * index) / samples.length);
    const angle = (2 * Math.PI * hertz * index) / rate;
    real += weight * sample * Math.cos(angle);
    imaginary += weight * sample * Math.sin(angle);
  });
  return (2 * Math.hypot(real, imaginary)) / samples.length / 32_767;
}

/** The frequency of the strongest tone within 50 Hz of `about`, to half a Hertz. */
export function loudestHertz(samples: Int16Array, about: number, rate: number): number {
  let best = 0;
  let loudest = 0;
  for (let hertz = about - 50; hertz <= about + 50; hertz += 0.5) {
    const found = amplitude(samples, hertz, rate);
    if (found > loudest) [loudest, best] = [found, hertz];
  }
  return best;
}
