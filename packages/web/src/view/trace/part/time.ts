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

const whole = new Intl.DateTimeFormat('en-CA', { dateStyle: 'short' });
const days = new Map<string, Intl.DateTimeFormat>();

/** The time of day with seconds; with the date unless it is that of `now`. */
export function momentOf({ language }: TraceWords, at: number, now: number): string {
  const isToday = whole.format(at) === whole.format(now);
  const name = `${language} ${isToday}`;
  const day: Intl.DateTimeFormatOptions = isToday ? {} : { month: 'short', day: 'numeric' };
  const known =
    days.get(name) ??
    new Intl.DateTimeFormat(`${language}-u-nu-latn`, {
      ...day,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
  days.set(name, known);
  return known.format(at);
}

/** A length as `0.51 s`, `42.0 s`, `1:02:03`. */
export function lengthOf(milliseconds: number): string {
  if (milliseconds < 10 && milliseconds > 0) return `${Number(milliseconds.toFixed(1))} ms`;
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
