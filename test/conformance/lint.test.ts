// The lint of traces on the torture messages of RFC 4475 and RFC 5118: it names what is wrong with them, and nothing else.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { latin1 } from '../../packages/sip/src/base/bytes.ts';
import { explain } from '../../packages/sip/src/trace/explain/explain.ts';
import { TraceBook } from '../../packages/sip/src/trace/document/book.ts';

interface Entry {
  readonly name: string;
  readonly file: string;
  readonly verdict: string;
}

/** What is against an RFC in messages that a parser takes all the same. */
const departures: { readonly [name: string]: readonly string[] } = {
  badbranch: ['The branch is nothing but z9hG4bK, so it is not unique.'],
  baddate: ['Date is not in GMT.'],
  escruri: ['The Request-URI has headers or a method, which belong to links only.'],
  inv2543: [
    'The top Via has no branch.',
    'Max-Forwards is missing.',
    'From has no tag.',
    'Contact is missing in INVITE.',
  ],
  longreq: ['The top Via has no branch.'],
  regbadct: ['The Contact header is malformed.'],
  wsinv: ['The branch of the top Via does not begin with z9hG4bK.'],
};

for (const set of ['rfc4475', 'rfc5118']) {
  const folder = new URL(`../vectors/${set}/`, import.meta.url);
  const entries = JSON.parse(
    readFileSync(new URL('verdicts.json', folder), 'utf8'),
  ) as readonly Entry[];

  for (const { name, file, verdict } of entries) {
    test(`${name} of ${set.toUpperCase()}: ${verdict}`, () => {
      const text = latin1(new Uint8Array(readFileSync(new URL(file, folder))));
      const found = demands(text);
      if (found === undefined) return;
      const refused = verdict !== 'accept';
      if (refused) expect(found.length).toBe(1);
      else expect(found).toEqual(departures[name] ?? []);
    });
  }
}

/** What the lint demands of one message; undefined when no call can be told from it. */
function demands(text: string): readonly string[] | undefined {
  const book = new TraceBook();
  book.observe({
    v: 1,
    kind: 'message',
    at: 0,
    endpoint: '',
    direction: 'out',
    protocol: 'UDP',
    flow: 'f',
    local: { host: '192.0.2.1', port: 5060 },
    remote: { host: '192.0.2.2', port: 5060 },
    text,
  });
  const [call] = book.calls;
  const document = call === undefined ? undefined : book.document(call.id);
  return document === undefined
    ? undefined
    : explain(document)
        .lint.filter(({ strength }) => strength === 'MUST')
        .map((remark) => remark.text);
}
