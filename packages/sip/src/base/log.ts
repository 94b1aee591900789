// Logging as a port of four levels with fields; the applications decide where it goes.

/** Fields of a log line, such as `{ call, transaction, flow }`. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where log lines go. Any of pino, console-like objects or a test's array fits. */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

/** Drops everything. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

/** A value that may be used but prints as dots, whoever prints it. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The value itself; the caller keeps it out of logs and traces. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '•••';
  }
  toJSON(): string {
    return '•••';
  }
}

/** Wraps a password or key so that no log, trace or error prints it. */
export function secret(value: string): Secret {
  return new Secret(value);
}
