// What is played and where is recorded, looked at before a call is made.
import { access, constants, open, opendir, readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { readWav } from '../media/audio/wav.ts';
import { misuse } from './failure.ts';

/** Something to play. */
export type Sound =
  | { readonly kind: 'tone'; readonly hertz: number }
  | { readonly kind: 'file'; readonly path: string };

const longestFile = 200 * 1024 * 1024;

/** What `--play` names; rejects with a Failure when it cannot be played. */
export async function playableOf(play: string | undefined): Promise<Sound | undefined> {
  if (play === undefined) return undefined;
  const tone = /^tone:(.*)$/s.exec(play);
  if (tone !== null) return { kind: 'tone', hertz: hertzOf(tone[1] ?? '') };
  const next = '--play takes a WAV file of 16-bit PCM or G.711, or tone:1000';
  try {
    const { size } = await stat(play);
    if (size > longestFile) throw new Error('it is larger than 200 MiB');
    readWav(await readFile(play));
  } catch (error) {
    throw misuse(`${play} cannot be played: ${reasonOf(error)}`, next);
  }
  return { kind: 'file', path: play };
}

/** Rejects with a Failure when no file can be written there. What is there already stays until the call is up. */
export async function checkRecordable(file: string): Promise<void> {
  const next = '--record takes the name of a file to be written in a folder that exists';
  try {
    const folder = path.dirname(path.resolve(file));
    await (await opendir(folder)).close();
    await access(folder, constants.W_OK);
    const there = await stat(file).catch(() => undefined);
    if (there === undefined) return;
    await (await open(file, 'r+')).close();
  } catch (error) {
    throw misuse(`${file} cannot be recorded to: ${reasonOf(error)}`, next);
  }
}

function hertzOf(text: string): number {
  const hertz = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (hertz < 20 || hertz > 3900) throw misuse('A tone has 20 to 3900 Hz', '--play tone:1000');
  return hertz;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  switch ('code' in error ? error.code : undefined) {
    case 'ENOENT':
      return 'there is no such file or folder';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'it is not ours to read or write';
    case 'EISDIR':
      return 'it is a folder';
    case 'ENOTDIR':
      return 'its folder is a file';
    default:
      return error.message.replace(/^[A-Z]/, (letter) => letter.toLowerCase());
  }
}
