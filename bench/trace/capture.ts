// The capture that the contenders read, written once.
import { spawnSync } from 'node:child_process';
import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { cache, root } from '../peers.ts';

/** Where it is. */
export const captureFile: string = path.join(cache, 'calls.pcap');

/** SIP messages in it. */
export const captureMessages = 68_464;

/** Writes the capture, unless it is there. */
export function makeCapture(): void {
  if (existsSync(captureFile)) return;
  const program = path.join(root, 'bench/trace/generate.ts');
  const { status, stderr } = spawnSync(process.execPath, [program, `${captureFile}.new`, '70'], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`There is no capture to read: ${stderr}`);
  renameSync(`${captureFile}.new`, captureFile);
}
