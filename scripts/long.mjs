// `npm run soak` and `npm run fuzz`: installs and builds what is missing, then runs the program of that name with every argument after `--`.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { build, install, nodeForOffhook, root } from './setup.mjs';

const [name, ...rest] = process.argv.slice(2);
try {
  await install();
  await build();
  const node = nodeForOffhook() ?? process.execPath;
  const flags = ['--conditions=offhook-source', '--no-warnings'];
  const program = path.join(root, `scripts/${name}.ts`);
  const { status } = spawnSync(node, [...flags, program, ...rest], { stdio: 'inherit' });
  process.exitCode = status ?? 1;
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
