// Contacts in files: vCard (RFC 6350, and the 2.1 and 3.0 that phones still write) and CSV (RFC 4180).
import { utf8, writable, latin1Bytes } from '@offhook/sip';
import { addressOf } from './address.ts';

/** One person of a file. */
export interface Card {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly note?: string | undefined;
}

/** A file larger than this is not read, in characters; and no more than this many people of one. */
const longestFile = 10_000_000;
const mostCards = 10_000;
const mostAddresses = 20;

/** The people of a vCard or CSV file; undefined when it is neither. */
export function readCards(text: string): readonly Card[] | undefined {
  if (text.length > longestFile) return undefined;
  const tidy = text.replace(/^\uFEFF/, '');
  return /^\s*BEGIN:VCARD/i.test(tidy) ? readVcards(tidy) : readCsv(tidy);
}

/** All of them as one vCard 4.0 file. */
export function writeVcards(cards: readonly Card[]): string {
  return cards
    .map(({ name, addresses, note }) =>
      [
        'BEGIN:VCARD',
        'VERSION:4.0',
        `FN:${escaped(name)}`,
        ...addresses.map((address) =>
          /^(?:sips?|tel):/i.test(address)
            ? `IMPP:${address}`
            : `TEL;VALUE=text:${escaped(address)}`,
        ),
        ...(note === undefined ? [] : [`NOTE:${escaped(note)}`]),
        'END:VCARD',
        '',
      ].join('\r\n'),
    )
    .join('');
}

function readVcards(text: string): readonly Card[] {
  const cards: Card[] = [];
  let lines: string[] | undefined;
  for (const line of unfolded(text)) {
    if (/^BEGIN:VCARD\s*$/i.test(line)) lines = [];
    else if (/^END:VCARD\s*$/i.test(line)) {
      const card = lines === undefined ? undefined : cardOf(lines);
      if (card !== undefined) cards.push(card);
      lines = undefined;
      if (cards.length >= mostCards) break;
    } else lines?.push(line);
  }
  return cards;
}

// RFC 6350 §3.2: a line that begins with a blank goes on with the one before; in 2.1 one that ends with `=` is quoted-printable's.
function unfolded(text: string): readonly string[] {
  const lines: string[] = [];
  let soft = false;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const last = lines.length - 1;
    if (soft) lines[last] = `${lines[last]?.slice(0, -1)}${line}`;
    else if (/^[ \t]/.test(line) && last >= 0) lines[last] = `${lines[last]}${line.slice(1)}`;
    else lines.push(line);
    const now = lines.at(-1) ?? '';
    soft = now.endsWith('=') && /^[^:]*QUOTED-PRINTABLE/i.test(now);
  }
  return lines;
}

function cardOf(lines: readonly string[]): Card | undefined {
  let formatted = '';
  let parts = '';
  let note: string | undefined;
  const addresses: string[] = [];
  for (const line of lines) {
    const found = /^(?:[\w-]+\.)?([\w-]+)((?:;[^:]*)?):(.*)$/s.exec(line);
    if (found === null) continue;
    const [, property = '', parameters = '', raw = ''] = found;
    const value = decoded(raw, parameters).trim();
    if (value === '') continue;
    switch (property.toUpperCase()) {
      case 'FN':
        formatted ||= unescaped(value);
        break;
      case 'N':
        parts ||= nameOf(value);
        break;
      case 'TEL':
        addresses.push(unescaped(value.replace(/^tel:/i, '')));
        break;
      case 'IMPP':
      case 'X-SIP':
        if (property.toUpperCase() === 'X-SIP' || /^sips?:/i.test(value)) addresses.push(value);
        break;
      case 'NOTE':
        note ??= unescaped(value);
        break;
      default:
    }
  }
  return card(formatted || parts, addresses, note);
}

// A person without a name is called by the number; one without a number cannot be called.
function card(name: string, addresses: readonly string[], note?: string): Card | undefined {
  const callable = [...new Set(addresses.map((one) => one.trim()))]
    .filter((one) => addressOf(one, 'example.com') !== undefined)
    .slice(0, mostAddresses);
  const [first] = callable;
  if (first === undefined) return undefined;
  const called = name.trim().slice(0, 200) || first;
  const said = note?.trim().slice(0, 2000);
  return said === undefined || said === ''
    ? { name: called, addresses: callable }
    : { name: called, addresses: callable, note: said };
}

