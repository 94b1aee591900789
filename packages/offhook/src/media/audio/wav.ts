// WAV files: their header read and written. 16-bit PCM and G.711, any number of channels, any usual rate.

/** What a WAV file holds and where. */
export interface WavFile {
  readonly encoding: 'pcm16' | 'PCMU' | 'PCMA';
  readonly channels: number;
  readonly sampleRate: number;
  /** Octets from here… */
  readonly start: number;
  /** …to here are audio. */
  readonly end: number;
}

/** A file cannot be played, and why. */
export class UnplayableFile extends Error {
  override readonly name = 'UnplayableFile';
}

/** Octets of the header that `wavHeader` writes. */
export const wavHeaderLength = 44;

/** Reads the chunks of a WAV file; throws UnplayableFile on what is none or holds what cannot be played. */
export function readWav(bytes: Uint8Array): WavFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || fourLetters(view, 0) !== 'RIFF' || fourLetters(view, 8) !== 'WAVE') {
    throw new UnplayableFile('Not a WAV file');
  }
  let format: Omit<WavFile, 'start' | 'end'> | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = fourLetters(view, at);
    const length = view.getUint32(at + 4, true);
    const start = at + 8;
    if (name === 'fmt ') format = readFormat(view, start, Math.min(start + length, bytes.length));
    if (name === 'data') {
      if (format === undefined)
        throw new UnplayableFile('The WAV file has no format before its audio');
      // A writer that streams leaves the length 0 or at its greatest; then the audio lasts to the end of the file.
      const open = length === 0 || start + length > bytes.length;
      return { ...format, start, end: open ? bytes.length : start + length };
    }
    at = start + length + (length % 2);
  }
  throw new UnplayableFile('The WAV file has no audio');
}

/** The header of a file of 16-bit PCM, mono, with `dataLength` octets of audio behind it. */
export function wavHeader(dataLength: number, sampleRate: number): Uint8Array {
  const bytes = new Uint8Array(wavHeaderLength);
  const view = new DataView(bytes.buffer);
  putLetters(bytes, 0, 'RIFF');
  view.setUint32(4, wavHeaderLength - 8 + dataLength, true);
  putLetters(bytes, 8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, sampleRate, true);
  view.setUint32(28, sampleRate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  putLetters(bytes, 36, 'data');
  view.setUint32(40, dataLength, true);
  return bytes;
}

function readFormat(view: DataView, start: number, end: number): Omit<WavFile, 'start' | 'end'> {
  if (start + 16 > end) throw new UnplayableFile('The WAV file is cut off in its format');
  let tag = view.getUint16(start, true);
  // WAVE_FORMAT_EXTENSIBLE tells the real format in its sub-format.
  if (tag === 0xfffe && start + 26 <= end) tag = view.getUint16(start + 24, true);
  const channels = view.getUint16(start + 2, true);
  const sampleRate = view.getUint32(start + 4, true);
  const bits = view.getUint16(start + 14, true);
  if (channels < 1 || channels > 8)
    throw new UnplayableFile(`A WAV file of ${channels} channels cannot be played`);
  if (sampleRate < 4000 || sampleRate > 192_000) {
    throw new UnplayableFile(`A WAV file of ${sampleRate} Hz cannot be played`);
  }
  if (tag === 1 && bits === 16) return { encoding: 'pcm16', channels, sampleRate };
  if (tag === 7 && bits === 8) return { encoding: 'PCMU', channels, sampleRate };
  if (tag === 6 && bits === 8) return { encoding: 'PCMA', channels, sampleRate };
  throw new UnplayableFile(
    `A WAV file of format ${tag} with ${bits} bits cannot be played: save it as 16-bit PCM`,
  );
}

function fourLetters(view: DataView, at: number): string {
  return String.fromCharCode(
    view.getUint8(at),
    view.getUint8(at + 1),
    view.getUint8(at + 2),
    view.getUint8(at + 3),
  );
}

function putLetters(bytes: Uint8Array, at: number, text: string): void {
  for (let index = 0; index < text.length; index += 1) bytes[at + index] = text.charCodeAt(index);
}
