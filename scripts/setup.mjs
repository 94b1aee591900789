// What every command of this repository needs first: the packages installed, the sources built, a Node.js that is new enough.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The repository's folder. */
export const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');

/** The version of Node.js that `offhook` needs. */
export const needed = '22.13.0';

/** True when version `have` (like `20.19.0`) is `want` or newer. */
export function isAtLeast(have, want) {
  const [a, b] = [have, want].map((version) => version.split('.').map(Number));
  for (const at of [0, 1, 2]) if (a[at] !== b[at]) return a[at] > b[at];
  return true;
}

/** A Node.js that `offhook` runs on: this one when it is new enough, else the one among the packages; undefined when there is none. */
export function nodeForOffhook() {
  if (isAtLeast(process.versions.node, needed)) return process.execPath;
  const bundled = path.join(root, `node_modules/node-linux-${process.arch}/bin/node`);
  return process.platform === 'linux' && existsSync(bundled) ? bundled : undefined;
}

/** How npm is called from here, as a command and its first arguments. */
export function npm() {
  const cli = process.env['npm_execpath'];
  if (cli !== undefined && cli.endsWith('npm-cli.js')) return [process.execPath, cli];
  return [process.platform === 'win32' ? 'npm.cmd' : 'npm'];
}

/** Installs the packages when there are none or the lock file is newer; prints how far it is. */
export async function install() {
  const lock = path.join(root, 'package-lock.json');
  const installed = path.join(root, 'node_modules/.package-lock.json');
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync(lock).mtimeMs) return;
  const [command, ...first] = npm();
  const failed = await progress('Installing the packages with npm', command, [
    ...first,
    ...['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'],
  ]);
  if (failed === undefined) return;
  throw new Error(
    `npm could not install the packages:\n${failed}\nNext step: check the network connection, then run the command again.`,
  );
}

/** Brings `packages`, as `name@version`, into a folder of their own; returns what npm said when it could not. */
export async function bringPackages(title, folder, packages) {
  const [command, ...first] = npm();
  const options = ['--ignore-scripts', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'];
  return await progress(title, command, [
    ...[...first, 'install', '--prefix', folder],
    ...[...options, ...packages],
  ]);
}

/** Compiles what changed since the last build. */
export async function build() {
  const projects = [
    'packages/sip/tsconfig.portable.json',
    'packages/sip/tsconfig.node.json',
    'packages/sip/tsconfig.browser.json',
    'packages/offhook/tsconfig.json',
    'packages/web/tsconfig.json',
  ];
  const failed = await progress('Building what changed', process.execPath, [
    tsc,
    '-b',
    ...projects,
  ]);
  if (failed !== undefined) throw new Error(`The sources do not compile:\n${failed}`);
  await buildWeb();
}

/** Builds the web application when one of its sources, or of the library's, is newer than what was built. */
export async function buildWeb() {
  const built = path.join(root, 'packages/offhook/web/phone.d.ts');
  const from = ['packages/web', 'packages/sip/src', 'package-lock.json'];
  if (existsSync(built) && statSync(built).mtimeMs >= newest(from)) return;
  const failed = await progress('Building the phone', process.execPath, ['packages/web/build.mjs']);
  if (failed !== undefined) throw new Error(`The phone can't be built:\n${failed}`);
}

/** When the newest of these files, or of those in these folders, was written. */
function newest(names) {
  const times = names.flatMap((name) => {
    const whole = path.join(root, name);
    const inside = statSync(whole).isDirectory()
      ? readdirSync(whole, { recursive: true }).map((file) => path.join(whole, file))
      : [];
    return [whole, ...inside].map((file) => statSync(file).mtimeMs);
  });
  return Math.max(...times);
}

/** The TypeScript compiler, as a path for Node.js. */
export const tsc = path.join(root, 'node_modules/tsgo/bin/tsc');

/**
 * Runs a command with one line that tells how long it takes: a spinner on a terminal, else a line at the start and
 * every ten seconds. Returns undefined when it succeeded, else all that it printed.
 */
export function progress(title, command, commandArguments, options = {}) {
  const started = Date.now();
  const seconds = () => ((Date.now() - started) / 1000).toFixed(1);
  const live = process.stderr.isTTY === true;
  const frames = '⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏';
  let frame = 0;
  let last = started;
  let shown = false;
  const tick = setInterval(
    () => {
      if (live) {
        frame += 1;
        process.stderr.write(`\r${frames[frame % frames.length]} ${title} … ${seconds()} s `);
      } else if (!shown || Date.now() - last > 10_000) {
        last = Date.now();
        process.stderr.write(`${title} … ${seconds()} s\n`);
      }
      shown = true;
    },
    live ? 100 : 1000,
  );
  return new Promise((resolve) => {
    const output = [];
    const child = spawn(command, commandArguments, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32' && command.endsWith('.cmd'),
      ...options,
    });
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    const end = (failure) => {
      clearInterval(tick);
      if (live && shown) process.stderr.write('\r\x1b[K');
      if (failure === undefined && shown) process.stderr.write(`${title}: ${seconds()} s\n`);
      resolve(failure);
    };
    child.on('error', (error) => end(String(error)));
    child.on('close', (code) =>
      end(code === 0 ? undefined : Buffer.concat(output).toString() || `exit status ${code}`),
    );
  });
}

/** True when a program of that name is on the path. */
export function hasProgram(name) {
  const folders = (process.env['PATH'] ?? '').split(path.delimiter);
  return [...folders, '/usr/sbin', '/sbin'].some((folder) => existsSync(path.join(folder, name)));
}

/** Runs a command to its end with its output shown; true when it succeeded. */
export function shown(command, commandArguments, options = {}) {
  return (
    spawnSync(command, commandArguments, { cwd: root, stdio: 'inherit', ...options }).status === 0
  );
}