// RFC 6350 §6.2.2: family; given; additional; prefixes; suffixes.
function nameOf(value: string): string {
  const [family = '', given = ''] = value.split(/(?<!\\);/).map(unescaped);
  return `${given} ${family}`.trim();
}

function decoded(value: string, parameters: string): string {
  if (!/QUOTED-PRINTABLE/i.test(parameters)) return value;
  const bytes = writable(value).replaceAll(/=([0-9A-F]{2})/gi, (_all, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return utf8(latin1Bytes(bytes));
}

function unescaped(value: string): string {
  return value.replaceAll(/\\([\\,;nN])/g, (_all, one: string) => (/n/i.test(one) ? '\n' : one));
}

function escaped(value: string): string {
  return value.replaceAll(/[\\,;]/g, String.raw`\$&`).replaceAll(/\r\n|\r|\n/g, String.raw`\n`);
}

const nameColumns = /^(?:name|full ?name|display ?name|contact|vollständiger name|الاسم)$/i;
const givenColumns = /^(?:first|given|vor)[ -]?name$/i;
const familyColumns = /^(?:last|family|sur|nach)[ -]?name$/i;
const addressColumns =
  /(?:phone|number|mobile|tel|sip|address|extension|nummer|telefon|adresse|durchwahl|هاتف|رقم)/i;
const otherColumns = /(?:e-?mail|street|postal|label|type|country|city|fax)/i;
const noteColumns = /^(?:notes?|comment|remark|notiz|bemerkung)$/i;

function readCsv(text: string): readonly Card[] | undefined {
  const rows = csvRows(text);
  const [head, ...rest] = rows;
  if (head === undefined) return undefined;
  const columns = (wanted: RegExp): readonly number[] =>
    head.flatMap((title, index) =>
      wanted.test(title.trim()) && !(wanted === addressColumns && otherColumns.test(title))
        ? [index]
        : [],
    );
  const addresses = columns(addressColumns);
  if (addresses.length === 0) return withoutHead(rows);
  const cell = (row: readonly string[], wanted: readonly number[]): string =>
    wanted.map((index) => row[index] ?? '').find((value) => value.trim() !== '') ?? '';
  const [full, given, family, notes] = [nameColumns, givenColumns, familyColumns, noteColumns].map(
    columns,
  );
  return rest.flatMap((row) => {
    const name = cell(row, full ?? []) || `${cell(row, given ?? [])} ${cell(row, family ?? [])}`;
    const made = card(
      name,
      addresses.map((index) => row[index] ?? ''),
      cell(row, notes ?? []),
    );
    return made === undefined ? [] : [made];
  });
}

// Two columns and no titles: a name and a number.
function withoutHead(rows: readonly (readonly string[])[]): readonly Card[] | undefined {
  const cards = rows.flatMap(([name = '', ...addresses]) => {
    const made = addresses.length === 0 ? undefined : card(name, addresses);
    return made === undefined ? [] : [made];
  });
  return cards.length === 0 ? undefined : cards;
}

/** RFC 4180, with a semicolon or a tab too, as spreadsheets of some countries write it. */
function csvRows(text: string): readonly (readonly string[])[] {
  const [first = ''] = text.split(/\r\n|\r|\n/, 1);
  const count = (mark: string): number => first.split(mark).length;
  const separator = [',', ';', '\t'].toSorted((a, b) => count(b) - count(a))[0] ?? ',';
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  const endRow = (): void => {
    row.push(cell);
    cell = '';
    if (row.some((one) => one !== '')) rows.push(row);
    row = [];
  };
  for (let at = 0; at < text.length && rows.length <= mostCards; at += 1) {
    const mark = text.charAt(at);
    if (quoted && mark === '"' && text.charAt(at + 1) === '"') {
      cell += '"';
      at += 1;
    } else if (mark === '"' && (quoted || cell === '')) quoted = !quoted;
    else if (quoted) cell += mark;
    else if (mark === separator) {
      row.push(cell);
      cell = '';
    } else if (mark === '\n') endRow();
    else if (mark !== '\r') cell += mark;
  }
  endRow();
  return rows;
}
