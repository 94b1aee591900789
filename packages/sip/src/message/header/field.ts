// What a header is to the code: its name, how its rows become a value, and the few shapes that many headers share.
import { ok } from '../../base/result.ts';
import type { Result } from '../../base/result.ts';
import { headerName } from '../names.ts';
import { badHeader } from '../problem.ts';
import type { MessageProblem } from '../problem.ts';
import { digitsEnd, isToken, splitList } from '../scan.ts';

/** One header: how its rows are read and written. */
export interface HeaderField<T> {
  /** The long name, as we write it. */
  readonly name: string;
  readonly compact?: string;
  /** True when its rows may be joined with commas. */
  readonly list: boolean;
  /** The value of all its rows together; `rows` has at least one. */
  parse(rows: readonly string[]): Result<T, MessageProblem>;
  /** The same of one row, where it stands in a text; undefined when only `parse` can tell. */
  parseAt?(text: string, start: number, end: number): T | undefined;
  /** The rows that say `value`. */
  format(value: T): readonly string[];
}

/** A header that stands once; `read` gives undefined for a malformed value. */
export function single<T>(
  name: string,
  read: (value: string) => T | undefined,
  format: (value: T) => string,
): HeaderField<T> {
  return {
    ...named(name, false),
    parse(rows) {
      const [row] = rows;
      if (row === undefined || rows.length > 1) return badHeader(name, 'stands more than once');
      const value = read(row);
      return value === undefined ? badHeader(name) : ok(value);
    },
    format: (value) => [format(value)],
  };
}

/** A header whose rows are comma lists, read as one list in order; `empty` allows a row without any value. */
export function list<T>(
  name: string,
  read: (value: string) => T | undefined,
  format: (value: T) => string,
  options: { readonly empty?: boolean; readonly joined?: boolean } = {},
): HeaderField<readonly T[]> {
  return {
    ...named(name, true),
    parse(rows) {
      const values: T[] = [];
      for (const row of rows) {
        if (row === '' && options.empty === true) continue;
        const texts = row.includes(',') ? splitList(row) : [row];
        if (texts === undefined) return badHeader(name);
        for (const text of texts) {
          const value = read(text);
          if (value === undefined) return badHeader(name);
          values.push(value);
        }
      }
      return ok(values);
    },
    format: (values) =>
      options.joined === true ? [values.map(format).join(', ')] : values.map(format),
  };
}

/** A header whose rows are never joined and never split (RFC 3261 §7.3.1: the four of authentication). */
export function rowsOf<T>(
  name: string,
  read: (value: string) => T | undefined,
  format: (value: T) => string,
): HeaderField<readonly T[]> {
  return {
    ...named(name, false),
    parse(rows) {
      const values: T[] = [];
      for (const row of rows) {
        const value = read(row);
        if (value === undefined) return badHeader(name);
        values.push(value);
      }
      return ok(values);
    },
    format: (values) => values.map(format),
  };
}

/** A list of tokens, such as Supported. */
export function tokens(name: string): HeaderField<readonly string[]> {
  return list(name, (text) => (isToken(text) ? text : undefined), String, {
    empty: true,
    joined: true,
  });
}

/** Free text, such as Subject; may be empty. */
export function text(name: string): HeaderField<string> {
  return single(name, (value) => value, String);
}

/** A whole number from 0 to 2^32-1, such as Min-Expires in seconds; a larger one is read as 2^32-1. */
export function seconds(name: string): HeaderField<number> {
  return single(name, (value) => (isDigits(value) ? readNumber(value) : undefined), String);
}

/** True when the text from `start` to `end` may hold more than one value. */
export function isList(text: string, start: number, end: number): boolean {
  const comma = text.indexOf(',', start);
  return comma >= 0 && comma < end;
}

/** True when the text is one or more digits. */
export function isDigits(value: string): boolean {
  return value.length > 0 && digitsEnd(value, 0) === value.length;
}

/** Digits as a number that never exceeds 2^32-1 (RFC 3261 §20.19). */
export function readNumber(digits: string): number {
  return Math.min(Number(digits), 0xffff_ffff);
}

function named(
  name: string,
  isList: boolean,
): { readonly name: string; readonly compact?: string; readonly list: boolean } {
  const { compact } = headerName(name);
  return compact === undefined ? { name, list: isList } : { name, compact, list: isList };
}
