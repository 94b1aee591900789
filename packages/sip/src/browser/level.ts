// How loud a track is, from its samples.

/** A running measurement. */
export interface LevelMeter {
  /** The level now: the effective value of the last samples, from 0 to 1. */
  level(): number;
  close(): void;
}

/** Measures a track, also one whose original is muted: it listens to a copy. */
export function levelMeter(track: MediaStreamTrack): LevelMeter {
  const copy = track.clone();
  copy.enabled = true;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 1024;
  const source = context.createMediaStreamSource(new MediaStream([copy]));
  source.connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  return {
    level() {
      analyser.getFloatTimeDomainData(samples);
      let power = 0;
      for (const sample of samples) power += sample * sample;
      return Math.min(Math.sqrt(power / samples.length), 1);
    },
    close() {
      copy.stop();
      source.disconnect();
      void context.close();
    },
  };
}
