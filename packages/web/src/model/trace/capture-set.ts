// Files that are read as one capture: which of them hold calls, and what they are called together.
import type { CaptureFile } from './ask.ts';

const separator = ' + ';

/** Those of `files` that hold calls; all of them, where they are key logs alone. */
export function capturesIn(files: readonly CaptureFile[]): readonly CaptureFile[] {
  const captures = files.filter(({ isKeyLog }) => isKeyLog !== true);
  return captures.length === 0 ? files : captures;
}

/** The key logs beside them. */
export function keyLogsIn(files: readonly CaptureFile[]): readonly CaptureFile[] {
  const captures = capturesIn(files);
  return files.filter((file) => !captures.includes(file));
}

/** Whether `file` is one of those that `name` stands for. */
export function isNamedIn(name: string, file: CaptureFile): boolean {
  return name.split(separator).includes(file.name);
}

/** Such a name in short: the first one, and how many more. */
export function shortName(name: string): string {
  const [first = '', ...others] = name.split(separator);
  return others.length < 2 ? name : `${first}${separator}${others.length}`;
}

/** A name for the files together, whatever the order in which they came: it stands in links. */
export function nameOfSet(files: readonly CaptureFile[]): string {
  return capturesIn(files)
    .map(({ name }) => name)
    .toSorted()
    .join(separator);
}
