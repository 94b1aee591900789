// sips: secure on every hop, the last one too (RFC 5630 §5.3).
import { expect, test } from 'vitest';
import { headerRows } from '@offhook/sip/testing';
import { CoreWorld } from './core.test-kit.ts';
import type { Phone } from './phone.test-kit.ts';

const secureContact = ['Contact: <sips:alice@192.0.2.10>'];

/** alice and bob on TLS, bob bound to this contact. */
async function secured(contact: string): Promise<{ world: CoreWorld; alice: Phone; bob: Phone }> {
  const world = await CoreWorld.start();
  const alice = await world.peer('192.0.2.10', 'TLS');
  const bob = await world.peer('192.0.2.20', 'TLS');
  await bob.register('bob', contact);
  bob.answers();
  return { world, alice, bob };
}

test('RFC 5630 §5.3: a sips Request-URI stays sips and goes over TLS, and so do the routes of its dialog (C192)', async () => {
  const { alice, bob } = await secured('sips:bob@192.0.2.20');
  const uri = 'sips:bob@example.com';
  const { text } = await alice.proved('INVITE', { user: 'alice' }, { uri, headers: secureContact });
  expect(text).toMatch(/^SIP\/2\.0 200 /);
  const invite = bob.scripted.log.find((one) => one.text.startsWith('INVITE'))?.text ?? '';
  expect(invite).toMatch(/^INVITE sips:bob@192\.0\.2\.20 /);
  expect(headerRows(invite, 'Via')[0]).toMatch(/^SIP\/2\.0\/TLS /);
  for (const row of headerRows(invite, 'Record-Route')) expect(row).toMatch(/^<sips:/);
});

test('RFC 5630 §5.3: a contact that is not secure gets no sips call, but 480 with warning 380 (C192)', async () => {
  const { alice, bob } = await secured('sip:bob@192.0.2.20');
  const uri = 'sips:bob@example.com';
  const { text } = await alice.proved('INVITE', { user: 'alice' }, { uri, headers: secureContact });
  expect(text).toMatch(/^SIP\/2\.0 480 /);
  expect(headerRows(text, 'Warning')[0]).toMatch(/^380 /);
  expect(bob.methods).toEqual([]);
});

test('RFC 5630 §5.3: a sip call reaches a sips contact with a sip Request-URI, over TLS still (C192)', async () => {
  const { world, bob } = await secured('sips:bob@192.0.2.20');
  const carol = await world.peer('192.0.2.30');
  const wish = { from: '<sip:carol@example.com>;tag=c' };
  expect((await carol.proved('INVITE', { user: 'carol' }, wish)).text).toMatch(/^SIP\/2\.0 200 /);
  const invite = bob.scripted.log.find((one) => one.text.startsWith('INVITE'))?.text ?? '';
  expect(invite).toMatch(/^INVITE sip:bob@192\.0\.2\.20 /);
  expect(headerRows(invite, 'Via')[0]).toMatch(/^SIP\/2\.0\/TLS /);
});

test('RFC 5630 §5.3: a sips call with a sip Contact is refused (C192)', async () => {
  const { world, alice } = await secured('sips:bob@192.0.2.20');
  alice.send('INVITE', { uri: 'sips:bob@example.com' });
  await world.pass();
  alice.scripted.take('SIP/2.0 400');
});
