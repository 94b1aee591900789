// GRUUs at the authoritative proxy: one phone of a user is called, wherever it is now (RFC 5627 §6).
import { expect, test } from 'vitest';
import { headerRows } from '@offhook/sip/testing';
import type { Arrived } from '@offhook/sip/testing';
import { CoreWorld } from './core.test-kit.ts';
import type { Phone } from './phone.test-kit.ts';

const instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-00000000000a>"';

interface Gruus {
  readonly lasting: string;
  readonly temporary: string;
}

let cseq = 0;

async function registered(phone: Phone, contact: string, rest: string): Promise<Arrived> {
  cseq += 10;
  const aor = '<sip:bob@example.com>';
  const headers = [`Contact: <${contact}>;${rest}`, 'Supported: gruu, outbound'];
  const wish = { uri: 'sip:example.com', from: `${aor};tag=r`, to: aor, callId: contact };
  return phone.proved('REGISTER', { user: 'bob' }, { ...wish, cseq, headers });
}

function gruusIn({ text }: Arrived): Gruus {
  const row = headerRows(text, 'Contact').find((one) => one.includes('pub-gruu')) ?? '';
  const value = (name: string): string => new RegExp(`${name}="([^"]*)"`).exec(row)?.[1] ?? '';
  return { lasting: value('pub-gruu'), temporary: value('temp-gruu') };
}

async function bobsTwoPhones() {
  const world = await CoreWorld.start();
  const alice = await world.peer('192.0.2.10');
  const desk = await world.peer('192.0.2.20');
  const mobile = await world.peer('192.0.2.30');
  await registered(desk, 'sip:bob@192.0.2.20', 'q=1');
  const gruus = gruusIn(await registered(mobile, 'sip:bob@192.0.2.30', instance));
  desk.answers();
  mobile.answers();
  return { world, alice, desk, mobile, gruus };
}

test('RFC 5627 §6.1: a call to a GRUU reaches its phone alone, with the contact as Request-URI', async () => {
  const { world, alice, desk, mobile, gruus } = await bobsTwoPhones();
  for (const [at, uri] of [gruus.lasting, gruus.temporary].entries()) {
    const call = { uri, callId: `call-${at}` };
    expect((await alice.proved('INVITE', { user: 'alice' }, call)).text).toMatch(/^SIP\/2\.0 200 /);
  }
  const invites = mobile.scripted.log.filter(({ text }) => text.startsWith('INVITE'));
  expect(invites.map(({ text }) => text.split(' ')[1])).toEqual([
    'sip:bob@192.0.2.30',
    'sip:bob@192.0.2.30',
  ]);
  expect(desk.methods).toEqual([]);
  expect(await world.end()).toMatchObject({ transactions: 0, contexts: 0 });
});

test('RFC 5627 §6.1: 480 for a public GRUU whose phone is away, 404 for a temporary one, and for what is none of ours', async () => {
  const { alice, mobile, desk, gruus } = await bobsTwoPhones();
  await registered(mobile, 'sip:bob@192.0.2.30', `${instance};expires=0`);
  const asked = [
    gruus.lasting,
    gruus.temporary,
    'sip:bob@example.com;gr=urn:uuid:1',
    'sip:bob@example.com;gr',
  ];
  const statuses: string[] = [];
  for (const [at, uri] of asked.entries()) {
    const call = { uri, callId: `call-${at}` };
    statuses.push((await alice.proved('INVITE', { user: 'alice' }, call)).text.slice(8, 11));
  }
  expect(statuses).toEqual(['480', '404', '404', '404']);
  expect(desk.methods).toEqual([]);
});

test('RFC 5627 §6.1: a request in a dialog whose Request-URI is a GRUU finds the phone where it is registered now', async () => {
  const { alice, mobile, world, gruus } = await bobsTwoPhones();
  const call = { uri: gruus.lasting, callId: 'the-call' };
  const answered = await alice.proved('INVITE', { user: 'alice' }, call);
  const route = headerRows(answered.text, 'Record-Route').map((value) => `Route: ${value}`);
  await registered(mobile, 'sip:bob@192.0.2.30;moved=1', instance);
  const [to = ''] = headerRows(answered.text, 'To');
  alice.send('ACK', { ...call, to, cseq: 2, headers: route });
  alice.send('BYE', { ...call, to, cseq: 3, headers: route });
  await world.pass();
  const targets = mobile.scripted.log.filter(({ text }) => /^(?:ACK|BYE) /.test(text));
  expect(targets.map(({ text }) => text.split(' ').slice(0, 2))).toContainEqual([
    'BYE',
    'sip:bob@192.0.2.30;moved=1',
  ]);
  expect(targets.map(({ text }) => text.split(' ')[0])).toContain('ACK');
});
