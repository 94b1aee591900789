// Looks at the library as its users get it: packs it, unpacks it elsewhere, checks its types there and runs its testing door with `node:test`.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { npm, root, tsc } from './setup.mjs';

/** Undefined when all is well, else what went wrong. */
export function tryPacked() {
  const folder = mkdtempSync(path.join(tmpdir(), 'offhook-packed-'));
  try {
    return inFolder(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function inFolder(folder) {
  const [command, ...first] = npm();
  const packing = ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder];
  const packed = run(path.join(root, 'packages/sip'), command, [...first, ...packing]);
  if (packed !== undefined) return `npm pack: ${packed}`;
  const archive = readdirSync(folder).find((file) => file.endsWith('.tgz'));
  if (archive === undefined) return 'npm pack made no archive';
  const unpacked = run(folder, 'tar', ['-xzf', archive]);
  if (unpacked !== undefined) return `tar: ${unpacked}`;
  // As installed: its own dependencies beside it, and none of the tools of this repository but the types of Node.js.
  const modules = path.join(folder, 'node_modules');
  mkdirSync(path.join(modules, '@offhook'), { recursive: true });
  cpSync(path.join(folder, 'package'), path.join(modules, '@offhook/sip'), { recursive: true });
  for (const name of ['@noble', 'ws', '@types', 'undici-types'])
    symlinkSync(path.join(root, 'node_modules', name), path.join(modules, name));
  cpSync(path.join(root, 'test/packed'), folder, { recursive: true });
  return run(folder, process.execPath, [tsc, '-p', '.']) ?? testsIn(folder);
}

function testsIn(folder) {
  const tests = readdirSync(folder).filter((file) => file.endsWith('.test.mjs'));
  return run(folder, process.execPath, ['--test', ...tests]);
}

function run(cwd, command, commandArguments) {
  const { status, stdout, stderr, error } = spawnSync(command, commandArguments, {
    cwd,
    encoding: 'utf8',
    timeout: 120_000,
  });
  return status === 0 ? undefined : `${error ?? ''}${stdout}${stderr}`;
}

if (process.argv[1] === import.meta.filename) {
  const problem = tryPacked();
  process.stdout.write(`${problem ?? 'The package works as it is packed.'}\n`);
  process.exitCode = problem === undefined ? 0 : 1;
}
