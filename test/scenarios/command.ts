// Runs of the command line, and what docs/cli.md says of their events.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { offhook } from '../peers/offhook.ts';
import type { OffhookEvent } from '../peers/offhook.ts';
import type { World } from '../peers/world.ts';

/** The file that a user runs. */
export const command = fileURLToPath(
  new URL('../../packages/offhook/bin/offhook.js', import.meta.url),
);

/** What a run came to. */
export interface Done {
  readonly status: number;
  readonly output: string;
  readonly events: readonly OffhookEvent[];
}

/** Runs the command line to its end. */
export async function run(world: World, programArguments: readonly string[]): Promise<Done> {
  const program = offhook(world, programArguments);
  const status = await program.finished(20_000);
  return { status, output: program.output, events: eventsIn(program.output) };
}

/** As `run`, with something on standard input. */
export function feed(programArguments: readonly string[], input: string): Done {
  const { status, stdout, stderr } = spawnSync(process.execPath, [command, ...programArguments], {
    input,
    encoding: 'utf8',
  });
  return { status: status ?? -1, output: stdout + stderr, events: eventsIn(stdout) };
}

/** The JSON lines of an output. */
function eventsIn(output: string): readonly OffhookEvent[] {
  return output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as OffhookEvent);
}

/** From docs/cli.md: the fields of each event, by command. */
export function documented(): ReadonlyMap<string, ReadonlySet<string>> {
  const text = readFileSync(fileURLToPath(new URL('../../docs/cli.md', import.meta.url)), 'utf8');
  const rows = new Map<string, ReadonlySet<string>>();
  for (const [, commands = '', event = '', fields = ''] of text.matchAll(
    /^\| ([a-z, ]+) \| `([a-z]+)` \|(.*)\|$/gm,
  )) {
    const names = new Set([...fields.matchAll(/`(\w+)`/g)].map(([, name = '']) => name));
    for (const command of commands.split(', ')) rows.set(`${command} ${event}`, names);
  }
  return rows;
}

/** Events and fields of `command` that docs/cli.md does not know. */
export function undocumented(command: string, events: readonly OffhookEvent[]): readonly string[] {
  const rows = documented();
  return events.flatMap(({ event = '', ...fields }) => {
    const names = rows.get(`${command} ${event}`) ?? rows.get(`any ${event}`);
    if (names === undefined) return [`${command} ${event}`];
    return Object.keys(fields)
      .filter((name) => !names.has(name))
      .map((name) => `${command} ${event}.${name}`);
  });
}

/** The names of events, in order; what was observed left out. */
export function names(events: readonly OffhookEvent[]): readonly string[] {
  return events.flatMap(({ event = '' }) => (event === 'observation' ? [] : [event]));
}
