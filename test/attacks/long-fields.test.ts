// Fields from 255 characters to 65,000 through a user agent and a registrar: served whole or refused, and never cut in silence.
import { headerRows } from '@offhook/sip/testing';
import { expect, test } from 'vitest';
import { CoreWorld } from '../../packages/offhook/src/server/core/core.test-kit.ts';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import { bare } from '../conformance/texts.ts';
import { here, Phone } from '../fuzz/phone.ts';

const lengths = [255, 256, 512, 4_096, 16_384, 65_000];
const long = (length: number): string => 'x'.repeat(length);
const refused = /^SIP\/2\.0 (400|414|413|500|513)/;

const fields: Readonly<Record<string, (value: string) => Readonly<Record<string, string>>>> = {
  'Call-ID': (value) => ({ 'Call-ID': value }),
  'the From tag': (value) => ({ From: `<sip:a@10.0.0.9>;tag=${value}` }),
  'the name in From': (value) => ({ From: `"${value}" <sip:a@10.0.0.9>;tag=1` }),
  'the user in To': (value) => ({ To: `<sip:${value}@10.0.0.2>` }),
  'a parameter of Via': (value) => ({ Via: `SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKlong;x=${value}` }),
  'the branch': (value) => ({ Via: `SIP/2.0/UDP 10.0.0.9;branch=z9hG4bK${value}` }),
};

function options(rows: Readonly<Record<string, string>>): string {
  const all = {
    Via: 'SIP/2.0/UDP 10.0.0.9;branch=z9hG4bKlong',
    'Max-Forwards': '70',
    From: '<sip:a@10.0.0.9>;tag=1',
    To: '<sip:bob@10.0.0.2>',
    'Call-ID': 'long',
    CSeq: '1 OPTIONS',
    'Content-Length': '0',
    ...rows,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
  return [`OPTIONS sip:bob@10.0.0.2 SIP/2.0`, ...lines, '', ''].join('\r\n');
}

test.each(Object.entries(fields))(
  '%s of 255 to 65,000 characters comes back whole in the answer, or is refused or dropped (A06)',
  async (_, make) => {
    const phone = await Phone.start();
    const peer = await phone.peer('10.0.0.9');
    for (const length of lengths) {
      const rows = make(long(length));
      const bytes = latin1Bytes(options(rows));
      const before = peer.log.length;
      peer.sendRaw(bytes.subarray(0, 65_507), here);
      await phone.clock.elapse(2);
      const answer = peer.log[before]?.text ?? '';
      const [[name, value] = ['', '']] = Object.entries(rows);
      const back = headerRows(answer, name)[0] ?? '';
      if (length <= 4_096) {
        expect(answer).toMatch(/^SIP\/2\.0 200/);
        expect(back.startsWith(value)).toBe(true);
      } else {
        // An answer would have to carry the field back, so that some of these get none.
        expect(answer === '' || refused.test(answer)).toBe(true);
      }
      await phone.clock.elapse(40_000);
    }
    await phone.goodCall();
    await phone.end();
  },
);

test('A registrar keeps a contact of 255 to 16,000 characters whole, or refuses it (A06)', async () => {
  for (const length of lengths.slice(0, 5)) {
    const world = await CoreWorld.start();
    const phone = await world.peer('192.0.2.20');
    const uri = `sip:bob@192.0.2.20;x=${long(length)}`;
    phone.send('REGISTER', { uri: 'sip:example.com', headers: [`Contact: <${uri}>`] });
    await world.pass();
    const first = phone.scripted.take('SIP/2.0 ');
    // What is refused before it is known who asks needs no proof.
    const answer = refused.test(first.text) ? first : await phone.register('bob', uri);
    const kept = world.location.bindings('sip:bob@example.com').map(({ contact }) => contact);
    if (answer.text.startsWith('SIP/2.0 200')) {
      expect(kept).toEqual([uri]);
      expect(bare(headerRows(answer.text, 'Contact')[0] ?? '')).toBe(uri);
    } else {
      expect(answer.text).toMatch(refused);
      expect(kept).toEqual([]);
    }
    expect(length > 512 || kept.length === 1).toBe(true);
  }
});
