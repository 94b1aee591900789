// The peer programs of the interop tests: which are here, and how the distribution's packages bring the missing ones.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { hasProgram, shown } from './setup.mjs';

/** Program → packages of Debian and Ubuntu. */
export const peers = {
  sipp: 'sip-tester',
  baresip: 'baresip-core',
  linphonec: 'linphone-cli',
  kamailio: 'kamailio kamailio-outbound-modules kamailio-presence-modules kamailio-tls-modules',
  tshark: 'tshark',
  sipsak: 'sipsak',
};

/** True on Debian and its relatives. */
export function isDebian() {
  if (!existsSync('/etc/os-release')) return false;
  return /^ID(_LIKE)?=.*\b(debian|ubuntu)\b/m.test(readFileSync('/etc/os-release', 'utf8'));
}

/** Names of the peer programs that are not here. */
export function missingPeers() {
  return Object.keys(peers).filter((program) => !hasProgram(program));
}

/** Installs missing peers where that is allowed; returns why some are still missing, or undefined. */
export function bringPeers() {
  const missing = missingPeers();
  if (missing.length === 0) return undefined;
  const packages = missing.flatMap((program) => peers[program].split(' '));
  const byHand = `sudo apt-get install --no-install-recommends ${packages.join(' ')}`;
  if (!isDebian())
    return `${missing.join(', ')} not found; their packages are known for Debian and Ubuntu only: ${packages.join(' ')}`;
  const become = isRoot() ? [] : ['sudo', '-n'];
  if (!isRoot() && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore' }).status !== 0) {
    return `${missing.join(', ')} not found, and installing needs root. By hand: ${byHand}`;
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
    : `apt-get could not install ${still.join(', ')}. By hand: ${byHand}`;
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
