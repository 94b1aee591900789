// The sound of captures in the browser: samples as a WAV that an element plays, Opus through the browser's own decoder.
import type { OpusAudio, PcmAudio } from '@offhook/sip/trace';
import { opusPlaces, opusRate } from '../../model/trace/opus-places.ts';
import type { SoundPort } from '../../model/trace/listening.ts';

/** Plays and decodes. */
export const captureSound: SoundPort = { decode, play };

function play(
  { samples, sampleRate }: PcmAudio,
  moved: (at: number, goesOn: boolean) => void,
): ReturnType<SoundPort['play']> {
  const url = URL.createObjectURL(wav(samples, sampleRate));
  const element = new Audio(url);
  const ending = new AbortController();
  const { signal } = ending;
  const tell = (): void => moved(element.currentTime * 1000, !element.paused);
  for (const event of ['timeupdate', 'pause', 'play', 'seeked', 'ended'])
    element.addEventListener(event, tell, { signal });
  // An element tells four times a second; the place on the graph is to move with every picture.
  const step = (): void => {
    if (signal.aborted) return;
    if (!element.paused) tell();
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
  void element.play().catch(tell);
  return {
    length: (1000 * samples.length) / sampleRate,
    toggle: () => {
      if (element.paused) void element.play().catch(tell);
      else element.pause();
    },
    seek: (milliseconds) => {
      element.currentTime = milliseconds / 1000;
    },
    stop: () => {
      ending.abort();
      element.pause();
      URL.revokeObjectURL(url);
    },
  };
}

// RIFF with one chunk of 16-bit samples.
function wav(samples: Int16Array, sampleRate: number): Blob {
  const head = new DataView(new ArrayBuffer(44));
  const text = (at: number, word: string): void => {
    for (let index = 0; index < word.length; index += 1)
      head.setUint8(at + index, word.charCodeAt(index));
  };
  const size = samples.length * 2;
  text(0, 'RIFF');
  head.setUint32(4, 36 + size, true);
  text(8, 'WAVEfmt ');
  head.setUint32(16, 16, true);
  head.setUint16(20, 1, true);
  head.setUint16(22, 1, true);
  head.setUint32(24, sampleRate, true);
  head.setUint32(28, sampleRate * 2, true);
  head.setUint16(32, 2, true);
  head.setUint16(34, 16, true);
  text(36, 'data');
  head.setUint32(40, size, true);
  return new Blob([head, samples.slice()], { type: 'audio/wav' });
}

/** Opus as samples; what was lost is silence. */
async function decode({ startedAt, packets }: OpusAudio): Promise<PcmAudio> {
  const places = opusPlaces(packets);
  const samples = new Int16Array(places.length);
  let decoded = 0;
  const decoder = new AudioDecoder({
    // The time of a frame is not asked for: browsers count on from the first one, across what was lost.
    output: (frame) => {
      const part = new Float32Array(frame.numberOfFrames);
      frame.copyTo(part, { planeIndex: 0, format: 'f32-planar' });
      frame.close();
      for (const value of part) {
        const at = places.placeOf(decoded);
        decoded += 1;
        if (at < samples.length)
          samples[at] = Math.round(Math.max(-1, Math.min(1, value)) * 32_767);
      }
    },
    // What comes next says that it is closed.
    error: () => undefined,
  });
  decoder.configure({ codec: 'opus', sampleRate: opusRate, numberOfChannels: 1 });
  for (const { at, payload } of places.packets)
    decoder.decode(
      new EncodedAudioChunk({
        type: 'key',
        timestamp: Math.round(at * 1000),
        data: payload.slice(),
      }),
    );
  await decoder.flush();
  decoder.close();
  return { kind: 'pcm', startedAt, sampleRate: opusRate, samples };
}
