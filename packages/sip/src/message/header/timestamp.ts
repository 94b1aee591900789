// Timestamp (RFC 3261 §20.38).
import { single } from './field.ts';
import type { HeaderField } from './field.ts';

/** When a request was sent, and how long its answer took. */
export interface Timestamp {
  /** Seconds on the sender's own clock. */
  readonly seconds: number;
  /** Seconds between receipt and answer. */
  readonly delaySeconds?: number;
}

/** When a request was sent. */
export const timestamp: HeaderField<Timestamp> = single('Timestamp', readTimestamp, (value) =>
  value.delaySeconds === undefined ? `${value.seconds}` : `${value.seconds} ${value.delaySeconds}`,
);

function readTimestamp(text: string): Timestamp | undefined {
  const [seconds = '', delay, ...rest] = text.split(/[ \t]/).filter((part) => part !== '');
  if (rest.length > 0 || !isDecimal(seconds)) return undefined;
  if (delay === undefined) return { seconds: Number(seconds) };
  return isDecimal(delay) ? { seconds: Number(seconds), delaySeconds: Number(delay) } : undefined;
}

function isDecimal(text: string): boolean {
  return text.length <= 32 && /^\d+(?:\.\d*)?$/.test(text);
}
