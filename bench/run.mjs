// `npm run bench`: installs and builds what is missing, then measures. Arguments after `--` choose what: parse options uas proxy register.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { bringPackages, build, install, isAtLeast, root } from '../scripts/setup.mjs';

// The first version that runs TypeScript as it is written.
const needed = '22.18.0';

try {
  await install();
  const node = nodeForBench();
  if (node === undefined) {
    throw new Error(
      `The benchmarks need Node.js ${needed} or newer.\nNext step: npx -y -p node@24 -c "npm run bench"`,
    );
  }
  await build();
  await bringMeasured();
  const program = path.join(root, 'bench/bench.ts');
  const { status } = spawnSync(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

/** The packages that we are measured beside; without them their rows are left out. */
async function bringMeasured() {
  const packages = Object.entries(
    JSON.parse(readFileSync(path.join(root, 'bench/packages.json'), 'utf8')),
  );
  const folder = path.join(root, '.cache/bench');
  const versionOf = (name) => {
    const manifest = path.join(folder, 'node_modules', name, 'package.json');
    return existsSync(manifest) ? JSON.parse(readFileSync(manifest, 'utf8')).version : undefined;
  };
  if (packages.every(([name, version]) => versionOf(name) === version)) return;
  const wanted = packages.map(([name, version]) => `${name}@${version}`);
  const failed = await bringPackages('Bringing what we are measured beside', folder, wanted);
  if (failed !== undefined) process.stderr.write(`${failed}\n`);
}

// The one among the packages first: it is the one that most users have, and the same on every machine.
function nodeForBench() {
  const bundled = path.join(root, `node_modules/node-linux-${process.arch}/bin/node`);
  if (existsSync(bundled)) return bundled;
  return isAtLeast(process.versions.node, needed) ? process.execPath : undefined;
}
