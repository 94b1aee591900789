// The domain that the system was last started with, kept in the data folder so that `offhook user` need not be told it.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const fileName = 'offhook.domain';

/** The domain of a system whose folder says none and that is told none. */
export const defaultDomain = '127.0.0.1';

/** The domain that is kept in `folder`; undefined when the system was never started on it. */
export function keptDomain(folder: string): string | undefined {
  try {
    const text = readFileSync(join(folder, fileName), 'utf8').trim();
    return text === '' || text.length > 255 ? undefined : text;
  } catch {
    // Not there, or not ours to read: whoever needs the folder itself will say so.
    return undefined;
  }
}

/** Keeps `domain` in `folder`; tells why when it could not. */
export function keepDomain(folder: string, domain: string): string | undefined {
  if (keptDomain(folder) === domain) return undefined;
  const path = join(folder, fileName);
  try {
    writeFileSync(`${path}.new`, `${domain}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
