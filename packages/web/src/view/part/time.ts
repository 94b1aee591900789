// Times and durations as the language writes them.
import type { Words } from '../../words/words.ts';

/** `3:07` or `1:02:45`. */
export function duration(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  const two = (count: number): string => String(count).padStart(2, '0');
  const tail = two(seconds % 60);
  return hours === 0 ? `${minutes}:${tail}` : `${hours}:${two(minutes)}:${tail}`;
}

/** `14:05`, as the language has it. */
export function clock(words: Words, at: number): string {
  return new Intl.DateTimeFormat(words.language, { hour: 'numeric', minute: '2-digit' }).format(at);
}

/** `Today`, `Yesterday`, or the date. */
export function day(words: Words, at: number, now: number): string {
  const whole = (time: number): string =>
    new Intl.DateTimeFormat('en-CA', { dateStyle: 'short' }).format(time);
  if (whole(at) === whole(now)) return words.labels.today;
  if (whole(at) === whole(now - 86_400_000)) return words.labels.yesterday;
  return new Intl.DateTimeFormat(words.language, { dateStyle: 'long' }).format(at);
}
