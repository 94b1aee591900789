// Why somebody says that it refuses: Warning, Reason and Retry-After as a part of a sentence.
import { reason } from '../../message/header/reason.ts';
import { retryAfter } from '../../message/header/retry-after.ts';
import { warning } from '../../message/header/warning.ts';
import { unquote } from '../../message/scan.ts';
import type { SeenMessage } from './seen-message.ts';
import { quoted } from './say.ts';

/** Such as ` (it says "Source not allowed")`; empty when the message says nothing. */
export function reasonWords({ message }: SeenMessage): string {
  if (message === undefined) return '';
  const [warned] = message.get(warning) ?? [];
  const [given] = message.get(reason) ?? [];
  const said = given?.parameters.get('text');
  // Kamailio's debugging aid is no reason.
  const warns = warned?.text.startsWith('Noisy feedback') === true ? undefined : warned?.text;
  const text = warns ?? (said === undefined ? undefined : unquote(said));
  const cause = given?.parameters.get('cause');
  if (text !== undefined && text !== '') return ` (it says "${quoted(text)}")`;
  return given === undefined || cause === undefined
    ? ''
    : ` (it says ${quoted(given.value)} cause ${quoted(cause)})`;
}

/** The seconds after which a try may be worth it again. */
export function retrySeconds({ message }: SeenMessage): number | undefined {
  return message?.get(retryAfter)?.seconds;
}
