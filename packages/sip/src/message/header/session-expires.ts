// Session-Expires (RFC 4028 §4).
import { formatParameters, parseParameters } from '../parameters.ts';
import type { Parameters } from '../parameters.ts';
import { digitsEnd } from '../scan.ts';
import { readNumber, single } from './field.ts';
import type { HeaderField } from './field.ts';

/** How long a session lives without refresh, and who refreshes. */
export interface SessionExpires {
  readonly seconds: number;
  readonly refresher?: 'uac' | 'uas';
  readonly parameters: Parameters;
}

/** How long a session lives without refresh. */
export const sessionExpires: HeaderField<SessionExpires> = single(
  'Session-Expires',
  (text) => readSessionExpires(text),
  (value) => {
    const { seconds, refresher, parameters: found } = value;
    const written = refresher === undefined ? found : new Map(found).set('refresher', refresher);
    return `${seconds}${formatParameters(written)}`;
  },
);

/** Reads `90;refresher=uac` and its like; undefined when malformed. */
export function readSessionExpires(text: string): SessionExpires | undefined {
  const end = digitsEnd(text, 0);
  const found = end === 0 ? undefined : parseParameters(text, end);
  if (found === undefined) return undefined;
  const seconds = readNumber(text.slice(0, end));
  const refresher = found.get('refresher')?.toLowerCase();
  return refresher === 'uac' || refresher === 'uas'
    ? { seconds, refresher, parameters: found }
    : { seconds, parameters: found };
}
