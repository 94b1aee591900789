// What edits do to the parts of a message.
import { latin1 } from '../base/bytes.ts';
import type { Edit } from './edit.ts';
import { headerName } from './names.ts';
import type { HeaderName } from './names.ts';
import { isRowOf, newRow, sourceRows, withFirstValue } from './rows.ts';
import type { NewRow, Row } from './rows.ts';
import type { Source } from './source.ts';
import { formatUri, readUri, requestUri } from './uri.ts';
import type { Uri } from './uri.ts';

/** The parts of a message. What is undefined stands in the source as it came. */
export interface Content {
  readonly source: Source;
  readonly startLine: string | undefined;
  readonly rows: readonly Row[] | undefined;
  /** As latin1 text. */
  readonly body: string | undefined;
}

/** The parts after `edits`, done in their order. `method` is undefined for a response, which has no Request-URI. */
export function applyEdits(
  content: Content,
  edits: readonly Edit[],
  method: string | undefined,
): Content {
  const { source } = content;
  const rows = content.rows === undefined ? sourceRows(source) : [...content.rows];
  let { startLine, body } = content;
  for (const edit of edits) {
    switch (edit.kind) {
      case 'set':
        setRows(source, rows, edit.header, edit.rows);
        break;
      case 'prepend':
        rows.splice(placeBefore(source, rows, edit.header), 0, edit.row);
        break;
      case 'append':
        rows.splice(placeAfter(source, rows, edit.header), 0, edit.row);
        break;
      case 'replace-first':
        replaceFirstValue(source, rows, edit.header, edit.value);
        break;
      case 'uri':
        if (method === undefined) throw new TypeError('A response has no Request-URI');
        startLine = requestLine(method, edit.uri);
        break;
      case 'body':
        body = bodyText(edit.body);
        setBodyHeaders(source, rows, body.length, edit.type);
        break;
    }
  }
  return { source, startLine, rows, body };
}

/** The parts with `value`, which its maker has checked, in place of the first Via value: every request gets one. */
export function withFirstVia(content: Content, value: string): Content {
  const { source, startLine, body } = content;
  const rows = content.rows === undefined ? sourceRows(source) : [...content.rows];
  replaceFirstValue(source, rows, viaName, value);
  return { source, startLine, rows, body };
}

/** A body as latin1 text; throws a TypeError for text that is not latin1. */
export function bodyText(body: Uint8Array | string): string {
  if (typeof body !== 'string') return latin1(body);
  if (/[^\0-\u00ff]/.test(body)) {
    throw new TypeError('A body must be bytes or latin1 text, one character for each byte');
  }
  return body;
}

/** The first line of a request. Throws a TypeError when `uri` is malformed. */
export function requestLine(method: string, uri: Uri | string): string {
  return `${method} ${requestUriText(uri)} SIP/2.0`;
}

function requestUriText(uri: Uri | string): string {
  if (typeof uri !== 'string') return checkedUri(formatUri(requestUri(uri)));
  const parsed = readUri(uri);
  if (parsed === undefined) throw new TypeError(`${JSON.stringify(uri)} is not a URI`);
  const bare = requestUri(parsed);
  return bare === parsed ? uri : formatUri(bare);
}

function checkedUri(text: string): string {
  if (readUri(text) === undefined) throw new TypeError(`${JSON.stringify(text)} is not a URI`);
  return text;
}

function setRows(source: Source, rows: Row[], name: HeaderName, values: readonly NewRow[]): void {
  const first = rows.findIndex((row) => isRowOf(source, row, name));
  if (first < 0) {
    rows.push(...values);
    return;
  }
  const rest = rows.slice(first).filter((row) => !isRowOf(source, row, name));
  rows.length = first;
  rows.push(...values, ...rest);
}

const viaName = headerName('via');

function placeBefore(source: Source, rows: readonly Row[], name: HeaderName): number {
  const first = rows.findIndex((row) => isRowOf(source, row, name));
  if (first >= 0) return first;
  if (name === viaName) return 0;
  return rows.findLastIndex((row) => isRowOf(source, row, viaName)) + 1;
}

function placeAfter(source: Source, rows: readonly Row[], name: HeaderName): number {
  const last = rows.findLastIndex((row) => isRowOf(source, row, name));
  return last < 0 ? rows.length : last + 1;
}

function replaceFirstValue(
  source: Source,
  rows: Row[],
  name: HeaderName,
  value: string | undefined,
): void {
  for (let at = 0; at < rows.length; at += 1) {
    const row = rows[at];
    if (row === undefined || !isRowOf(source, row, name)) continue;
    const changed = withFirstValue(source, row, name, value);
    if (changed === undefined) rows.splice(at, 1);
    else rows[at] = changed;
    return;
  }
}

function setBodyHeaders(
  source: Source,
  rows: Row[],
  length: number,
  type: string | undefined,
): void {
  const typeName = headerName('content-type');
  if (type !== undefined) setRows(source, rows, typeName, [newRow('Content-Type', type)]);
  else if (length === 0) setRows(source, rows, typeName, []);
  setRows(source, rows, headerName('content-length'), [newRow('Content-Length', String(length))]);
}
