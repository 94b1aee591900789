// The peer programs of the interop tests: which are here, and how the distribution's packages bring the missing ones.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { hasProgram, shown } from './setup.mjs';

/** Program → its package of Debian and Ubuntu. */
export const peers = {
  sipp: 'sip-tester',
  baresip: 'baresip-core',
  linphonec: 'linphone-cli',
  kamailio: 'kamailio',
  chromium: 'chromium',
  rtpengine: 'rtpengine-daemon',
  turnserver: 'coturn',
  janus: 'janus',
  tshark: 'tshark',
  sngrep: 'sngrep',
  sipsak: 'sipsak',
  sox: 'sox',
  openssl: 'openssl',
  strace: 'strace',
  faketime: 'faketime',
  prlimit: 'util-linux',
  script: 'bsdutils',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  mount: 'mount',
  ip: 'iproute2',
};

/** Module of Kamailio → its package, where that is not Kamailio's own. */
export const kamailioModules = {
  outbound: 'kamailio-outbound-modules',
  presence: 'kamailio-presence-modules',
  presence_xml: 'kamailio-presence-modules',
  presence_dialoginfo: 'kamailio-presence-modules',
  tls: 'kamailio-tls-modules',
  websocket: 'kamailio-websocket-modules',
  db_sqlite: 'kamailio-sqlite-modules',
};

/** True on Debian and its relatives. */
export function isDebian() {
  if (!existsSync('/etc/os-release')) return false;
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** Peer programs and modules that are not here, with their packages. */
function missingPeers() {
  const programs = Object.entries(peers).filter(([program]) => !hasProgram(program));
  const modules = Object.entries(kamailioModules).filter(([name]) => !hasKamailioModule(name));
  return [...programs, ...modules.map(([name, from]) => [`${name}.so`, from])];
}

function hasKamailioModule(name) {
  const libraries = existsSync('/usr/lib') ? readdirSync('/usr/lib') : [];
  return ['', ...libraries].some((folder) =>
    existsSync(path.join('/usr/lib', folder, 'kamailio/modules', `${name}.so`)),
  );
}

/** Installs missing peers where that is allowed; returns why some are still missing, or undefined. */
export function bringPeers() {
  const missing = missingPeers();
  if (missing.length === 0) return undefined;
  const names = missing.map(([name]) => name).join(', ');
  const packages = [...new Set(missing.map(([, from]) => from))];
  const byHand = `sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!isDebian())
    return `${names} not found; their packages are known for Debian and Ubuntu only: ${packages.join(' ')}`;
  const become = isRoot() ? [] : ['sudo', '-n'];
  if (!isRoot() && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) {
    return `${names} not found, and installing needs root. By hand: ${byHand}`;
  }
  process.stderr.write(`Installing ${packages.join(', ')} …\n`);
  const run = (...command) => {
    const [program, ...programArguments] = [...become, ...command];
    return shown(program, programArguments, {
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  };
  const undo = keepServicesDown(become);
  try {
    run('apt-get', 'update', '-qq');
    run('apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages);
  } finally {
    undo();
  }
  const still = missingPeers();
  return still.length === 0
    ? undefined
    : `apt-get could not install ${still.map(([name]) => name).join(', ')}. By hand: ${byHand}`;
}

function isRoot() {
  return process.getuid?.() === 0;
}

// Debian starts a service as soon as it is installed unless policy-rc.d forbids it; the tests run their own.
function keepServicesDown(become) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return () => {};
  const script = '#!/bin/sh\nexit 101\n';
  if (become.length === 0) {
    writeFileSync(policy, script, { mode: 0o755 });
    return () => rmSync(policy, { force: true });
  }
  const [sudo, ...flags] = become;
  spawnSync(sudo, [...flags, 'sh', '-c', `cat > ${policy} && chmod 755 ${policy}`], {
    input: script,
  });
  return () => spawnSync(sudo, [...flags, 'rm', '-f', policy]);
}
