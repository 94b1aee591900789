// Makes the captures of the Fault Lab anew: `npm run faults -- [NN | name …]`. It needs Linux, root, and the programs that the recipes name.
import { spawn } from 'node:child_process';
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { families } from './list.ts';
import { fileName, label } from './recipe.ts';

const folder = fileURLToPath(new URL('../../packages/offhook/faults/', import.meta.url));
const one = fileURLToPath(new URL('one.ts', import.meta.url));
/** Milliseconds after which one is given up. */
const longest = 150_000;
/** They wait most of the time. */
const atOnce = Number(process.env['OFFHOOK_LAB_JOBS'] ?? 6);

const all = families.flatMap((family) =>
  family.recipes.map((recipe) => ({
    name: fileName(family, recipe),
    label: label(family, recipe),
  })),
);
const asked = process.argv.slice(2);
const missing = asked.includes('missing');
const chosen = all.filter(({ name }) =>
  missing
    ? !existsSync(path.join(folder, `${name}.pcap.gz`))
    : asked.length === 0 ||
      asked.some((word) => name.startsWith(/^\d$/.test(word) ? `0${word}-` : word)),
);
if (chosen.length === 0) throw new Error(`Nothing is called ${asked.join(' ')}`);

const failed: string[] = [];
const waiting = [...chosen];
await Promise.all(
  Array.from({ length: atOnce }, async () => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      if (!(await make(next.name))) failed.push(next.name);
  }),
);

const labels = all.filter(({ name }) => existsSync(path.join(folder, `${name}.pcap.gz`)));
writeFileSync(
  path.join(folder, 'labels.json'),
  `${JSON.stringify(
    labels.map(({ label: written }) => written),
    undefined,
    2,
  )}\n`,
);
process.stdout.write(
  `${chosen.length - failed.length} made, ${failed.length} failed ${failed.join(' ')}\n`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

// Before all others: a busy machine would make jitter of its own. A network namespace of its own: ports and addresses are all free there, and nothing leaves it.
async function make(name: string): Promise<boolean> {
  const child = spawn(
    'nice',
    [
      '-n',
      '-15',
      'unshare',
      '--net',
      process.execPath,
      '--conditions=offhook-source',
      one,
      name,
      folder,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
  const killer = setTimeout(() => child.kill('SIGKILL'), longest);
  const status = await new Promise((resolve) => {
    child.once('close', resolve);
  });
  clearTimeout(killer);
  process.stdout.write(status === 0 ? output : `FAILED ${name}\n${output}\n`);
  return status === 0;
}
