// One note as an oscillator and its envelope.
import type { Note } from './tones.ts';

/** Plays `note` into `target`, `at` on the context's clock. */
export function playNote(
  { hertz, seconds, loud, bell }: Note,
  target: AudioNode,
  at: number,
): void {
  const { context } = target;
  hertz.forEach((frequency, partial) => {
    const oscillator = new OscillatorNode(context, { frequency });
    const gain = new GainNode(context, { gain: 0 });
    const peak = loud / (1 + partial * 2.5);
    gain.gain.setValueAtTime(0, at);
    gain.gain.linearRampToValueAtTime(peak, at + 0.008);
    if (bell) gain.gain.exponentialRampToValueAtTime(0.0005, at + seconds);
    else {
      gain.gain.setValueAtTime(peak, at + seconds - 0.01);
      gain.gain.linearRampToValueAtTime(0, at + seconds);
    }
    oscillator.connect(gain).connect(target);
    oscillator.start(at);
    oscillator.stop(at + seconds);
  });
}
