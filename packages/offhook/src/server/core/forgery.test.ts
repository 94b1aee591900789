// Addresses that somebody else names: contacts, routes and names that lead to where no packet of ours may go.
import { expect, test } from 'vitest';
import { headerRows } from '@offhook/sip/testing';
import { CoreWorld } from './core.test-kit.ts';
import { recordRoutes, server } from './phone.test-kit.ts';
import type { Phone } from './phone.test-kit.ts';

/** Forty ways to write places that only this machine, its network or nobody reaches. */
const spellings = [
  ...['127.0.0.1', '127.0.0.1:5060', '127.1', '127.0.1', '0x7f.0.0.1', '0177.0.0.1', '2130706433'],
  ...[
    '0x7f000001',
    '017700000001',
    '127.0.0.1.',
    'localhost',
    'LOCALHOST',
    'localhost.',
    '0',
    '0.0.0.0',
  ],
  ...[
    '[::1]',
    '[::]',
    '[0:0:0:0:0:0:0:1]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
  ],
  ...[
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[2002:7f00:1::]',
    '[fe80::1]',
    '[fc00::1]',
    '[fd00::1]',
  ],
  ...[
    '169.254.169.254',
    '169.254.1.1',
    '[::ffff:169.254.169.254]',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
  ],
  ...[
    '100.64.0.1',
    '224.0.1.75',
    '255.255.255.255',
    '[ff02::1]',
    'inside.example',
    'inside-v6.example',
  ],
  ...['rebound.example', 'srv.example'],
];

const zone = {
  a: {
    'inside.example': ['127.0.0.1'],
    'rebound.example': ['169.254.169.254', '10.0.0.1'],
    'host.example': ['192.168.0.9'],
    localhost: ['127.0.0.1'],
    'localhost.': ['127.0.0.1'],
    '127.1': ['127.0.0.1'],
    '127.0.0.1.': ['127.0.0.1'],
    '2130706433': ['127.0.0.1'],
  },
  aaaa: { 'inside-v6.example': ['::1', '::ffff:127.0.0.1', 'fe80::1'] },
  srv: {
    '_sip._udp.srv.example': [{ priority: 1, weight: 0, port: 6379, target: 'host.example' }],
  },
};

const transports = ['', ';transport=tcp', ';transport=udp'];

async function three(): Promise<{ world: CoreWorld; alice: Phone; mallory: Phone }> {
  const world = await CoreWorld.start();
  world.resolver.change(zone);
  const alice = await world.peer('192.0.2.10');
  const mallory = await world.peer('192.0.2.66');
  return { world, alice, mallory };
}

/** Where the server sent anything, other than to these. */
function elsewhere({ network }: CoreWorld, ...known: readonly string[]): readonly string[] {
  const fromUs = network.packets.filter(({ from }) => from.host === server.host);
  return fromUs.map(({ to }) => to.host).filter((host) => !known.includes(host));
}

test('a contact in whatever spelling leads to no place within, only to where its REGISTER came from (A47)', async () => {
  const { world, alice, mallory } = await three();
  mallory.answers(486);
  expect(spellings.length).toBeGreaterThanOrEqual(40);
  for (const [at, spelling] of spellings.entries()) {
    const contact = `sip:x@${spelling}${transports[at % 3] ?? ''}`;
    await mallory.register('bob', contact);
    await alice.proved('MESSAGE', { user: 'alice' }, { callId: `m${at}` });
    await world.pass(10_000);
  }
  expect(elsewhere(world, '192.0.2.10', '192.0.2.66')).toEqual([]);
});

test('a Path names no place within (A47)', async () => {
  const { world, alice, mallory } = await three();
  const aor = '<sip:bob@example.com>';
  for (const [at, spelling] of spellings.entries()) {
    const path = `Path: <sip:${spelling}${transports[at % 3] ?? ''};lr>`;
    const { text } = await mallory.proved(
      'REGISTER',
      { user: 'bob' },
      {
        ...{ uri: 'sip:example.com', from: `${aor};tag=r`, to: aor, callId: 'r', cseq: 2 * at + 1 },
        headers: ['Contact: <sip:bob@192.0.2.66>', 'Supported: path', path, 'Expires: 600'],
      },
    );
    expect(text, spelling).toMatch(/^SIP\/2\.0 200 /);
    await alice.proved('MESSAGE', { user: 'alice' }, { callId: `m${at}` });
    await world.pass(10_000);
  }
  expect(elsewhere(world, '192.0.2.10', '192.0.2.66')).toEqual([]);
});

