// A program that runs as another user of the system, so that routes can be made for it alone.
import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import type { World } from './world.ts';

/** The words for setpriv before those of a program that runs as the user of this number, and that owns `folder`. */
export function asUser(world: World, folder: string, uid: number): readonly string[] {
  chmodSync(world.folder, 0o755);
  execFileSync('chown', ['-R', `${uid}:${uid}`, folder]);
  return [`--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'];
}
