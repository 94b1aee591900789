// The peers that we are measured beside: brought, built, or missed with the reason why.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const root: string = fileURLToPath(new URL('..', import.meta.url)).replace(/\/$/, '');

/** Where all is kept that a bench brings or builds. */
export const cache: string = path.join(root, '.cache/bench');

/** Packages of npm, with their exact versions; they are no dependencies of ours. */
const packages = JSON.parse(
  readFileSync(new URL('packages.json', import.meta.url), 'utf8'),
) as Readonly<Record<string, string>>;

/** What is there, by name, with its version. */
export interface Peers {
  readonly versions: Readonly<Record<string, string>>;
  /** What is not there, with what would bring it. */
  readonly missing: readonly string[];
}

/** Brings and builds the peers and the load generator; throws when there is no load generator. */
export function bringPeers(): Peers {
  mkdirSync(cache, { recursive: true });
  const versions: Record<string, string> = {
    'node echo': process.version,
    scanner: process.version,
  };
  const missing: string[] = [];
  compile('load/sipload.c', 'sipload', ['-lcrypto', '-lm'], 'gcc libssl-dev');
  compile('load/rtpload.c', 'rtpload', [], 'gcc');
  if (arePackagesThere()) {
    versions['npm sip'] = packages['sip'] ?? '';
    versions['werift'] = packages['werift'] ?? '';
    versions['a far end'] = '';
  } else missing.push('npm sip, werift: npm run bench brings them where there is a network');

  const kamailio = said('kamailio', ['-v'])?.match(/version: kamailio (\S+)/)?.[1];
  if (kamailio === undefined)
    missing.push('kamailio: sudo apt-get install --no-install-recommends kamailio');
  else {
    versions['kamailio'] = kamailio;
    if (existsSync('/usr/share/kamailio/db_sqlite/usrloc-create.sql'))
      versions['kamailio with sqlite'] = kamailio;
    else
      missing.push(
        'kamailio with sqlite: sudo apt-get install --no-install-recommends kamailio-sqlite-modules',
      );
  }

  const rtpengine = said('rtpengine', ['--version'])?.match(/Version: (\d+[\d.]*)/)?.[1];
  if (rtpengine === undefined)
    missing.push('rtpengine: sudo apt-get install --no-install-recommends rtpengine-daemon');
  else versions['rtpengine'] = rtpengine;

  for (const name of ['tshark', 'sngrep']) {
    const version = said(name, name === 'sngrep' ? ['-V'] : ['-v'])?.match(/(\d+\.\d+\.\d+)/)?.[1];
    if (version === undefined)
      missing.push(`${name}: sudo apt-get install --no-install-recommends ${name}`);
    else versions[name] = version;
  }

  const sofia = said('pkg-config', ['--modversion', 'sofia-sip-ua'])?.trim();
  if (sofia === undefined)
    missing.push('sofia-sip: sudo apt-get install --no-install-recommends libsofia-sip-ua-dev');
  else {
    const flags =
      said('pkg-config', ['--cflags', '--libs', 'sofia-sip-ua'])?.trim().split(/\s+/) ?? [];
    compile('parse/sofia.c', 'sofia', flags, 'gcc');
    versions['sofia-sip'] = sofia;
  }
  return { versions, missing };
}

/** True when each package is in the cache in its version, as bench/run.mjs brings them. */
function arePackagesThere(): boolean {
  return Object.entries(packages).every(([name, version]) => {
    const manifest = path.join(cache, 'node_modules', name, 'package.json');
    return (
      existsSync(manifest) && readFileSync(manifest, 'utf8').includes(`"version": "${version}"`)
    );
  });
}

/** Compiles a C program into the cache when it is newer than what was made of it. */
function compile(source: string, name: string, flags: readonly string[], needs: string): void {
  const from = path.join(root, 'bench', source);
  const to = path.join(cache, name);
  const header = path.join(root, 'bench/load/bench.h');
  const age = Math.max(statSync(from).mtimeMs, statSync(header).mtimeMs);
  if (existsSync(to) && statSync(to).mtimeMs > age) return;
  const warnings = [
    '-Wno-unused-function',
    '-Wno-unused-result',
    '-Wno-format-overflow',
    '-Wno-format-truncation',
  ];
  const { status, stderr } = spawnSync('gcc', ['-O2', ...warnings, '-o', to, from, ...flags], {
    encoding: 'utf8',
  });
  if (status === 0) return;
  const why = stderr === null ? 'gcc is not here' : stderr.trim();
  throw new Error(`${source} does not compile: ${why}\nNext step: sudo apt-get install ${needs}`);
}

function said(program: string, programArguments: readonly string[]): string | undefined {
  const { status, stdout, stderr } = spawnSync(program, programArguments, { encoding: 'utf8' });
  return status === 0 ? `${stdout}${stderr}` : undefined;
}
