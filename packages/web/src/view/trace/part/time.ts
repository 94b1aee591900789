// Moments and lengths as the viewer shows them.
import type { TraceWords } from '../../../words/trace/trace-words.ts';

const clocks = new Map<string, Intl.DateTimeFormat>();

/** The time of day with milliseconds, in the digits of every protocol. */
export function clockOf({ language }: TraceWords, at: number): string {
  const known = clocks.get(language);
  const clock =
    known ??
    new Intl.DateTimeFormat(`${language}-u-nu-latn`, {
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      fractionalSecondDigits: 3,
      hourCycle: 'h23',
    });
  clocks.set(language, clock);
  return clock.format(at);
}

/** A length as `0.51 s`, `42.0 s`, `1:02:03`. */
export function lengthOf(milliseconds: number): string {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1_000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3_600);
  const minutes = Math.floor(whole / 60) % 60;
  const rest = two(whole % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
