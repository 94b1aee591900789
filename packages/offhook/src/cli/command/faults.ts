// `offhook faults`: the Fault Lab, labelled captures of everything that goes wrong in calls: list, play, score, open.
import type { Command } from 'commander';
import { faults as catalogue } from '../fault-catalogue.ts';
import { capturePath, namedByUs, readFindings, readLabels, score } from '../fault-lab.ts';
import type { Label, Named, Scored } from '../fault-lab.ts';
import { misuse } from '../failure.ts';
import { openViewer } from '../open-viewer.ts';
import { output } from '../output.ts';
import type { Output } from '../output.ts';
import { explainFiles } from './explain.ts';

interface FaultsOptions {
  readonly json?: boolean;
}

/** Adds the command. */
export function addFaults(program: Command): void {
  const faults = program
    .command('faults')
    .description('the Fault Lab: labelled captures of everything that goes wrong in calls');
  faults
    .command('list', { isDefault: true })
    .description('the faults and their captures')
    .option('--json', 'print a JSON object for each capture')
    .action((options: FaultsOptions) => list(output(options.json ?? false)));
  faults
    .command('play <what>')
    .description('show a capture, by its fault’s number or its name: the ladder and the verdict')
    .option('--json', 'print a JSON object for each call')
    .action(play);
  faults
    .command('score [file]')
    .description(
      'score our own explainer, or what another one found: a JSON file of [{ "file", "faults" }]',
    )
    .option('--json', 'print a JSON object for each capture and one for the sum')
    .action(tellScore);
  faults
    .command('open')
    .description('show them all in the viewer')
    .option('--json', 'print the viewer’s address as a JSON object')
    .action((options: FaultsOptions) => openViewer([], '#faults', output(options.json ?? false)));
}

function list(out: Output): void {
  const labels = readLabels();
  const rows = (fault: number | null, title: string): readonly string[] => [
    title,
    ...labels.filter((label) => label.fault === fault).map(told),
    '',
  ];
  for (const label of labels) out.event('capture', { ...label });
  out.say(
    [
      ...catalogue.flatMap(({ fault, says }) =>
        rows(fault, `${String(fault).padStart(2)} ${says}`),
      ),
      ...rows(null, '   Healthy calls, in which there is nothing to find'),
      `${labels.length} captures. See one: offhook faults play 8`,
    ].join('\n'),
  );
}

function told({ file, programs, transport }: Label): string {
  return `     ${nameOf(file).padEnd(48)} ${transport.padEnd(5)} ${programs.join(', ')}`;
}

async function play(what: string, options: FaultsOptions): Promise<void> {
  const labels = readLabels();
  const found = labels.filter(({ fault, file }) =>
    /^\d+$/.test(what) ? fault === Number(what) : nameOf(file) === nameOf(what),
  );
  const [first, ...others] = found;
  if (first === undefined)
    throw misuse(`There is no capture ${what} in the Fault Lab`, 'offhook faults lists them');
  const out = output(options.json ?? false);
  out.event('capture', { ...first }, `${nameOf(first.file)}: ${first.says}\n`);
  await explainFiles([capturePath(first)], { ...options, ladder: true });
  if (others.length > 0)
    out.say(`The same fault otherwise: ${others.map(({ file }) => nameOf(file)).join(', ')}`);
}

async function tellScore(file: string | undefined, options: FaultsOptions): Promise<void> {
  const out = output(options.json ?? false);
  const labels = readLabels();
  const scored = score(labels, file === undefined ? await explained(labels) : readFindings(file));
  for (const one of scored)
    out.event('score', { ...one }, isGood(one) && one.others.length === 0 ? undefined : line(one));
  const sum = summed(scored);
  out.event(
    'sum',
    { ...sum },
    `${sum.named} of ${sum.faulty} faulty captures named, ${sum.faults} of 36 faults named in each of their captures; ${sum.false} of ${sum.healthy} healthy calls with a false fault`,
  );
}

async function explained(labels: readonly Label[]): Promise<readonly Named[]> {
  const found: Named[] = [];
  for (const label of labels) found.push(await namedByUs(label));
  return found;
}

interface Sum {
  readonly faulty: number;
  readonly named: number;
  readonly faults: number;
  readonly healthy: number;
  readonly false: number;
}

function summed(scored: readonly Scored[]): Sum {
  const faulty = scored.filter(({ fault }) => fault !== null);
  const healthy = scored.filter(({ fault }) => fault === null);
  const whole = catalogue.filter(({ fault }) => {
    const own = faulty.filter((one) => one.fault === fault);
    return own.length > 0 && own.every(isGood);
  });
  return {
    faulty: faulty.length,
    named: faulty.filter(isGood).length,
    faults: whole.length,
    healthy: healthy.length,
    false: healthy.filter((one) => !isGood(one)).length,
  };
}

function isGood({ result }: Scored): boolean {
  return result === 'named' || result === 'quiet';
}

function line({ file, result, named, others }: Scored): string {
  const more =
    result === 'named' ? `also ${others.join(', ')}` : `named: ${named.join(', ') || 'nothing'}`;
  return `${result.padEnd(7)} ${nameOf(file).padEnd(48)} ${more}`;
}

function nameOf(file: string): string {
  return file.replace(/^.*\//, '').replace(/\.pcap(?:\.gz)?$/, '');
}
