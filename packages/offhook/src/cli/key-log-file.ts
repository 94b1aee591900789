// The key log of TLS connections, from disk.
import { readFileSync, statSync } from 'node:fs';
import { KeyLog } from '@offhook/sip/trace';
import { misuse } from './failure.ts';

/** Longer ones are no key logs, or of years. */
const longest = 256 * 1024 * 1024;
const next =
  'Name the file that a browser or Node.js wrote for SSLKEYLOGFILE, or openssl for -keylogfile';

/** The secrets in a file; undefined without one. */
export function readKeys(path: string | undefined): KeyLog | undefined {
  if (path === undefined) return undefined;
  const found = statSync(path);
  if (!found.isFile() || found.size > longest) throw misuse(`${path} is no key log`, next);
  const keys = new KeyLog(readFileSync(path));
  if (keys.size === 0) throw misuse(`${path} has no secrets of TLS connections in it`, next);
  return keys;
}
