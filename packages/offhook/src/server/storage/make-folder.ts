// Makes a folder with those above it. Node.js's own way never ends where the system says that a folder is not there after it was made (/proc).
import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** Makes `path` with mode 0700 unless it is there; throws what the system says when that is impossible. */
export function makeFolder(path: string): void {
  const whole = resolve(path);
  const found = statSync(whole, { throwIfNoEntry: false });
  if (found?.isDirectory() === true) return;
  const above = dirname(whole);
  if (above !== whole && found === undefined) makeFolder(above);
  mkdirSync(whole, { mode: 0o700 });
}
