// The rows of a message: those that stand as they came, and those that an edit wrote.
import { headerName } from './names.ts';
import type { HeaderName } from './names.ts';
import { checkText, listValueEnd, skipBlank, trimmed, trimmedEnd, unfolded } from './scan.ts';
import { isFolded, rowCount, rowEnd, rowIs, rowName, rowStart, rowValueStart } from './source.ts';
import type { Source } from './source.ts';

/** A row that an edit wrote; `line` is the whole row without its CRLF. */
export interface NewRow {
  readonly header: HeaderName;
  /** As it is written. */
  readonly name: string;
  readonly value: string;
  readonly line: string;
}

/** The index of a row of the source, or a new row. */
export type Row = number | NewRow;

/** A row of our own. Throws a TypeError when name or value could break out of their line. */
export function newRow(name: string, value: string): NewRow {
  const header = headerName(name);
  return { header, name, value, line: lineFor(header, name, value) };
}

/** A row of our own as it is written, without its CRLF. Throws a TypeError as `newRow` does. */
export function lineFor(header: HeaderName, name: string, value: string): string {
  if (!header.sound) throw new TypeError(`${JSON.stringify(name)} is not a header name`);
  checkText(value, `The header ${name}`);
  return `${name}: ${value}`;
}

/** All rows of a source, untouched. */
export function sourceRows(source: Source): Row[] {
  const rows: Row[] = [];
  for (let index = 0; index < rowCount(source); index += 1) rows.push(index);
  return rows;
}

/** True when `row` is of the header `name`. */
export function isRowOf(source: Source, row: Row, name: HeaderName): boolean {
  if (typeof row === 'number') return rowIs(source, row, name);
  return row.header === name || row.header.lower === name.lower;
}

/** The name of a row as it was written. */
export function nameOf(source: Source, row: Row): string {
  return typeof row === 'number' ? rowName(source, row) : row.name;
}

/** The value of a row on one line, without blanks around it. */
export function valueOf(source: Source, row: Row): string {
  if (typeof row !== 'number') return row.value;
  const start = rowValueStart(source, row);
  const end = rowEnd(source, row);
  const { text } = source;
  return isFolded(source, row) ? unfolded(text, start, end) : trimmed(text, start, end);
}

/** What `scan` makes of a row's value: of the text where it stands, or of a text of its own when it is folded. */
export function scanValue<T>(
  source: Source,
  row: number,
  scan: (text: string, start: number, end: number) => T,
): T {
  if (!isFolded(source, row)) {
    const { text } = source;
    const end = rowEnd(source, row);
    const start = skipBlank(text, rowValueStart(source, row), end);
    return scan(text, start, trimmedEnd(text, start, end));
  }
  const value = valueOf(source, row);
  return scan(value, 0, value.length);
}

/** The whole row as it is written, without its CRLF. */
export function lineOf(source: Source, row: Row): string {
  if (typeof row !== 'number') return row.line;
  return source.text.slice(rowStart(source, row), rowEnd(source, row));
}

/** All rows as text, each with its CRLF; rows that stand side by side in the source are copied in one piece. */
export function joinRows(source: Source, rows: readonly Row[]): string {
  let text = '';
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    if (row === undefined) continue;
    if (typeof row !== 'number') {
      text += `${row.line}\r\n`;
      continue;
    }
    let last = row;
    while (rows[at + 1] === last + 1) {
      last += 1;
      at += 1;
    }
    text += source.text.slice(rowStart(source, row), rowEnd(source, last) + 2);
  }
  return text;
}

/**
 * `row` with its first list value replaced by `value`, or without it when `value` is undefined; undefined when nothing
 * is left. The other values stay byte for byte. Whoever makes the value has checked it.
 */
export function withFirstValue(
  source: Source,
  row: Row,
  name: HeaderName,
  value: string | undefined,
): NewRow | undefined {
  const line = lineOf(source, row);
  const written = nameOf(source, row);
  // A row without a comma has one value only.
  if (!line.includes(','))
    return value === undefined
      ? undefined
      : { header: name, name: written, value, line: `${written}: ${value}` };
  const start = skipFold(line, line.indexOf(':') + 1);
  const comma = name.list ? listValueEnd(line, start) : -1;
  const rest = comma < 0 || comma >= line.length ? '' : line.slice(comma);
  if (value === undefined && rest === '') return undefined;
  if (value === undefined)
    return rebuilt(written, line.slice(0, start), rest.slice(skipFold(rest, 1)));
  return rebuilt(written, line.slice(0, start), value + rest);
}

function rebuilt(name: string, before: string, after: string): NewRow {
  const value = unfolded(after, 0, after.length);
  return { header: headerName(name), name, value, line: before + after };
}

function skipFold(text: string, at: number): number {
  let next = skipBlank(text, at);
  while (text.startsWith('\r\n', next)) next = skipBlank(text, next + 2);
  return next;
}
