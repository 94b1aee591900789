// Logs as JSON lines in a file, by pino; without a file only faults are told, on standard error.
import { pino } from 'pino';
import type { Logger as PinoLogger } from 'pino';
import { silentLogger } from '@offhook/sip';
import type { LogFields, Logger } from '@offhook/sip';

const longest = 2048;

/** A logger that appends to `file`, or that tells only warnings and errors as words on standard error. */
export function fileLogger(file: string | undefined): Logger {
  return file === undefined ? wordsLogger : linesLogger(pino({ level: 'debug' }, pino.destination({ dest: file, mkdir: true, sync: true })));
}

const wordsLogger: Logger = {
  ...silentLogger,
  warn: (message) => tell(message),
  error: (message, fields) => tell(fields?.['error'] === undefined ? message : `${message}: ${String(fields['error'])}`),
};

function tell(message: string): void {
  process.stderr.write(`offhook: ${bounded(message).replaceAll(/[\0-\u001f\u007f\u202a-\u202e]/g, ' ')}\n`);
}

function linesLogger(log: PinoLogger): Logger {
  return {
    debug: (message, fields) => log.debug(boundedFields(fields), bounded(message)),
    info: (message, fields) => log.info(boundedFields(fields), bounded(message)),
    warn: (message, fields) => log.warn(boundedFields(fields), bounded(message)),
    error: (message, fields) => log.error(boundedFields(fields), bounded(message)),
  };
}

// What a stranger wrote must not fill the disk.
function boundedFields(fields: LogFields = {}): LogFields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [name, typeof value === 'string' ? bounded(value) : value]),
  );
}

function bounded(text: string): string {
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
}
