// A WAV file in memory as something to play.
import { aLaw, muLaw } from '../codec/g711.ts';
import { resampled } from './resample.ts';
import type { Samples } from './resample.ts';
import type { AudioSource } from './source.ts';
import { readWav, UnplayableFile } from './wav.ts';
import type { WavFile } from './wav.ts';

/** The audio of a WAV file at 8000 Hz, one channel; throws UnplayableFile when it cannot be played. */
export function wavSource(bytes: Uint8Array): AudioSource {
  return resampled(wavSamples(bytes));
}

function wavSamples(bytes: Uint8Array): Samples {
  const file = readWav(bytes);
  const at = sampleReader(bytes, file);
  const { channels, sampleRate } = file;
  const width = file.encoding === 'pcm16' ? 2 : 1;
  const length = Math.floor((file.end - file.start) / (width * channels));
  if (length === 0) throw new UnplayableFile('The WAV file has no audio');
  return {
    sampleRate,
    length,
    read(start, count, into) {
      for (let index = 0; index < count; index += 1) {
        const position = start + index;
        let sum = 0;
        if (position >= 0 && position < length) {
          for (let channel = 0; channel < channels; channel += 1)
            sum += at(position * channels + channel);
        }
        into[index] = sum / channels;
      }
    },
  };
}

function sampleReader(bytes: Uint8Array, file: WavFile): (index: number) => number {
  if (file.encoding === 'pcm16') {
    const view = new DataView(bytes.buffer, bytes.byteOffset + file.start, file.end - file.start);
    return (index) => view.getInt16(2 * index, true);
  }
  const law = file.encoding === 'PCMU' ? muLaw : aLaw;
  const table = new Int16Array(256);
  law.decode(
    Uint8Array.from({ length: 256 }, (_, octet) => octet),
    0,
    256,
    table,
  );
  return (index) => table[bytes[file.start + index] ?? 0] ?? 0;
}
