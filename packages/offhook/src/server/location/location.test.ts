// The location service over restarts, expiry, dead connections and failing storage.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, describe, expect, test } from 'vitest';
import { silentLogger, systemClock } from '@offhook/sip';
import type { Protocol } from '@offhook/sip';
import { parseUri } from '@offhook/sip/message';
import { settle, VirtualClock } from '@offhook/sip/testing';
import { openStorage } from '../storage/storage.ts';
import { readyFolder } from '../storage/ready-folder.test-kit.ts';
import type { Storage } from '../storage/storage.ts';
import { canonicalAor, ownDomains } from './aor.ts';
import { openLocation } from './sqlite-store.ts';
import type { Binding, LocationStore } from './store.ts';

const folders: string[] = [];
const open: Storage[] = [];
const alice = 'sip:alice@example.com';

afterEach(async () => {
  for (const storage of open.splice(0)) await storage.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** The process that is killed: registers as fast as it can, and tells of each registration that was acknowledged. */
const registerForever = `
import { openStorage } from '${new URL('../storage/storage.ts', import.meta.url).href}';
import { openLocation } from '${new URL('./sqlite-store.ts', import.meta.url).href}';
const quiet = () => {};
const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const clock = { now: () => performance.now(), wall: () => Date.now(), after: (wait, fire) => ({ cancel: clearTimeout.bind(null, setTimeout(fire, wait)) }) };
const storage = await openStorage({ folder: process.argv[2], clock, log });
const location = await openLocation({ storage, clock, log });
const line = async (name) => {
  for (let at = 0; ; at += 1) {
    const aor = 'sip:user' + name + '-' + at + '@example.com';
    const source = { protocol: 'UDP', host: '127.0.0.1', port: 5070 };
    const binding = { contact: 'sip:' + name + '@127.0.0.1:5070', due: clock.now() + 3600000, callId: 'c', cseq: 1, flow: 'udp', connection: false, source, path: [] };
    await location.change(aor, { put: [binding], remove: [] });
    process.stdout.write(aor + '\\n');
  }
};
await Promise.all(Array.from({ length: 20 }, (_, name) => line(name)));
`;

interface Node {
  readonly folder: string;
  readonly storage: Storage;
  readonly location: LocationStore;
  readonly clock: VirtualClock;
}

async function start(given?: string, clock = new VirtualClock()): Promise<Node> {
  const folder = given ?? (await readyFolder('location'));
  folders.push(folder);
  const storage = await openStorage({ folder, clock, log: silentLogger });
  open.push(storage);
  return {
    folder,
    storage,
    clock,
    location: await openLocation({ storage, clock, log: silentLogger }),
  };
}

async function restart(node: Node, wall: number = node.clock.wall()): Promise<Node> {
  await node.location.close();
  await node.storage.close();
  return start(node.folder, new VirtualClock({ wall }));
}

function binding(
  contact: string,
  rest: Partial<Binding> & { seconds?: number; clock?: VirtualClock } = {},
): Binding {
  const { seconds = 3600, clock, ...given } = rest;
  return {
    contact,
    q: undefined,
    due: (clock?.now() ?? 0) + seconds * 1000,
    callId: 'c1',
    cseq: 1,
    flow: 'udp 127.0.0.1:5060 127.0.0.1:5070',
    connection: false,
    source: { protocol: 'UDP', host: '127.0.0.1', port: 5070 },
    userAgent: 'phone',
    path: [],
    instance: undefined,
    regId: undefined,
    ...given,
  };
}

function contacts(location: LocationStore, aor = alice): string[] {
  return location.bindings(aor).map((one) => one.contact);
}

async function rows(storage: Storage): Promise<number> {
  return (await storage.queries.selectFrom('binding').select('contact').execute()).length;
}

describe('location', () => {
  test('the preferred contact comes first, of equal ones the newest', async () => {
    const { location } = await start();
    await location.change(alice, { put: [binding('sip:a@h1', { q: 0.5 })], remove: [] });
    await location.change(alice, { put: [binding('sip:a@h2')], remove: [] });
    await location.change(alice, { put: [binding('sip:a@h3', { q: 1 })], remove: [] });
    expect(contacts(location)).toEqual(['sip:a@h3', 'sip:a@h2', 'sip:a@h1']);
    await location.change(alice, { put: [binding('sip:a@h2')], remove: ['sip:a@h3'] });
    expect(contacts(location)).toEqual(['sip:a@h2', 'sip:a@h1']);
    expect(location.size).toBe(2);
  });

  test('an expired binding is gone from look-ups at once, and from memory and disk soon', async () => {
    const { location, clock, storage } = await start();
    await location.change(alice, {
      put: [binding('sip:a@h1', { seconds: 60 }), binding('sip:a@h2')],
      remove: [],
    });
    clock.advance(59_999);
    expect(contacts(location)).toHaveLength(2);
    clock.advance(1);
    expect(contacts(location)).toEqual(['sip:a@h2']);
    clock.advance(10_000);
    await settle();
    expect(await rows(storage)).toBe(1);
    clock.advance(3_600_000);
    expect(location.aors()).toEqual([]);
    await settle();
    expect(await rows(storage)).toBe(0);
    // Only the next backup is left to do.
    expect(clock.pending).toBe(1);
  });

  test('a refresh that is being stored while the old binding expires is not lost', async () => {
    const node = await start();
    const { location, clock } = node;
    await location.change(alice, { put: [binding('sip:a@h1', { seconds: 9 })], remove: [] });
    const refresh = location.change(alice, {
      put: [binding('sip:a@h1', { clock, seconds: 100 })],
      remove: [],
    });
    clock.advance(10_000);
    expect(contacts(location)).toEqual([]);
    await refresh;
    expect(contacts(location)).toEqual(['sip:a@h1']);
    expect(contacts((await restart(node)).location)).toEqual(['sip:a@h1']);
  });

  test('X02: bindings come back after a restart with the time that is left, and all that was stored with them', async () => {
    const node = await start();
    const rich = binding('sip:a@h1;x=\u00e9', {
      q: 0.7,
      path: ['<sip:p1;lr>', '<sip:p2;lr>'],
      instance: '"<urn:uuid:1>"',
      regId: 3,
      callId: 'c9',
      cseq: 4294967295,
    });
    await node.location.change(alice, { put: [rich], remove: [] });
    node.clock.advance(600_000);
    const next = await restart(node, node.clock.wall() + 60_000);
    expect(next.location.bindings(alice)).toMatchObject([{ ...rich, due: 2_940_000 }]);
    next.clock.advance(2_940_000);
    expect(contacts(next.location)).toEqual([]);
  });

  test('X14: a date that was set back while we were down gives no binding more than two hours', async () => {
    const node = await start();
    await node.location.change(alice, { put: [binding('sip:a@h1')], remove: [] });
    const next = await restart(node, node.clock.wall() - 86_400_000);
    next.clock.advance(7_200_000);
    expect(contacts(next.location)).toEqual([]);
  });

  test('RFC 5626 §7: a closed connection ends every binding on it, whatever the address-of-record (C151)', async () => {
    const { location, storage } = await start();
    const ws = {
      flow: 'ws 1',
      connection: true,
      source: { protocol: 'WS' as const, host: '127.0.0.1', port: 40000 },
    };
    await location.change(alice, {
      put: [binding('sip:x@y.invalid', ws), binding('sip:a@h1')],
      remove: [],
    });
    await location.change('sip:bob@example.com', {
      put: [binding('sip:z@y.invalid', ws)],
      remove: [],
    });
    await location.change('sip:carol@example.com', {
      put: [binding('sip:w@y.invalid', { ...ws, flow: 'ws 2' })],
      remove: [],
    });
    location.flowClosed('ws 1');
    expect(contacts(location)).toEqual(['sip:a@h1']);
    expect(location.aors()).toEqual([alice, 'sip:carol@example.com']);
    location.flowClosed('udp 127.0.0.1:5060 127.0.0.1:5070');
    expect(contacts(location)).toEqual(['sip:a@h1']);
    await settle();
    expect(await rows(storage)).toBe(2);
  });

  test('a contact that came back on a new connection outlives the end of the old one', async () => {
    const { location } = await start();
    const on = (flow: string): Binding => binding('sip:x@y.invalid', { flow, connection: true });
    await location.change(alice, { put: [on('ws 1')], remove: [] });
    await location.change(alice, { put: [on('ws 2')], remove: [] });
    location.flowClosed('ws 1');
    expect(contacts(location)).toEqual(['sip:x@y.invalid']);
    location.flowClosed('ws 2');
    expect(contacts(location)).toEqual([]);
  });

  test.each<[string, Protocol, string, boolean]>([
    ['a WebSocket client', 'WS', 'sip:abc@df7jal23ls0d.invalid', false],
    ['a WebSocket client that names an address', 'WS', 'sip:abc@192.0.2.1:7000', false],
    ['a TCP client that listens', 'TCP', 'sip:a@192.0.2.1', true],
    ['a TCP client that names its connection', 'TCP', 'sip:a@192.0.2.1:40000', false],
    ['a TCP client behind a NAT', 'TCP', 'sip:a@10.0.0.7:5060', false],
    ['a TCP client with a name', 'TCP', 'sip:a@phone.example.com', true],
    ['a UDP client', 'UDP', 'sip:a@10.0.0.7:5060', true],
  ])('RFC 5626 §7: %s after a restart (C151)', async (_name, protocol, contact, lives) => {
    const node = await start();
    const source = { protocol, host: '192.0.2.1', port: 40000 };
    const one = binding(contact, { flow: 'f1', connection: protocol !== 'UDP', source });
    await node.location.change(alice, { put: [one], remove: [] });
    const next = await restart(node);
    expect(contacts(next.location)).toEqual(lives ? [contact] : []);
    await settle();
    expect(await rows(next.storage)).toBe(lives ? 1 : 0);
  });

  test('RFC 3261 §10.3: when one row cannot be stored none becomes visible (C144)', async () => {
    const { location, storage } = await start();
    const broken = binding('sip:a@h2', { callId: Number.NaN as unknown as string });
    await expect(
      location.change(alice, { put: [binding('sip:a@h1'), broken], remove: [] }),
    ).rejects.toThrow('NOT NULL');
    expect(contacts(location)).toEqual([]);
    expect(await rows(storage)).toBe(0);
  });

  test('X03: while the database is locked look-ups go on, and a change that failed is not visible', async () => {
    const { location, folder } = await start();
    await location.change(alice, { put: [binding('sip:a@h1')], remove: [] });
    const other = new DatabaseSync(join(folder, 'offhook.sqlite'));
    other.exec('BEGIN IMMEDIATE');
    const change = location.change(alice, { put: [binding('sip:a@h2')], remove: ['sip:a@h1'] });
    expect(contacts(location)).toEqual(['sip:a@h1']);
    await expect(change).rejects.toMatchObject({ code: 'STORAGE_BUSY' });
    expect(contacts(location)).toEqual(['sip:a@h1']);
    other.close();
  });

  test('X01: kill -9 under load loses no registration that was acknowledged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'offhook-kill-'));
    folders.push(folder);
    const program = join(folder, 'child.mjs');
    writeFileSync(program, registerForever);
    const acknowledged = new Set<string>();
    for (let round = 1; round <= 2; round += 1) {
      const child = spawn(process.execPath, ['--conditions=offhook-source', program, folder], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let rest = '';
      child.stdout.setEncoding('latin1').on('data', (text: string) => {
        const lines = (rest + text).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) acknowledged.add(`${round} ${line}`);
        if (acknowledged.size >= round * 500) child.kill('SIGKILL');
      });
      await new Promise((resolve) => child.once('close', resolve));
      const storage = await openStorage({ folder, clock: systemClock, log: silentLogger });
      open.push(storage);
      const location = await openLocation({ storage, clock: systemClock, log: silentLogger });
      const stored = new Set(location.aors());
      const lost = [...acknowledged].filter((line) => !stored.has(line.slice(2)));
      expect(lost).toEqual([]);
      await location.close();
      await storage.close();
    }
    expect(acknowledged.size).toBeGreaterThanOrEqual(1000);
  });
});

describe('address-of-record', () => {
  const domainOf = ownDomains([
    { domain: 'Example.com', aliases: ['127.0.0.1', '[::1]', 'localhost'] },
  ]);

  function canonical(text: string): string | undefined {
    const parsed = parseUri(text);
    return parsed.ok ? canonicalAor(parsed.value, domainOf)?.text : undefined;
  }

  test('RFC 3261 §10.3: one form for registrar and proxy: no parameters, escapes decoded (C141)', () => {
    const forms = [
      'sip:alice@example.com',
      'sip:alice@EXAMPLE.COM;transport=tcp;user=phone',
      'sip:%61lic%65@example.com.',
      'sips:alice@localhost',
      'sip:alice@127.0.0.1:5060',
      'sip:alice@[::1]',
      'sip:alice:secret@example.com?Subject=x',
    ];
    expect(new Set(forms.map(canonical))).toEqual(new Set([alice]));
    expect(canonical('sip:Alice@example.com')).toBe('sip:Alice@example.com');
    expect(canonical('sip:j%C3%A4son@example.com')).toBe('sip:j\u00e4son@example.com');
  });

  test('RFC 3261 §10.3: other domains, addresses without user and other schemes have none (C140)', () => {
    for (const text of [
      'sip:alice@example.org',
      'sip:alice@evil.example.com',
      'sip:example.com',
      'tel:+491',
      'mailto:a@example.com',
    ]) {
      expect(canonical(text)).toBeUndefined();
    }
  });
});
