// T1 as an implementation has it, read from the times of its repeats (RFC 3261 §17.1.1.1 lets it differ).
import { defaultSettings } from '../../transaction/timers.ts';
import type { TransactionSettings } from '../../transaction/timers.ts';

/** The settings of whom sends at these times: T1 other than 500 ms only where the first two intervals plainly double. */
export function settingsOf(sendings: readonly number[]): TransactionSettings {
  const [first, second, third] = sendings;
  if (first === undefined || second === undefined || third === undefined) return defaultSettings;
  const interval = second - first;
  const doubles = Math.abs((third - second) / interval - 2) <= 0.15;
  const usual = Math.abs(interval / defaultSettings.t1 - 1) <= 0.2;
  if (!doubles || usual || interval < 20) return defaultSettings;
  const t1 = Math.round(interval / 10) * 10;
  return { ...defaultSettings, t1, t2: Math.max(defaultSettings.t2, t1) };
}
