// The key that seals HA1s at rest: 32 random bytes in a file of mode 0600 beside the database.
import { linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from '@offhook/sip';
import { UserError } from './user-error.ts';

/** The name of the key file in the data folder. */
export const keyFileName = 'offhook.key';

/** Reads the key file; undefined when there is none. Throws a UserError `USER_KEY` when it is there and cannot be a key. */
export function readKey(folder: string): Uint8Array | undefined {
  const path = join(folder, keyFileName);
  let text: string;
  try {
    text = readFileSync(path, 'latin1').trim();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw new UserError('USER_KEY', `The key file ${path} cannot be read`, { cause: error });
  }
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new UserError('USER_KEY', `The key file ${path} does not hold 64 hex digits`);
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

/** Makes a key file and returns its key; the key of another process that was quicker, if there was one. */
export function makeKey(folder: string, random: Random): Uint8Array {
  const path = join(folder, keyFileName);
  const fresh = `${path}.${random.token()}`;
  writeFileSync(fresh, `${Buffer.from(random.bytes(32)).toString('hex')}\n`, {
    mode: 0o600,
    flag: 'wx',
  });
  try {
    // A link appears with its whole content or not at all, and never replaces a file.
    linkSync(fresh, path);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  } finally {
    unlinkSync(fresh);
  }
  const key = readKey(folder);
  if (key === undefined) throw new UserError('USER_KEY', `The key file ${path} has vanished`);
  return key;
}
