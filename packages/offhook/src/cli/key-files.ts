// What opens TLS connections of captures, from disk: key logs, and private keys of servers.
import { readFileSync, statSync } from 'node:fs';
import { KeyLog } from '@offhook/sip/trace';
import { misuse } from './failure.ts';

/** Longer ones are no key logs, or of years. */
const longest = 256 * 1024 * 1024;
const next =
  'Name the file that a browser or Node.js wrote for SSLKEYLOGFILE, or openssl for -keylogfile, or the private key of the server, in PEM';

/** Takes one more `--keys`. */
export function moreKeys(path: string, before: readonly string[] = []): readonly string[] {
  return [...before, path];
}

/** The secrets in these files; undefined without any. */
export function readKeys(paths: readonly string[] = []): KeyLog | undefined {
  if (paths.length === 0) return undefined;
  const keys = new KeyLog();
  for (const path of paths) {
    const found = statSync(path);
    if (!found.isFile() || found.size > longest)
      throw misuse(`${path} is no key log and no private key`, next);
    const before = keys.size;
    keys.add(readFileSync(path));
    if (keys.refused !== undefined) throw misuse(`${path} cannot be used: ${keys.refused}`, next);
    if (keys.size === before)
      throw misuse(`${path} has no secrets of TLS connections in it that are not known`, next);
  }
  return keys;
}
