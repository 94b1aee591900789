// The sixteen keys as pairs of tones (ITU-T Q.23), for peers that know no other way.
import { sampleRate } from '../audio/source.ts';

/** Hertz of the rows of keys. */
export const rows: readonly number[] = [697, 770, 852, 941];
/** Hertz of the columns. */
export const columns: readonly number[] = [1209, 1336, 1477, 1633];

const layout: readonly string[] = ['123A', '456B', '789C', '*0#D'];

/** The key at a row and a column. */
export function keyAt(row: number, column: number): string | undefined {
  return layout[row]?.[column];
}

/** Each tone at -10 dBm0, 3.14 dBm0 being the loudest sine that G.711 knows. */
const amplitude = 32_767 * 10 ** (-13.14 / 20);

/** Writes the sound of a key into `frame`, `offset` samples after it was pressed; false when there is no such key. */
export function writeKeyTones(key: string, frame: Int16Array, offset: number): boolean {
  const row = layout.findIndex((keys) => keys.includes(key));
  const low = rows[row];
  const high = columns[layout[row]?.indexOf(key) ?? -1];
  if (low === undefined || high === undefined) return false;
  for (let index = 0; index < frame.length; index += 1) {
    const turns = (offset + index) / sampleRate;
    frame[index] = Math.round(
      amplitude * (Math.sin(2 * Math.PI * low * turns) + Math.sin(2 * Math.PI * high * turns)),
    );
  }
  return true;
}
