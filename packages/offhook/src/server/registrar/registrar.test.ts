// The registrar against RFC 3261 §10.3, on a real database and a virtual clock.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '@offhook/sip';
import { openLocation } from '../location/sqlite-store.ts';
import { sipDate } from './date.ts';
import { alice, bench, flowOf, listed, phone } from './registrar.test-kit.ts';

describe('registrar', () => {
  test('RFC 3261 §10.3: a 200 lists all bindings with what is left of them, and the date (C146)', async () => {
    const server = await bench();
    await server.register({ headers: [`${phone};q=0.5;expires=100`] });
    server.clock.advance(40_000);
    const response = await server.register({
      headers: ['Contact: "A" <sip:alice@127.0.0.1:5071>;expires=200', 'Record-Route: <sip:p;lr>'],
    });
    expect(response.status).toBe(200);
    expect(listed(response)).toEqual([
      '<sip:alice@127.0.0.1:5071>;expires=200',
      '<sip:alice@127.0.0.1:5070>;q=0.5;expires=60',
    ]);
    expect(response.rows('Date')).toEqual(['Thu, 01 Jan 2026 00:00:40 GMT']);
    expect(response.has('Record-Route')).toBe(false);
    expect(response.toTag).toBeDefined();
    expect(server.registrar.busy).toBe(0);
  });

  test('RFC 3261 §10.3: without Contact nothing changes and the bindings are told (C146)', async () => {
    const server = await bench();
    await server.register({ headers: [phone] });
    const response = await server.register({ headers: ['Expires: 0'] });
    expect(listed(response)).toEqual(['<sip:alice@127.0.0.1:5070>;expires=3600']);
    expect(listed(await server.register({ to: '<sip:bob@example.com>', user: 'bob' }))).toEqual([]);
  });

  test('RFC 3261 §10.3: an address of another user is 403, one of no domain of ours 404, and nothing changes (C140, A21)', async () => {
    const server = await bench();
    const headers = [phone];
    const statuses = [
      await server.register({ headers, user: 'mallory' }),
      await server.register({ headers, from: '<sip:bob@example.com>' }),
      await server.register({
        headers,
        to: '<sip:bob@example.com>',
        from: '<sip:alice@example.com>',
      }),
      await server.register({ headers, realm: 'other.example' }),
      await server.register({ headers, to: '<sip:alice@example.org>' }),
      await server.register({ headers, to: '<sip:example.com>' }),
      await server.register({ headers, to: '<tel:+4930>' }),
      await server.register({ headers, uri: 'sip:example.org' }),
    ].map((response) => response.status);
    expect(statuses).toEqual([403, 403, 403, 403, 404, 404, 404, 404]);
    expect(server.location.size).toBe(0);
    expect((await server.register({ headers, realm: 'Example.com' })).status).toBe(200);
  });

  test('RFC 3261 §10.3: the To URI in every form is one address-of-record (C141)', async () => {
    const server = await bench();
    await server.register({
      to: '<sip:%61lice@EXAMPLE.com:5060;transport=tcp>',
      headers: ['Contact: <sip:a@127.0.0.1:1>'],
    });
    await server.register({ to: 'sip:alice@127.0.0.1', headers: ['Contact: <sip:a@127.0.0.1:2>'] });
    expect(server.contacts()).toHaveLength(2);
  });

  test('RFC 3261 §10.3: Contact * removes all with Expires 0, and is refused otherwise (C142)', async () => {
    const server = await bench();
    await server.register({ headers: [phone, 'Contact: <sip:alice@127.0.0.1:5071>'] });
    const refused = [
      ['Contact: *'],
      ['Contact: *', 'Expires: 60'],
      ['Contact: *', 'Expires: nought'],
      ['Contact: *', phone, 'Expires: 0'],
      ['Contact: *, <sip:b@127.0.0.1>', 'Expires: 0'],
    ];
    for (const headers of refused) expect((await server.register({ headers })).status).toBe(400);
    expect(server.contacts()).toHaveLength(2);
    expect((await server.register({ headers: ['Contact: *', 'Expires: 0'], cseq: 1 })).status).toBe(
      500,
    );
    expect(server.contacts()).toHaveLength(2);
    const response = await server.register({ headers: ['Contact: *', 'Expires: 0'] });
    expect([response.status, listed(response)]).toEqual([200, []]);
    expect(server.contacts()).toEqual([]);
  });

  test('RFC 3261 §10.3: Contact * with another Call-ID removes whatever its CSeq is (C142)', async () => {
    const server = await bench();
    await server.register({ headers: [phone], cseq: 9 });
    await server.register({ headers: ['Contact: *', 'Expires: 0'], callId: 'other', cseq: 1 });
    expect(server.contacts()).toEqual([]);
  });

  test('RFC 3261 §10.3: a CSeq that is not higher fails the whole request, another Call-ID updates (C143)', async () => {
    const server = await bench();
    await server.register({ headers: [phone], cseq: 5 });
    const both = ['Contact: <sip:alice@127.0.0.1:5071>', `${phone};expires=0`];
    for (const cseq of [5, 4])
      expect((await server.register({ headers: both, cseq })).status).toBe(500);
    expect(server.contacts()).toEqual(['sip:alice@127.0.0.1:5070']);
    expect((await server.register({ headers: both, cseq: 1, callId: 'rebooted' })).status).toBe(
      200,
    );
    expect(server.contacts()).toEqual(['sip:alice@127.0.0.1:5071']);
  });

  test('RFC 3261 §10.3: contacts are compared as URIs, so another spelling refreshes (C143)', async () => {
    const server = await bench();
    await server.register({ headers: ['Contact: <sip:%61lice@PHONE.example.com;transport=UDP>'] });
    await server.register({ headers: ['Contact: <sip:alice@phone.example.com;transport=udp>'] });
    expect(server.contacts()).toEqual(['sip:alice@phone.example.com;transport=udp']);
    const rows = await server.storage.queries.selectFrom('binding').select('contact').execute();
    expect(rows).toHaveLength(1);
  });

  test("RFC 3261 §10.3: expiry is the contact's, else that of Expires, else an hour, at most two (C145)", async () => {
    const server = await bench();
    const grants = [
      [[`${phone};expires=120`, 'Expires: 300'], 120],
      [[phone, 'Expires: 300'], 300],
      [[phone], 3600],
      [[`${phone};expires=100000`], 7200],
      [[`${phone};expires=99999999999999999999`], 7200],
      [[`${phone};expires=soon`], 3600],
      [[phone, 'Expires: soon'], 3600],
      [[`${phone};expires=60`], 60],
    ] as const;
    for (const [headers, seconds] of grants) {
      expect(listed(await server.register({ headers }))).toEqual([
        `<sip:alice@127.0.0.1:5070>;expires=${seconds}`,
      ]);
    }
  });

  test('RFC 3261 §10.3: too short a wish is 423 with Min-Expires, for zero never, and changes nothing (C145, A46)', async () => {
    const server = await bench();
    for (const seconds of [1, 59]) {
      const response = await server.register({
        headers: ['Contact: <sip:b@127.0.0.1>', `${phone};expires=${seconds}`],
      });
      expect([response.status, response.rows('Min-Expires')]).toEqual([423, ['60']]);
    }
    expect(server.contacts()).toEqual([]);
    await server.register({ headers: [phone] });
    expect((await server.register({ headers: [`${phone};expires=0`] })).status).toBe(200);
    expect(server.contacts()).toEqual([]);
  });

  test('WebSocket clients and those behind a NAT get at most ten minutes', async () => {
    const server = await bench();
    const nat = flowOf('UDP', { remote: { host: '192.0.2.9', port: 31000 } });
    for (const flow of [flowOf('WS'), nat]) {
      expect(listed(await server.register({ flow, headers: [phone] }))[0]).toMatch(/expires=600$/);
    }
  });

  test('The eleventh contact is 403 and changes nothing (A46)', async () => {
    const server = await bench();
    const many = Array.from(
      { length: 11 },
      (_, at) => `Contact: <sip:alice@127.0.0.1:${6000 + at}>`,
    );
    expect((await server.register({ headers: many })).status).toBe(403);
    expect(server.contacts()).toEqual([]);
    expect((await server.register({ headers: many.slice(0, 10) })).status).toBe(200);
    expect((await server.register({ headers: many.slice(10) })).status).toBe(403);
    expect(
      (await server.register({ headers: [`${many[0]};expires=0`, many[10] ?? ''] })).status,
    ).toBe(200);
    expect(server.contacts()).toHaveLength(10);
  });

  test('RFC 3261 §10.3: two REGISTERs that arrive together are applied whole and in order (C147)', async () => {
    const server = await bench();
    const sent = Array.from({ length: 20 }, (_, at) =>
      server.register({ headers: [phone, `Expires: ${100 + at}`], cseq: at + 1 }),
    );
    const late = server.register({ headers: [`${phone};expires=0`], cseq: 20 });
    const responses = await Promise.all([...sent, late]);
    expect(responses.map((response) => response.status)).toEqual([
      ...Array.from({ length: 20 }, () => 200),
      500,
    ]);
    expect(responses.slice(0, 20).map((response) => listed(response)[0])).toEqual(
      Array.from({ length: 20 }, (_, at) => `<sip:alice@127.0.0.1:5070>;expires=${100 + at}`),
    );
    expect(server.registrar.busy).toBe(0);
  });

  test('a line of waiting REGISTERs for one address has an end', async () => {
    const server = await bench();
    const sent = Array.from({ length: 40 }, () => server.register({ headers: [phone] }));
    const statuses = (await Promise.all(sent)).map((response) => response.status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(32);
    expect(statuses.filter((status) => status === 500)).toHaveLength(8);
  });

  test('A store that fails is a 500 with Retry-After, and nothing of the request is visible (C144, X03)', async () => {
    const server = await bench();
    await server.register({ headers: [phone] });
    const other = new DatabaseSync(join(server.folder, 'offhook.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    const response = await server.register({
      headers: [`${phone};expires=0`, 'Contact: <sip:alice@127.0.0.1:5071>'],
    });
    expect([response.status, response.rows('Retry-After')]).toEqual([500, ['5']]);
    expect(server.contacts()).toEqual(['sip:alice@127.0.0.1:5070']);
    other.close();
    expect((await server.register({ headers: [`${phone};expires=0`] })).status).toBe(200);
  });

  test('A database that is gone is a 500, never a 200 (X05)', async () => {
    const server = await bench();
    await server.storage.close();
    expect((await server.register({ headers: [phone] })).status).toBe(500);
    expect(server.contacts()).toEqual([]);
  });

  test('RFC 3327 §5.3: Path is stored in order and given back, and refused from a client that does not know it (C148)', async () => {
    const server = await bench();
    const paths = [
      'Path: <sip:p1.example.com;lr>, <sip:p2.example.com;lr>',
      'Path: <sip:p3.example.com;lr>',
    ];
    const refused = await server.register({ headers: [phone, ...paths] });
    expect([refused.status, refused.rows('Unsupported')]).toEqual([420, ['path']]);
    const response = await server.register({ headers: [phone, ...paths, 'Supported: path'] });
    const stored = [
      '<sip:p1.example.com;lr>',
      '<sip:p2.example.com;lr>',
      '<sip:p3.example.com;lr>',
    ];
    expect([response.status, response.rows('Path')]).toEqual([200, stored]);
    expect(server.location.bindings(alice)[0]?.path).toEqual(stored);
  });

  test('RFC 3261 §8.2.2.3: an extension that we lack is 420 with its name', async () => {
    const server = await bench();
    const response = await server.register({ headers: [phone, 'Require: path, gruu, foo, bar'] });
    expect([response.status, response.rows('Unsupported')]).toEqual([420, ['foo, bar']]);
  });

  test('malformed or foreign contacts are 400, and nothing changes', async () => {
    const server = await bench();
    const bad = [
      'Contact: <sip:',
      'Contact: <sip:a@b>;q=2',
      'Contact:',
      `${phone}, ${phone.slice(9)}`,
    ];
    for (const header of bad)
      expect((await server.register({ headers: [header] })).status).toBe(400);
    expect(server.contacts()).toEqual([]);
  });

  test('RFC 3261 §10.2.1: a contact of another scheme is kept, listed, refreshed and removed, and outlives the connection', async () => {
    const server = await bench();
    const mail = 'Contact: <mailto:alice@mail.example.com>;q=0.1';
    const response = await server.register({ flow: flowOf('TCP'), headers: [phone, mail] });
    expect(response.status).toBe(200);
    expect(listed(response)).toContainEqual(
      expect.stringContaining('<mailto:alice@mail.example.com>'),
    );
    const kept = server.location
      .bindings(alice)
      .find(({ contact }) => contact.startsWith('mailto'));
    expect([kept?.q, kept?.connection]).toEqual([0.1, false]);
    await server.register({ headers: [mail] });
    expect(server.contacts()).toHaveLength(2);
    await server.register({ headers: [`${mail};expires=0`] });
    expect(server.contacts()).toHaveLength(1);
  });

  test('RFC 5626 §7: a connection that ended while its REGISTER was stored leaves no binding (C151)', async () => {
    const server = await bench();
    const response = await server.register({
      flow: flowOf('WS', { open: false }),
      headers: [phone],
    });
    expect([response.status, listed(response)]).toEqual([200, []]);
  });

  test('what is needed to reach the client is kept with the binding', async () => {
    const server = await bench();
    const headers = [`${phone};reg-id=1;+sip.instance="<urn:uuid:0-0>"`, 'User-Agent: Softphone 1'];
    const response = await server.register({ flow: flowOf('TCP'), headers });
    expect(listed(response)[0]).toContain('+sip.instance="<urn:uuid:0-0>";reg-id=1');
    expect(server.location.bindings(alice)[0]).toMatchObject({
      flow: 'TCP 1',
      connection: true,
      source: { protocol: 'TCP', host: '127.0.0.1', port: 5070 },
      userAgent: 'Softphone 1',
      regId: 1,
    });
  });

  test('RFC 3261 §20.17: dates have two digits for the day, English names and GMT', () => {
    expect(sipDate(Date.UTC(2010, 10, 13, 23, 29, 0))).toBe('Sat, 13 Nov 2010 23:29:00 GMT');
    expect(sipDate(Date.UTC(2026, 8, 1, 0, 0, 5))).toBe('Tue, 01 Sep 2026 00:00:05 GMT');
  });

  test('what looks like SQL, a format or a command comes back as it was registered (A16)', async () => {
    const server = await bench();
    const odd = "sip:'%20OR%201=1--@127.0.0.1:5070;x=%25s%25n";
    const response = await server.register({
      callId: "';DROP_TABLE_binding;--@%s%n",
      headers: [`Contact: <${odd}>`, "User-Agent: %s%n'; DEL x; *)(uid=*"],
    });
    expect(listed(response)).toEqual([`<${odd}>;expires=3600`]);
    const again = await openLocation({
      storage: server.storage,
      clock: server.clock,
      log: silentLogger,
    });
    expect(again.bindings(alice)).toMatchObject([
      { contact: odd, callId: "';DROP_TABLE_binding;--@%s%n", userAgent: "%s%n'; DEL x; *)(uid=*" },
    ]);
    await again.close();
  });
});
