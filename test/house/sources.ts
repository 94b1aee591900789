// Reads the repository as the house tests see it: its files, and what each source file imports.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's folder, without a slash at the end. */
export const root: string = path.resolve(fileURLToPath(new URL('../..', import.meta.url)));

const leftOut = new Set(['node_modules', 'dist', '.git', '.cache', '.offhook', 'coverage', 'data']);
const built = 'packages/offhook/web';

/** Every file of the repository, relative to its root; what is installed, built or kept at run time is no part of it. */
export function files(): readonly string[] {
  const walk = (folder: string): readonly string[] =>
    readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
      const at = path.posix.join(folder, entry.name);
      // In a worktree `.git` is a file.
      if (leftOut.has(entry.name) || at === built) return [];
      if (entry.isDirectory()) return walk(at);
      return entry.isFile() && !/\.(log|tsbuildinfo)$/.test(entry.name) ? [at] : [];
    });
  return walk('').toSorted();
}

/** The text of a file of the repository. */
export function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

/** The source files of the packages, tests left out. */
export function sources(): readonly string[] {
  return files().filter(
    (file) => /^packages\/[^/]+\/src\/.*\.tsx?$/.test(file) && !/\.(test|bench|d)\.ts$/.test(file),
  );
}

/** What a source file imports or re-exports, as it is written; types too, unless they are left out. */
export function imports(
  file: string,
  types: 'with types' | 'without types' = 'with types',
): readonly string[] {
  const found = read(file).matchAll(
    /^\s*(?:import|export)\b([^'"`;]*?)\bfrom\s+'([^']+)'|^\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'/gm,
  );
  return [...found].flatMap(([, names = '', from, bare, later]) =>
    types === 'without types' && /^\s+type\b/.test(names) ? [] : (from ?? bare ?? later ?? []),
  );
}

/** A relative import as a path from the root. */
export function resolved(file: string, specifier: string): string {
  return path.posix.join(path.posix.dirname(file), specifier);
}
