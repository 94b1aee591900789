// Whether the cost of a reader grows with its text and not faster: the measure of all tests against hostile text (A07).
import { threadTime } from './thread-time.test-kit.ts';

const [short, times] = [16_384, 4];
const cheap = 10;
// Rounds before a reader is believed, before it is disbelieved, and in all.
const [few, several, most] = [3, 12, 60];

/**
 * Says whether `read` takes under 10 ms for 64 KiB of `unit` repeated, or else at most twice as long for them at once as for a quarter of them four
 * times. Both sides of that take equally long if the reader is linear, so a busy machine slows them alike; the least of several rounds counts, and of
 * many where they do not tell. A reader whose cost grows with the square takes four times as long.
 */
export function isLinear(read: (text: string) => unknown, unit: string): boolean {
  const quarter = unit.repeat(Math.ceil(short / unit.length));
  const text = quarter.repeat(times);
  const readQuarters = (): void => {
    for (let part = 0; part < times; part += 1) read(quarter);
  };
  let [whole, parts] = [Infinity, Infinity];
  for (let round = 1; round <= most; round += 1) {
    whole = Math.min(whole, milliseconds(read, text));
    if (whole < cheap) return true;
    parts = Math.min(parts, milliseconds(readQuarters, text));
    if (round >= few && whole < 2 * parts) return true;
    if (round >= several && whole > 3 * parts) return false;
  }
  return false;
}

function milliseconds(read: (text: string) => unknown, text: string): number {
  const start = threadTime();
  read(text);
  return threadTime() - start;
}
