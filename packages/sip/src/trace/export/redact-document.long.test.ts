// Nothing of the people and places of a call is left in anything that is written of it, and it is the same call still.
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CaptureReader } from '../capture/reader.ts';
import { TraceBook } from '../document/book.ts';
import type { CallDocument } from '../document/document.ts';
import { explain } from '../explain/explain.ts';
import { answered, audio, Talk } from '../explain/document.test-kit.ts';
import { toHtml } from './html.ts';
import { toJson } from './json.ts';
import { toMermaid } from './mermaid.ts';
import { redactDocument } from './redact-document.ts';
import { toText } from './text.ts';

const whole = { numbers: true, addresses: true } as const;

function writings(document: CallDocument): readonly string[] {
  const explanation = explain(document);
  return [
    toHtml(document, explanation),
    toJson(document, explanation),
    toMermaid(document),
    toText(document, explanation),
  ];
}

function personal(): CallDocument {
  const talk = new Talk('4711815-0815@192.0.2.1');
  const ok = answered(
    talk,
    {
      sdp: audio({
        host: '10.11.12.13',
        lines: ['a=candidate:1 1 UDP 1 fd12:3456::99 4000 typ host'],
      })
        .replace('s=-', 's=Anna Meier')
        .replace('o=-', 'o=annameier'),
      headers: [
        [
          'P-Asserted-Identity',
          '"Anna Meier" <sip:+4930123456@pbx.meier.test;user=phone>, <tel:+4930123456>',
        ],
        ['Remote-Party-ID', 'Anna Meier <sip:4930123456@192.0.2.77>;party=calling'],
        [
          'Proxy-Authorization',
          'Digest username="annameier", realm="pbx.meier.test", nonce="n", uri="sip:bob@example.com", response="0123456789abcdef0123456789abcdef"',
        ],
        ['Subject', 'annameier wants to talk about 4930123456'],
        ['X-Route', 'via 198.51.100.250 and [2001:db8:77::5]:5060'],
        ['User-Agent', 'Phone 5.2.1.4000'],
      ],
    },
    {
      sdp: audio({ host: '192.168.77.8', direction: 'sendonly' }),
      headers: [['Contact', '<sip:annameier@192.168.77.8:5062;transport=udp>']],
    },
  );
  const bye = talk.send(9000, 'alice>bob', 'BYE', { within: ok });
  talk.answer(9020, bye, 481);
  return talk.document;
}

const originals =
  /annameier|anna meier|4930123456|meier|10\.11\.12\.13|192\.0\.2\.1\b|192\.0\.2\.77|192\.168\.77\.8|198\.51\.100\.250|2001:db8:77|fd12:3456|example\.com|0123456789abcdef/i;

describe('A call with names, numbers and addresses wherever they can be', () => {
  const before = personal();
  const after = redactDocument(before, whole);

  test('has none of them in any export', () => {
    expect(toJson(before, explain(before))).toMatch(originals);
    for (const written of writings(after)) expect(originals.exec(written)?.[0]).toBeUndefined();
  });

  test('is the same call: messages, machines, findings', () => {
    expect(after.messages.map(({ firstLine }) => firstLine.split(' ')[0])).toEqual(
      before.messages.map(({ firstLine }) => firstLine.split(' ')[0]),
    );
    const shape = (document: CallDocument): unknown => {
      const { findings, lint } = explain(document);
      return [
        findings.map(({ rule, fault }) => [rule, fault]),
        lint.map(({ rule, frame }) => [rule, frame]),
      ];
    };
    expect(shape(after)).toEqual(shape(before));
  });

  test('keeps kinds: private stays private, a number a number, version numbers stay', () => {
    const text = after.messages.map((message) => message.text).join('\n');
    expect(text).toMatch(/c=IN IP4 10\.0\.0\.\d/);
    expect(text).toMatch(/c=IN IP4 192\.168\.0\.\d/);
    expect(text).toMatch(/tel:\+9\d{9}/);
    expect(text).toMatch(/fd00::\w/);
    expect(text).toContain('User-Agent: Phone 5.2.1.4000');
  });

  test('has a true Content-Length in each message', () => {
    for (const { text } of after.messages) {
      const [head = '', body = ''] = text.split('\r\n\r\n');
      expect(/Content-Length: (\d+)/.exec(head)?.[1]).toBe(String(body.length));
    }
  });

  test('one address is one pseudonym, in Via, in SDP and in the columns', () => {
    const places = new Set(
      after.messages.flatMap(({ source, destination }) => [source.host, destination.host]),
    );
    for (const { text, source } of after.messages) {
      const sentBy = /^Via: SIP\/2\.0\/UDP ([\d.]+):/m.exec(text)?.[1] ?? '';
      expect([...places]).toContain(sentBy);
      if (!text.startsWith('SIP/2.0')) expect(sentBy).toBe(source.host);
    }
  });

  test('one name is one pseudonym, everywhere', () => {
    const [invite] = after.messages;
    const user = /username="(\w+)"/.exec(invite?.text ?? '')?.[1] ?? '-';
    expect(invite?.text).toContain(`o=${user} `);
    expect(invite?.text).toContain(`Subject: ${user} wants`);
  });
});

test('only addresses, or only numbers, leave the others as they are; secrets always go', () => {
  const before = personal();
  const addresses = toJson(
    redactDocument(before, { numbers: false, addresses: true }),
    explain(before),
  );
  expect(redactDocument(before, { numbers: false, addresses: true }).messages[0]?.text).toContain(
    'annameier',
  );
  expect(
    redactDocument(before, { numbers: false, addresses: true }).messages[0]?.text,
  ).not.toContain('192.0.2.77');
  const numbers = redactDocument(before, { numbers: true, addresses: false }).messages[0]?.text;
  expect(numbers).toContain('192.0.2.77');
  expect(numbers).not.toMatch(/annameier|4930123456/);
  const nothing = redactDocument(before, { numbers: false, addresses: false });
  expect(nothing.messages[0]?.text).not.toContain('0123456789abcdef');
  expect(addresses).not.toContain('0123456789abcdef');
});

describe('Every capture of the Fault Lab', () => {
  const folder = new URL('../../../../offhook/faults/', import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith('.pcap.gz'));

  test.each(files)(
    '%s: the addresses are gone, the faults are found',
    (file) => {
      const reader = new CaptureReader({ name: file });
      const book = new TraceBook();
      const bytes = new Uint8Array(gunzipSync(readFileSync(new URL(file, folder))));
      for (const item of [...reader.push(bytes), ...reader.end()]) book.add(item);
      for (const { id } of book.calls) {
        const document = book.document(id);
        if (document === undefined) continue;
        const after = redactDocument(document, whole);
        const places = new Set(
          document.messages.flatMap(({ source, destination }) => [source.host, destination.host]),
        );
        for (const written of writings(after)) {
          // A loopback address is everybody's.
          for (const place of places)
            if (!place.startsWith('127.')) expect(wordIn(written, place)).toBe(false);
        }
        const faults = (one: CallDocument): unknown =>
          explain(one).findings.map(({ fault, rule }) => [fault, rule]);
        expect(faults(after)).toEqual(faults(document));
      }
    },
    60_000,
  );
});

function wordIn(text: string, word: string): boolean {
  return new RegExp(`(?<![\\w.])${word.replaceAll('.', '\\.')}(?![\\w]|\\.\\d)`).test(text);
}
