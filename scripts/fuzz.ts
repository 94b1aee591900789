// `npm run fuzz -- --minutes N [--target NAME] [--seed S]`: coverage-guided fuzzing of every reader of bytes; keeps what it finds.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { seededRandom } from '@offhook/sip/testing';
import { guided } from '../test/fuzz/guided.ts';
import { casesFolder, keptCases } from '../test/fuzz/kept-cases.ts';
import { targets } from '../test/fuzz/targets.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    target: { type: 'string' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const { target: wanted } = values;
const chosen = targets.filter(({ name }) => wanted === undefined || name.startsWith(wanted));
if (chosen.length === 0) {
  print(`There is no target ${wanted}. There are: ${targets.map(({ name }) => name).join(', ')}`);
  process.exit(1);
}

const random = seededRandom(Number(values.seed));
const share = (Number(values.minutes) * 60_000) / chosen.length;
print(`${chosen.length} targets, ${(share / 1000).toFixed(1)} s each, seed ${values.seed}`);
print('target                        executions   per second    corpus   reached  found');
let executions = 0;
let found = 0;
for (const target of chosen) {
  const outcome = await guided(target, keptCases(target.name), share, random);
  executions += outcome.executions;
  found += outcome.found.length;
  const rate = (outcome.executions / outcome.milliseconds) * 1000;
  const columns: readonly (readonly [string | number, number])[] = [
    [outcome.executions.toLocaleString('en'), 12],
    [Math.round(rate).toLocaleString('en'), 13],
    [outcome.corpus, 10],
    [outcome.reached, 10],
    [outcome.found.length, 7],
  ];
  print(target.name.padEnd(28) + columns.map(([value, width]) => String(value).padStart(width)).join('')); // prettier-ignore
  for (const { text, error } of outcome.found) {
    const folder = path.join(casesFolder, target.name);
    mkdirSync(folder, { recursive: true });
    const file = path.join(folder, `found-${values.seed}-${hash(text)}.dat`);
    writeFileSync(file, Buffer.from(text, 'latin1'));
    print(
      `  kept as ${file}: name it by what it is\n  ${error.split('\n').slice(0, 6).join('\n  ')}`,
    );
  }
}
print(`${executions.toLocaleString('en')} executions, ${found} found`);
process.exitCode = found === 0 ? 0 : 1;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

function hash(text: string): string {
  let sum = 7;
  for (let at = 0; at < text.length; at += 1)
    sum = (sum * 31 + text.charCodeAt(at)) % 4_294_967_291;
  return sum.toString(16);
}
