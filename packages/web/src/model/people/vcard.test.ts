// Files with contacts, as phones, mail programs and spreadsheets write them.
import { expect, test } from 'vitest';
import { readCards, writeVcards } from './vcard.ts';

const card = (...lines: readonly string[]): string =>
  ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n');

test('P12: vCard 4.0: name, numbers, SIP addresses and notes; folded lines and escapes', () => {
  const text = card(
    'VERSION:4.0',
    'FN:Jürgen\\, Dr. Mül',
    ' ler',
    'N:Müller;Jürgen;;;',
    'TEL;VALUE=uri;TYPE=work:tel:+49-30-123456',
    'item1.TEL:030 99',
    'IMPP:sip:jm@example.org',
    'IMPP:xmpp:jm@example.org',
    'EMAIL:jm@example.org',
    'NOTE:one\\ntwo',
  );
  expect(readCards(text)).toEqual([
    {
      name: 'Jürgen, Dr. Müller',
      addresses: ['+49-30-123456', '030 99', 'sip:jm@example.org'],
      note: 'one\ntwo',
    },
  ]);
});

test('P12: vCard 2.1 with quoted-printable and soft line breaks, as old phones write it', () => {
  const text = card(
    'VERSION:2.1',
    'N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:M=C3=BCller;J=C3=BC=',
    'rgen;;;',
    'TEL;CELL:+491711',
  );
  expect(readCards(text)).toEqual([{ name: 'Jürgen Müller', addresses: ['+491711'] }]);
});

test('P12: who has no number is left out, who has no name is called by the number', () => {
  expect(readCards(card('FN:Nobody'))).toEqual([]);
  expect(readCards(card('TEL:123'))).toEqual([{ name: '123', addresses: ['123'] }]);
});

test('P12: CSV with a head, in the manner of several programs', () => {
  const google =
    'First Name,Last Name,Phone 1 - Type,Phone 1 - Value,E-mail 1 - Value\nAda,"King, Countess",Mobile,+44 20 1,ada@example.org\n';
  expect(readCards(google)).toEqual([{ name: 'Ada King, Countess', addresses: ['+44 20 1'] }]);
  const german = '\uFEFFVorname;Nachname;Telefon;Notiz\r\nJürgen;Müller;030/1;"sagt ""Hallo"""\r\n';
  expect(readCards(german)).toEqual([
    { name: 'Jürgen Müller', addresses: ['030/1'], note: 'sagt "Hallo"' },
  ]);
  expect(readCards('Bob,200\nCarol,201\n')).toEqual([
    { name: 'Bob', addresses: ['200'] },
    { name: 'Carol', addresses: ['201'] },
  ]);
});

test('P12: what is no file of contacts is said to be none', () => {
  for (const text of ['', 'just some text', '{"json":true}', '%PDF-1.4\n%\u00e2\u00e3'])
    expect(readCards(text)?.length ?? 0).toBe(0);
});

test('P12: what is written is read again as it was', () => {
  const cards = [
    { name: 'Müller; Jürgen, jr.', addresses: ['+49 30 1', 'sip:jm@example.org'], note: 'a\nb\\c' },
    { name: 'Bob', addresses: ['200'] },
  ];
  expect(readCards(writeVcards(cards))).toEqual(cards);
});

test('a file of many long lines is read in a moment', () => {
  const text = card(
    `NOTE:${'a'.repeat(200_000)}`,
    ...Array.from({ length: 20_000 }, () => 'X;Y=Z:1'),
    'TEL:1',
  );
  expect(readCards(text)).toHaveLength(1);
  expect(readCards(`a,b\n${'"'.repeat(100_000)}`)).toHaveLength(1);
});
