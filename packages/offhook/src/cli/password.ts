// A password that does not stand in the command line, where every user of the machine could read it.
import { createInterface } from 'node:readline';
import { Option } from 'commander';

/** `--password`, which the environment or the standard input may give. */
export function passwordOption(what: string): Option {
  return new Option(
    '--password <password>',
    `${what}; - reads a line of standard input, which like the environment hides it from the other users of this machine`,
  ).env('OFFHOOK_PASSWORD');
}

/** The password that was meant: for `-` the first line of standard input, empty when there is none. */
export async function readPassword(given: string | undefined): Promise<string | undefined> {
  if (given !== '-') return given;
  const lines = createInterface({ input: process.stdin });
  for await (const line of lines) {
    process.stdin.destroy();
    return line;
  }
  return '';
}
