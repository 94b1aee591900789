// The cases that were found once, by target: `cases/TARGET/NAME.dat`; those beside the folders are datagrams.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where they are. */
export const casesFolder: string = fileURLToPath(new URL('cases/', import.meta.url));

/** The kept cases of one target, as latin1 text. */
export function keptCases(target: string): readonly string[] {
  const folder = target === 'message' ? casesFolder : path.join(casesFolder, target);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith('.dat'))
    .map((file) => readFileSync(path.join(folder, file), 'latin1'));
}
