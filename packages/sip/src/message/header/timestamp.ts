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
export const timestamp: HeaderField<Timestamp> = single(
  'Timestamp',
  readTimestamp,
  ({ seconds, delaySeconds }) =>
    delaySeconds === undefined ? decimal(seconds) : `${decimal(seconds)} ${decimal(delaySeconds)}`,
);

function readTimestamp(text: string): Timestamp | undefined {
  const [seconds = '', delay, ...rest] = text.split(/[ \t]/).filter((part) => part !== '');
  if (rest.length > 0 || !isDecimal(seconds)) return undefined;
  if (delay === undefined) return { seconds: Number(seconds) };
  return isDecimal(delay) ? { seconds: Number(seconds), delaySeconds: Number(delay) } : undefined;
}

// As many digits as a number keeps.
function isDecimal(text: string): boolean {
  return /^\d{1,15}(?:\.\d{0,15})?$/.test(text);
}

// Small numbers would be written with an exponent, which the grammar does not have.
function decimal(value: number): string {
  const text = String(value);
  return text.includes('e') ? value.toFixed(15) : text;
}
