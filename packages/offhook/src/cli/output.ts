// What a command says: one JSON object a line with --json, words without.

/** Where results and events of a command go. */
export interface Output {
  readonly json: boolean;
  /** A fact: printed as an object in JSON mode, else as `words`, or not at all when there are none. */
  event(name: string, fields: Readonly<Record<string, unknown>>, words?: string): void;
  /** Words only for people. */
  say(words: string): void;
}

/** Output to standard output. */
export function output(json: boolean): Output {
  const write = (line: string): void => {
    process.stdout.write(`${line}\n`);
  };
  return {
    json,
    event(name, fields, words) {
      if (json) write(JSON.stringify({ event: name, ...fields }));
      else if (words !== undefined) write(words);
    },
    say(words) {
      if (!json) write(words);
    },
  };
}
