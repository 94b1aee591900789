// What a system was last started with, kept in its data folder so that `offhook user` need not be told it: its domain, and
// where its page is.
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The domain of a system whose folder says none and that is told none. */
export const defaultDomain = '127.0.0.1';

/** Where the page of such a system is. */
export const defaultPage = 'http://127.0.0.1:8080/';

/** The domain that is kept in `folder`; undefined when the system was never started on it. */
export function keptDomain(folder: string): string | undefined {
  return kept(folder, 'offhook.domain', 255);
}

/** Keeps `domain` in `folder`; tells why when it could not. */
export function keepDomain(folder: string, domain: string): string | undefined {
  return keep(folder, 'offhook.domain', domain);
}

/** Where the page of the system on `folder` is, as a URL. */
export function keptPage(folder: string): string | undefined {
  return kept(folder, 'offhook.page', 1_000);
}

/** Keeps where the page is; tells why when it could not. */
export function keepPage(folder: string, url: string): string | undefined {
  return keep(folder, 'offhook.page', url);
}

/** Where this machine reaches the system on `folder` by HTTP, whatever stands before it for others. */
export function keptLocal(folder: string): string | undefined {
  return kept(folder, 'offhook.local', 1_000);
}

/** Keeps that; tells why when it could not. */
export function keepLocal(folder: string, url: string): string | undefined {
  return keep(folder, 'offhook.local', url);
}

function kept(folder: string, fileName: string, longest: number): string | undefined {
  try {
    const text = readFileSync(join(folder, fileName), 'utf8').trim();
    return text === '' || text.length > longest ? undefined : text;
  } catch {
    // Not there, or not ours to read: whoever needs the folder itself will say so.
    return undefined;
  }
}

function keep(folder: string, fileName: string, text: string): string | undefined {
  const path = join(folder, fileName);
  try {
    if (kept(folder, fileName, text.length) === text) return undefined;
    writeFileSync(`${path}.new`, `${text}\n`, { mode: 0o600 });
    renameSync(`${path}.new`, path);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