test('a request brings no route of its own, and no maddr (A47, A33)', async () => {
  const { world, alice } = await three();
  for (const spelling of spellings) {
    alice.send('INVITE', { headers: [`Route: <sip:192.0.2.1;lr>, <sip:${spelling};lr>`] });
    await world.pass();
    alice.scripted.take('SIP/2.0 403');
    await alice.proved(
      'MESSAGE',
      { user: 'alice' },
      { uri: `sip:bob@example.com;maddr=${spelling}`, callId: spelling.replaceAll(/\W/g, '-') },
    );
  }
  expect(elsewhere(world, '192.0.2.10')).toEqual([]);
});

test('within a dialog neither the Request-URI nor a further Route leads within (A47)', async () => {
  const { world, alice, mallory } = await three();
  await mallory.register('bob');
  mallory.answers();
  const answered = await alice.proved('INVITE', { user: 'alice' });
  const to = headerRows(answered.text, 'To')[0] ?? '';
  const routes = recordRoutes(answered).map((row) => row.replace('Record-Route', 'Route'));
  for (const [at, spelling] of spellings.entries()) {
    const uri = `sip:x@${spelling}${transports[at % 3] ?? ''}`;
    alice.send('BYE', { uri, to, headers: routes, cseq: 10 + 3 * at });
    alice.send('ACK', { uri, to, headers: routes, cseq: 11 + 3 * at });
    const further = [...routes, `Route: <sip:${spelling};lr>`];
    alice.send('BYE', { uri: 'sip:x@192.0.2.66', to, headers: further, cseq: 12 + 3 * at });
    await world.pass(10_000);
  }
  expect(elsewhere(world, '192.0.2.10', '192.0.2.66')).toEqual([]);
});

test('two addresses with ten contacts each that lead to the other cost no packet, and end with 482 (A42)', async () => {
  const { world, alice, mallory } = await three();
  for (let at = 0; at < 10; at += 1) {
    await mallory.register('bob', `sip:carol@example.com;n=${at}`);
    await mallory.register('carol', `sip:bob@192.0.2.1;n=${at}`);
  }
  world.network.forgetPackets();
  expect((await alice.proved('INVITE', { user: 'alice' })).text).toMatch(/^SIP\/2\.0 482 /);
  expect(elsewhere(world, '192.0.2.10')).toEqual([]);
  expect(world.network.packets.length).toBeLessThan(10);
});

test('a contact that is another user of ours rings that user, at the preference of the contact', async () => {
  const { world, alice, mallory } = await three();
  const carol = await world.peer('192.0.2.30');
  await carol.register('carol');
  await mallory.register('bob', 'sip:carol@example.com');
  carol.answers();
  expect((await alice.proved('INVITE', { user: 'alice' })).text).toMatch(/^SIP\/2\.0 200 /);
  expect(carol.methods).toEqual(['INVITE']);
  expect(mallory.methods).toEqual([]);
});

test('a caller inside and a callee outside reach one another in their dialog, though neither could name the other', async () => {
  const world = await CoreWorld.start();
  const inside = await world.peer('10.0.0.5');
  const outside = await world.peer('203.0.113.9');
  await outside.register('bob');
  outside.answers();
  inside.answers();
  const answered = await inside.proved('INVITE', { user: 'alice' });
  const invite = outside.scripted.log.find(({ text }) => text.startsWith('INVITE'));
  if (invite === undefined) throw new Error('An INVITE was expected');
  const routes = recordRoutes(invite).map((row) => row.replace('Record-Route', 'Route'));
  const { text } = answered;
  outside.send('BYE', {
    uri: 'sip:phone@10.0.0.5',
    callId: headerRows(text, 'Call-ID')[0] ?? '',
    from: headerRows(text, 'To')[0] ?? '',
    to: headerRows(text, 'From')[0] ?? '',
    headers: routes,
  });
  await world.pass();
  expect(inside.methods).toEqual(['BYE']);
  expect(outside.statuses.at(-1)).toBe(200);
});
