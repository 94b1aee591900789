// XML from outside: what it may say, and what it may not do.
import { expect, test } from 'vitest';
import {
  lampOfDialogs,
  nextDialogs,
  readDialogInfo,
  readMessageSummary,
  readPresence,
} from './states.ts';
import { child, readXml } from './xml.ts';

test('elements, attributes, text, CDATA, comments, entities, and prefixes that are left out', () => {
  const root = readXml(
    '\uFEFF<?xml version="1.0"?><!-- c --><p:a xmlns:p="x" b=\'1 &lt; 2\'>one<b c="2"/>&#x41;&amp;<![CDATA[<raw>]]></p:a>\n',
  );
  expect(root?.name).toBe('a');
  expect(root?.attributes.get('b')).toBe('1 < 2');
  expect(root?.text).toBe('oneA&<raw>');
  expect(child(root, 'b')?.attributes.get('c')).toBe('2');
});

test.each([
  '',
  'text',
  '<a>',
  '<a></b>',
  '<a/><b/>',
  '<a b=c/>',
  '<a><!-- </a>',
  '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
  '<a'.repeat(1000),
  '<a>'.repeat(33) + '</a>'.repeat(33),
  `<a>${'<b/>'.repeat(5001)}</a>`,
  `<a>${' '.repeat(200_001)}</a>`,
])('what is malformed, too deep, too large or has a document type is nothing: %.40s', (text) => {
  expect(readXml(text)).toBeUndefined();
});

test('an entity that nobody defined stays as it is written', () => {
  expect(readXml('<a>&nbsp;&#0;&#xD800;</a>')?.text).toBe('&nbsp;\uFFFD\uFFFD');
});

const info = (version: number, state: string, dialogs: string): string =>
  `<dialog-info version="${version}" state="${state}">${dialogs}</dialog-info>`;

test('RFC 4235 §4.3: partial states change what is known; after a gap the full state is asked for', () => {
  const read = (text: string): NonNullable<ReturnType<typeof readDialogInfo>> => {
    const one = readDialogInfo(text);
    if (one === undefined) throw new Error('not read');
    return one;
  };
  const full = nextDialogs(
    undefined,
    read(info(4, 'full', '<dialog id="1"><state>confirmed</state></dialog>')),
  );
  expect(lampOfDialogs(full?.dialogs ?? new Map())).toBe('busy');
  const ringing = read(
    info(
      5,
      'partial',
      '<dialog id="1"><state>terminated</state></dialog><dialog id="2" direction="recipient"><state>early</state></dialog>',
    ),
  );
  const next = nextDialogs(full, ringing);
  expect(lampOfDialogs(next?.dialogs ?? new Map())).toBe('ringing');
  expect(nextDialogs(next, read(info(5, 'partial', '')))).toBe(next);
  expect(nextDialogs(next, read(info(8, 'partial', '')))).toBeUndefined();
  expect(nextDialogs(undefined, ringing)).toBeUndefined();
});

test('RFC 3863 §4.1.4, RFC 4480 §3.2: open, closed, and what people do meanwhile', () => {
  const presence = (basic: string, more = ''): string =>
    `<presence><tuple id="a"><status><basic>${basic}</basic></status></tuple>${more}</presence>`;
  const doing = (activity: string): string =>
    `<person id="p"><activities><${activity}/></activities></person>`;
  expect(readPresence(presence('open'))?.state).toBe('available');
  expect(readPresence(presence('closed'))?.state).toBe('away');
  expect(readPresence(presence('open', doing('on-the-phone')))?.state).toBe('busy');
  expect(readPresence(presence('open', doing('away')))?.state).toBe('away');
  expect(readPresence('<dialog-info/>')).toBeUndefined();
});

test('RFC 3842 §5.2: counts, and where the messages are heard', () => {
  expect(readMessageSummary('Messages-Waiting: no\r\n')).toEqual({
    waiting: false,
    fresh: 0,
    old: 0,
    account: undefined,
  });
  expect(
    readMessageSummary(
      'messages-waiting:YES\nMessage-Account: sip:vm@example.org\nVoice-Message: 12/3 (1/0)\n',
    ),
  ).toEqual({
    waiting: true,
    fresh: 12,
    old: 3,
    account: 'sip:vm@example.org',
  });
  expect(readMessageSummary('nothing')).toBeUndefined();
});
