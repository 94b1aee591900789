// The secret that we share with a TURN server: from a file or the environment, never from the command line.
import { readFileSync } from 'node:fs';
import { secret } from '@offhook/sip';
import type { Secret } from '@offhook/sip';
import { misuse } from './failure.ts';

/** What the first line of `file` holds, or OFFHOOK_TURN_SECRET without a file; undefined when there is neither. */
export function readTurnSecret(file: string | undefined): Secret | undefined {
  const given =
    file === undefined
      ? process.env['OFFHOOK_TURN_SECRET']
      : (readFileSync(file, 'utf8').split(/\r?\n/, 1)[0] ?? '');
  if (given === undefined) return undefined;
  if (given !== '') return secret(given);
  throw misuse('The secret of the TURN servers is empty', 'Write it on the first line of the file');
}
