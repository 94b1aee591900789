// Asterisk as a peer of the interop tests. Debian 12 has no package of it; that of Debian 11 is unpacked into a folder of
// the cache, so that nothing is installed and no service starts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { isDebian } from './peers.mjs';
import { hasProgram, root } from './setup.mjs';

const folder = path.join(root, '.cache/asterisk');
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Asterisk itself, its sounds, and every library that its modules need, all of one release. */
const packages = [
  ...[
    'asterisk',
    'asterisk-modules',
    'asterisk-core-sounds-en-gsm',
    'libbsd0',
    'libcap2',
    'libcrypt1',
    'libedit2',
  ],
  ...[
    'libgcrypt20',
    'libgpg-error0',
    'libgsm1',
    'libicu67',
    'libjansson4',
    'liblz4-1',
    'liblzma5',
    'libmd0',
    'libpopt0',
  ],
  ...[
    'libresample1',
    'libspeex1',
    'libspeexdsp1',
    'libsqlite3-0',
    'libsrtp2-1',
    'libssl1.1',
    'libsystemd0',
    'libtinfo6',
  ],
  ...['liburiparser1', 'libuuid1', 'libxml2', 'libxslt1.1', 'libzstd1', 'zlib1g'],
];

/** Brings Asterisk where it is not there yet; returns why that cannot be, or undefined. */
export function bringAsterisk() {
  if (existsSync(path.join(folder, 'ready'))) return undefined;
  if (!isDebian() || !hasProgram('apt-get') || !hasProgram('dpkg-deb') || !existsSync(keyring)) {
    return 'Asterisk: it is brought from the packages of Debian 11, which needs apt, dpkg-deb and the keyring of Debian';
  }
  process.stderr.write('Unpacking Asterisk …\n');
  rmSync(folder, { recursive: true, force: true });
  for (const part of ['parts', 'lists/partial', 'cache/archives/partial', 'packages', 'root']) {
    mkdirSync(path.join(folder, part), { recursive: true });
  }
  writeFileSync(path.join(folder, 'status'), '');
  writeFileSync(path.join(folder, 'apt.conf'), settings());
  writeFileSync(
    path.join(folder, 'sources.list'),
    `deb [signed-by=${keyring}] ${mirror()} bullseye main\n`,
  );
  const failed =
    run('apt-get', ['-q', '-c', path.join(folder, 'apt.conf'), 'update']) ??
    run('apt-get', ['-q', '-c', path.join(folder, 'apt.conf'), 'download', ...packages]) ??
    unpack();
  if (failed !== undefined) return `Asterisk: ${failed}`;
  writeFileSync(path.join(folder, 'ready'), '');
  return undefined;
}

function unpack() {
  for (const file of readdirSync(path.join(folder, 'packages'))) {
    const failed = run('dpkg-deb', ['-x', file, path.join(folder, 'root')]);
    if (failed !== undefined) return failed;
  }
  return undefined;
}

function run(program, programArguments) {
  const { status, stderr, error } = spawnSync(program, programArguments, {
    cwd: path.join(folder, 'packages'),
    encoding: 'utf8',
  });
  if (status === 0) return undefined;
  return `${program} ${programArguments.at(-1)} failed: ${error ?? stderr.trim().slice(-500)}`;
}

// apt works in the folder alone: a list of its own, nothing installed, no hooks of the system. The release is not
// refreshed any more, so its date is not checked; its signatures are.
function settings() {
  const own = (name, value) => `${name} "${path.join(folder, value)}";`;
  return [
    own('Dir::Etc::sourcelist', 'sources.list'),
    own('Dir::Etc::sourceparts', 'parts'),
    own('Dir::Etc::preferencesparts', 'parts'),
    'Dir::Etc::preferences "/dev/null";',
    own('Dir::State', '.'),
    own('Dir::State::lists', 'lists'),
    own('Dir::State::status', 'status'),
    own('Dir::Cache', 'cache'),
    'Acquire::Languages "none";',
    'Acquire::Retries "3";',
    'Acquire::Check-Valid-Until "false";',
    'APT::Sandbox::User "";',
    '#clear APT::Update::Pre-Invoke;',
    '#clear APT::Update::Post-Invoke;',
    '#clear APT::Update::Post-Invoke-Success;',
    '',
  ].join('\n');
}

/** The mirror that the system's own apt uses. */
function mirror() {
  const lists = ['/etc/apt/sources.list'];
  if (existsSync('/etc/apt/sources.list.d')) {
    for (const name of readdirSync('/etc/apt/sources.list.d')) {
      lists.push(path.join('/etc/apt/sources.list.d', name));
    }
  }
  const text = lists
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
  return /https?:\/\/\S+\/debian\/?(?=\s|$)/.exec(text)?.[0] ?? 'http://deb.debian.org/debian';
}

if (process.argv[1] === import.meta.filename) {
  const missing = bringAsterisk();
  if (missing !== undefined) process.stderr.write(`${missing}\n`);
  process.exitCode = missing === undefined ? 0 : 1;
}
