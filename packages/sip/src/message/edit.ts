// Edits: what a new message has different from the one it is made of.
import { headerName } from './names.ts';
import type { HeaderName } from './names.ts';
import { newRow } from './rows.ts';
import type { NewRow } from './rows.ts';
import { checkText, isToken } from './scan.ts';
import type { Uri } from './uri.ts';

/** One change, made by the functions of this file and done by `with` of a message. */
export type Edit =
  | { readonly kind: 'set'; readonly header: HeaderName; readonly rows: readonly NewRow[] }
  | { readonly kind: 'prepend'; readonly header: HeaderName; readonly row: NewRow }
  | { readonly kind: 'append'; readonly header: HeaderName; readonly row: NewRow }
  | {
      readonly kind: 'replace-first';
      readonly header: HeaderName;
      readonly value: string | undefined;
    }
  | { readonly kind: 'uri'; readonly uri: Uri | string }
  | {
      readonly kind: 'body';
      readonly body: Uint8Array | string;
      readonly type: string | undefined;
    };

/**
 * Replaces all rows of `name` by rows of these values, at the place of the first, else at the end. This and every edit
 * throws a TypeError when a value holds CR, LF or NUL, so that no value can become a header of its own.
 */
export function setHeader(name: string, ...values: string[]): Edit {
  const rows = values.map((value) => newRow(name, value));
  return { kind: 'set', header: checkedName(name), rows };
}

/** Puts a row before the first row of `name`; where there is none, after the Via rows. */
export function prependHeader(name: string, value: string): Edit {
  const row = newRow(name, value);
  return { kind: 'prepend', header: row.header, row };
}

/** Puts a row after the last row of `name`; where there is none, at the end. */
export function appendHeader(name: string, value: string): Edit {
  const row = newRow(name, value);
  return { kind: 'append', header: row.header, row };
}

/** Takes away all rows of `name`, long and compact. */
export function removeHeader(name: string): Edit {
  return { kind: 'set', header: checkedName(name), rows: [] };
}

/** Replaces the first value of a header, or takes just that one away; does nothing when there is no such header. */
export function replaceFirst(name: string, value: string | undefined): Edit {
  if (value !== undefined) checkText(value, `The header ${name}`);
  return { kind: 'replace-first', header: checkedName(name), value };
}

/** Replaces the Request-URI; headers and `method` of the URI do not go there (RFC 3261 §19.1.5). */
export function setUri(uri: Uri | string): Edit {
  return { kind: 'uri', uri };
}

/**
 * Replaces the body and puts Content-Length right. Text is latin1, one character for each byte. With a type,
 * Content-Type is set to it; an empty body without type takes Content-Type away.
 */
export function setBody(body: Uint8Array | string, contentType?: string): Edit {
  if (contentType !== undefined) checkText(contentType, 'The header Content-Type');
  return { kind: 'body', body, type: contentType };
}

function checkedName(name: string): HeaderName {
  if (!isToken(name)) throw new TypeError(`${JSON.stringify(name)} is not a header name`);
  return headerName(name);
}
