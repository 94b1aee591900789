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
      if (json) write(jsonLine({ event: name, ...fields }));
      else if (words !== undefined) write(words);
    },
    say(words) {
      if (!json) write(words);
    },
  };
}

/** An object as one line of plain ASCII: what a stranger wrote reaches no terminal as control characters. */
export function jsonLine(value: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(value).replaceAll(
    /[\u007f-\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Text of a stranger for the terminal: control characters and those that turn the direction of writing become dots. */
export function shown(text: string): string {
  return text.replaceAll(
    /[\0-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    '\u00b7',
  );
}
