// `npm run soak -- --minutes N`: the real system under load and faults, watched. `-- --virtual`: a million transactions on virtual time.
import { parseArgs } from 'node:util';
import { longRun } from '../test/scenarios/long-run.ts';
import type { LongRunBatch } from '../test/scenarios/long-run.ts';
import { soak } from '../test/soak/soak.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    virtual: { type: 'boolean', default: false },
    batches: { type: 'string', default: '21' },
  },
});

if (values.virtual) await virtual(Number(values.batches));
else process.exitCode = (await soak(Number(values.minutes), Number(values.seed))) ? 0 : 1;

/** Batches of five thousand calls and, in all, some forty-eight thousand transactions; twenty-one are a million. */
async function virtual(batches: number): Promise<void> {
  const started = performance.now();
  print('  seconds      calls  transactions   heap MiB  left behind');
  const tell = ({ calls, transactions, heapUsed, left }: LongRunBatch): void => {
    const behind = Object.entries(left).filter(([, count]) => count !== 0);
    const columns = [
      ((performance.now() - started) / 1000).toFixed(0).padStart(9),
      calls.toLocaleString('en').padStart(11),
      transactions.toLocaleString('en').padStart(14),
      (heapUsed / 2 ** 20).toFixed(2).padStart(11),
    ];
    const what = behind.map(([name, count]) => `${name} ${count}`).join(', ');
    print(`${columns.join('')}  ${what === '' ? 'nothing' : what}`);
  };
  const { batches: done, ends } = await longRun({ batches, callsInBatch: 5_000, othersInBatch: 14_000, tell }); // prettier-ignore
  const tenth = done[Math.max(0, Math.round(done.length / 10) - 1)]?.heapUsed ?? 1;
  const growth = ((done.at(-1)?.heapUsed ?? 1) / tenth - 1) * 100;
  const clean = done.every(({ left }) => Object.values(left).every((count) => count === 0));
  print(`Calls ended by: ${Object.entries(ends).map(([end, count]) => `${end} ${count}`).join(', ')}`); // prettier-ignore
  print(`The heap is ${growth.toFixed(2)} % above its value at a tenth of the run (at most 5 % allowed).`); // prettier-ignore
  print(clean ? 'Every table was empty after each batch.' : 'Something was left behind.');
  process.exitCode = clean && growth <= 5 ? 0 : 1;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
