// Logs as JSON lines in a file, by pino; without a file only warnings and faults are told, as words on standard error.
import { pino } from 'pino';
import type { Logger as PinoLogger } from 'pino';
import { silentLogger, systemClock } from '@offhook/sip';
import type { Clock, LogFields, Logger } from '@offhook/sip';
import { shown } from './output.ts';

/** Characters of a line: what a stranger wrote must not fill the disk. */
const longest = 2048;
/** Lines of one cause in a second. */
const mostAlike = 10;

/** A logger that appends to `file`, or that tells only warnings and errors as words on standard error. */
export function fileLogger(file: string | undefined): Logger {
  if (file === undefined) return wordsLogger;
  const destination = pino.destination({ dest: file, mkdir: true, sync: true });
  let told = false;
  destination.on('error', (error: Error) => {
    // A full disk stops the log, not the calls.
    if (!told) tell(`The log cannot be written: ${error.message}`);
    told = true;
  });
  const lines = linesLogger(pino({ level: 'debug', base: null }, destination));
  return moderated(
    { ...lines, error: (message, fields) => both(lines, message, fields) },
    systemClock,
  );
}

/** `log`, with no more than ten lines a second of one level and message; how many were left out is told with the next. */
export function moderated(log: Logger, clock: Clock): Logger {
  const causes = new Map<string, { second: number; count: number; left: number }>();
  const level =
    (name: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields: LogFields = {}): void => {
      const second = Math.floor(clock.now() / 1000);
      const key = `${name} ${message.slice(0, 100)}`;
      const known = causes.get(key);
      if (known === undefined && causes.size >= 1000) causes.clear();
      const cause = known ?? { second, count: 0, left: 0 };
      causes.set(key, cause);
      if (cause.second !== second) Object.assign(cause, { second, count: 0 });
      cause.count += 1;
      if (cause.count > mostAlike) {
        cause.left += 1;
        return;
      }
      const { left } = cause;
      cause.left = 0;
      log[name](message, left === 0 ? fields : { ...fields, leftOut: left });
    };
  return { debug: level('debug'), info: level('info'), warn: level('warn'), error: level('error') };
}

const wordsLogger: Logger = moderated(
  {
    ...silentLogger,
    warn: (message) => tell(message),
    error: (message, fields) => tell(withReason(message, fields)),
  },
  systemClock,
);

function both(lines: Logger, message: string, fields: LogFields | undefined): void {
  lines.error(message, fields);
  tell(withReason(message, fields));
}

function withReason(message: string, fields: LogFields = {}): string {
  const reason = fields['error'] ?? fields['reason'];
  return typeof reason === 'string' ? `${message}: ${reason}` : message;
}

function tell(message: string): void {
  process.stderr.write(`offhook: ${shown(bounded(message))}\n`);
}

function linesLogger(log: PinoLogger): Logger {
  return {
    debug: (message, fields) => log.debug(harmless(fields), escaped(message)),
    info: (message, fields) => log.info(harmless(fields), escaped(message)),
    warn: (message, fields) => log.warn(harmless(fields), escaped(message)),
    error: (message, fields) => log.error(harmless(fields), escaped(message)),
  };
}

function harmless(fields: LogFields = {}): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, harmlessValue(value)]),
  );
}

function harmlessValue(value: unknown): unknown {
  if (typeof value === 'string') return escaped(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Error) return escaped(value.message);
  return escaped(JSON.stringify(value));
}

// JSON escapes C0 itself; the rest that a terminal or an editor obeys is written as digits.
function escaped(text: string): string {
  return bounded(text).replaceAll(
    /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

function bounded(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
