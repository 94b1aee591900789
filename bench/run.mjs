// `npm run bench`: installs and builds what is missing, then measures. Arguments after `--` choose what: parse options uas proxy register.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { build, install, isAtLeast, root } from '../scripts/setup.mjs';

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
  const program = path.join(root, 'bench/bench.ts');
  const { status } = spawnSync(node, [program, ...process.argv.slice(2)], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}

// The one among the packages first: it is the one that most users have, and the same on every machine.
function nodeForBench() {
  const bundled = path.join(root, `node_modules/node-linux-${process.arch}/bin/node`);
  if (existsSync(bundled)) return bundled;
  return isAtLeast(process.versions.node, needed) ? process.execPath : undefined;
}
