// Contact (RFC 3261 §20.10).
import { ok } from '../../base/result.ts';
import { formatNameAddress, readNameAddress } from '../name-address.ts';
import type { NameAddress } from '../name-address.ts';
import { badHeader } from '../problem.ts';
import { isDigits, isList, list, readNumber } from './field.ts';
import type { HeaderField } from './field.ts';

/** An address at which someone can be reached. */
export type Contact = NameAddress & {
  /** Preference, 0 to 1. */
  readonly q?: number | undefined;
  /** How long it holds in seconds; a malformed value counts as 3600 (RFC 3261 §20.10). */
  readonly expires?: number | undefined;
};

/** A contact, or `*` for all that are registered (RFC 3261 §10.2.2). */
export type ContactValue = '*' | Contact;

const contacts = list('Contact', (value) => readContact(value), formatNameAddress);

/** Contacts; `*` stands alone. */
export const contact: HeaderField<readonly ContactValue[]> = {
  ...contacts,
  parse(rows) {
    if (!rows.includes('*')) return contacts.parse(rows);
    return rows.length === 1 ? ok(['*'] as const) : badHeader('Contact', 'has * beside others');
  },
  parseAt(text, start, end) {
    if (text.charCodeAt(start) === 42 || isList(text, start, end)) return undefined;
    const value = readContact(text, start, end);
    return value === undefined ? undefined : [value];
  },
  format: (values) => values.map((value) => (value === '*' ? value : formatContact(value))),
};

function readContact(text: string, start?: number, end?: number): Contact | undefined {
  const address = readNameAddress(text, start, end);
  if (address === undefined || address.parameters.size === 0) return address;
  const q = address.parameters.get('q');
  if (q !== undefined && !/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(q)) return undefined;
  const expires = address.parameters.get('expires');
  if (q === undefined && expires === undefined) return address;
  return {
    ...address,
    q: q === undefined ? undefined : Number(q),
    expires: expires === undefined ? undefined : readExpires(expires),
  };
}

function readExpires(text: string): number {
  return isDigits(text) ? readNumber(text) : 3600;
}

/** A contact as text. `q` and `expires` override the parameters of those names. */
export function formatContact(value: Contact): string {
  const { q, expires, parameters: found } = value;
  if (q === undefined && expires === undefined) return formatNameAddress(value);
  const written = new Map(found);
  if (q !== undefined && Number(found.get('q')) !== q) written.set('q', String(q));
  if (expires !== undefined) written.set('expires', String(expires));
  return formatNameAddress({ ...value, parameters: written });
}
