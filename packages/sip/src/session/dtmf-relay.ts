// Key presses in INFO, as phones sent them before RFC 2833 and some still do: `application/dtmf-relay` and `application/dtmf`.
import { latin1 } from '../base/bytes.ts';
import type { Info, InfoInit } from './info.ts';

/** A key and how long it was pressed. */
export interface KeyPress {
  /** `0`-`9`, `*`, `#`, `A`-`D`. */
  readonly key: string;
  /** Undefined when that was not said. */
  readonly milliseconds: number | undefined;
}

const keys = /^[0-9*#A-D]$/;

/** The key press in an INFO; undefined when it is none. */
export function readKeyPress({ type, body }: Info): KeyPress | undefined {
  if (body.length > 256) return undefined;
  const text = latin1(body);
  if (type === 'application/dtmf') return keyPress(text.trim(), undefined);
  if (type !== 'application/dtmf-relay') return undefined;
  const signal = /^Signal[ \t]*=[ \t]*(\S{1,2})[ \t]*$/im.exec(text)?.[1];
  const duration = /^Duration[ \t]*=[ \t]*(\d{1,6})[ \t]*$/im.exec(text)?.[1];
  return keyPress(signal ?? '', duration === undefined ? undefined : Number(duration));
}

/** An INFO that presses a key; throws a TypeError for one that no phone has. */
export function keyPressInfo(key: string, milliseconds = 160): InfoInit {
  if (!keys.test(key)) throw new TypeError(`${JSON.stringify(key)} is no key of a phone`);
  return { type: 'application/dtmf-relay', body: `Signal=${key}\r\nDuration=${milliseconds}\r\n` };
}

// `10` and `11` are how some gateways write the star and the hash.
function keyPress(signal: string, milliseconds: number | undefined): KeyPress | undefined {
  const key = signal === '10' ? '*' : signal === '11' ? '#' : signal.toUpperCase();
  return keys.test(key) ? { key, milliseconds } : undefined;
}
