// A call without its people and places: other users, numbers and addresses, the same ones everywhere in it.
import type { CallDocument } from '../document/document.ts';
import { Pseudonyms } from './pseudonym.ts';
import { TextRedactor } from './redact-text.ts';
import type { Redaction } from './redact-text.ts';

/** Fields that hold a host by itself. */
const hosts = new Set(['host', 'address']);

/** Fields that hold words of people, URIs, names or addresses; all others are our own words, or numbers. */
const texts = new Set(
  'from to text name addresses product firstLine title reason branch tag target routeSet user subject matched missing candidates detail'.split(
    ' ',
  ),
);

/**
 * The document as if it had happened to others elsewhere. Digest answers, keys and passwords are masked in any case, and
 * Content-Length stays true. What is said of it (`explain`) is to be said of the result, never redacted by itself.
 *
 * ```ts
 * const safe = redactDocument(document, { numbers: true, addresses: true });
 * const page = toHtml(safe, explain(safe));
 * ```
 */
export function redactDocument(document: CallDocument, what: Redaction): CallDocument {
  const names = new Pseudonyms(wordsIn(document));
  const redactor = new TextRedactor(names, what);
  // Read once to know all names, so that one is found also where only the word itself stands.
  for (const message of document.messages) redactor.message(message.text);
  for (const { host } of document.messages.flatMap(({ source, destination }) => [
    source,
    destination,
  ]))
    redactor.host(host);
  redactor.learned();
  return rewritten(document, '', redactor, false) as CallDocument;
}

// Plain data: each value again, with its texts rewritten by the field in which they stand. A message's own text is one.
function rewritten(
  value: unknown,
  field: string,
  redactor: TextRedactor,
  isMessage: boolean,
): unknown {
  if (typeof value === 'string') {
    if (isMessage && field === 'text') return redactor.message(value);
    if (hosts.has(field)) return redactor.host(value);
    // A document is called as its first leg is.
    if (field === 'callId' || field === 'id') return redactor.callId(value);
    return texts.has(field) ? redactor.text(value) : value;
  }
  if (Array.isArray(value))
    return value.map((item: unknown) => rewritten(item, field, redactor, field === 'messages'));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [
      name,
      rewritten(item, name, redactor, isMessage && name === 'text'),
    ]),
  );
}

/** Every word of the document that a pseudonym could be taken for. */
function wordsIn(document: CallDocument): ReadonlySet<string> {
  const all = [
    ...document.messages.flatMap(({ text, source, destination }) => [
      text,
      source.host,
      destination.host,
    ]),
    ...document.parties.flatMap(({ name = '', addresses }) => [name, ...addresses]),
  ];
  const words = new Set<string>();
  for (const text of all)
    for (const [word] of text.toLowerCase().matchAll(/[\w.:+-]{2,64}/g)) {
      words.add(word);
      words.add(word.replace(/:\d{1,5}$/, ''));
      for (const part of word.split(/[:@]/)) words.add(part);
    }
  return words;
}
