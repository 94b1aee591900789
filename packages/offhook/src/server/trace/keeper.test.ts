// What becomes of observations: grouped by call, stored without secrets, found again, explained, and gone when they are old.
import { readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, expect, test, vi } from 'vitest';
import type { Observation } from '@offhook/sip';
import { parseTapLine } from '@offhook/sip/trace';
import { openTraceFile } from './open.ts';
import { prune, usedBy } from './prune.ts';
import { Archive } from './archive.ts';
import { call, seen, start, TestKeeper, usual } from './trace.test-kit.ts';

// Files are slow where many tests write them at once.
/** The first lines of the messages in tap lines. */
function firstLines(lines: readonly string[] | undefined): readonly string[] {
  return (lines ?? []).map((line) => {
    const read = parseTapLine(line);
    if (!read.ok) return read.error.text;
    return read.value.kind === 'message'
      ? (read.value.text.split('\r\n')[0] ?? '')
      : read.value.kind;
  });
}

describe('A call', () => {
  test('is found with all that was observed of it, in the order of time, also after a new start', () => {
    const world = new TestKeeper();
    world.keeper.observe(call().toReversed());
    world.keeper.close();
    const again = new TestKeeper({ path: world.path });
    expect(firstLines(again.lines({ call: 'call-1' }))).toEqual([
      'INVITE sip:bob@example.com SIP/2.0',
      'SIP/2.0 180 Ringing',
      'SIP/2.0 200 OK',
      'ACK sip:bob@example.com SIP/2.0',
      'BYE sip:bob@example.com SIP/2.0',
      'SIP/2.0 200 OK',
    ]);
    expect(again.calls().calls).toMatchObject([
      { id: 'call-1', method: 'INVITE', status: 200, over: true, messages: 6, startedAt: start },
    ]);
    expect(again.lines({ call: 'call-2' })).toBeUndefined();
    expect(statSync(world.path).mode & 0o777).toBe(0o600);
  });

  test('is explained when it is over and quiet, and what it has in its list says so', () => {
    const world = new TestKeeper();
    world.keeper.observe(call({}, '486 Busy Here'));
    world.pass(4_000);
    const told = 'SELECT told FROM call';
    expect(world.engine.read({ sql: told, parameters: [] })).toEqual([{ told: 1 }]);
    const [first] = world.calls().calls;
    expect(first).toMatchObject({ status: 486, over: true, caller: '192.0.2.1:5070' });
    expect(first?.happened).not.toBe('');
  });

  test('that goes on is explained when nothing was heard of it for a minute: its end is near, or nobody knows of it', () => {
    const world = new TestKeeper();
    world.keeper.observe(call().slice(0, 4));
    const told = () => world.engine.read({ sql: 'SELECT told FROM call', parameters: [] });
    world.pass(10_000);
    expect(told()).toEqual([{ told: 0 }]);
    world.pass(60_000);
    expect(told()).toEqual([{ told: 1 }]);
  });

  test('waits with being explained as long as writing others takes the time', () => {
    const world = new TestKeeper();
    let took = 0;
    const now = world.clock.now.bind(world.clock);
    vi.spyOn(world.clock, 'now').mockImplementation(() => now() + (took += 5));
    const told = () =>
      world.engine.read({ sql: 'SELECT told FROM call WHERE id = 1', parameters: [] });
    world.keeper.observe(call());
    for (let index = 0; index < 40; index += 1) {
      world.keeper.observe(call({ callId: `other-${index}` }).slice(0, 4));
      world.pass(250);
    }
    expect(told()).toEqual([{ told: 0 }]);
    world.pass(2_000);
    expect(told()).toEqual([{ told: 1 }]);
  });

  test('is found by its fault also when the system ended before it was explained; once explained it stays so when it leaves memory', () => {
    const world = new TestKeeper();
    world.keeper.observe(call({}, '486 Busy Here'));
    world.keeper.close();
    const again = new TestKeeper({ path: world.path });
    expect(again.ids({ fault: 'refused' })).toEqual(['call-1']);
    const archive = new Archive(again.engine);
    const left = archive.find('call-1')?.call;
    if (left === undefined) throw new TypeError('No call');
    archive.leaving(left);
    expect(archive.countUntold(undefined)).toBe(0);
    expect(archive.untold('alice')).toEqual([]);
  });

  test('is found by its fault as soon as it was looked at; how many were not yet is told', () => {
    const world = new TestKeeper();
    for (let index = 0; index < 30; index += 1)
      world.keeper.observe(call({ callId: `busy-${index}`, from: index < 3 ? 'carol' : 'alice' }));
    let took = 0;
    const now = world.clock.now.bind(world.clock);
    vi.spyOn(world.clock, 'now').mockImplementation(() => now() + (took += 100));
    const first = world.calls({ fault: 'no-answer' });
    expect(first.unexplained).toBeGreaterThan(10);
    expect(world.calls({ fault: 'no-answer' }).unexplained).toBeLessThan(first.unexplained);
    expect(world.calls({ fault: 'no-answer', user: 'carol' }).unexplained).toBe(0);
    expect(world.calls().unexplained).toBe(0);
  });

  test('goes on with the steps of machines and the media of its sessions; a closed connection is told to the calls on it', () => {
    const world = new TestKeeper();
    const at = start + 100;
    const machine = {
      v: 1,
      at,
      endpoint: 'server',
      id: 's1',
      event: 'made',
      after: 'Early',
      actions: [],
      timers: [],
    } as const;
    const media = {
      sentPackets: 1,
      receivedPackets: 1,
      lostPackets: 0,
      jitterMilliseconds: 0,
      codec: 'PCMU',
    };
    const flow = { protocol: 'WS', flow: 'ws-1' };
    const closed: Observation = {
      ...{ v: 1, kind: 'flow', at: at + 10, endpoint: 'server', event: 'closed', ...flow },
      ...{ local: { host: '127.0.0.1', port: 8080 }, remote: { host: '127.0.0.1', port: 4 } },
    };
    world.keeper.observe([
      seen('INVITE', flow),
      { ...machine, kind: 'session', callId: 'call-1' },
      { ...machine, kind: 'media', session: 's1', line: 0, ...media },
      { ...machine, kind: 'media', session: 's2', line: 0, ...media },
      closed,
    ]);
    expect(firstLines(world.lines({ call: 'call-1' }))).toEqual([
      'INVITE sip:bob@example.com SIP/2.0',
      'session',
      'media',
      'flow',
    ]);
  });

  test('keeps its beginning and its end when somebody makes it endless (X18)', () => {
    const world = new TestKeeper();
    world.keeper.observe([seen('INVITE')]);
    for (let index = 0; index < 350; index += 1)
      world.keeper.observe([
        seen('INFO', { cseq: `${index + 2} INFO`, at: start + index, body: 'x'.repeat(20_000) }),
      ]);
    const lines = world.lines({ call: 'call-1' }) ?? [];
    expect(lines.join('').length).toBeLessThan(4_600_000);
    expect(lines[0]).toContain('INVITE sip:bob');
    expect(lines.at(-1)).toContain('351 INFO');
  });
});

describe('Legs', () => {
  const half = 'ab'.repeat(16);
  const other = 'cd'.repeat(16);

  test('are one call when they share a Session-ID and a user, whichever is asked for', () => {
    const world = new TestKeeper();
    world.keeper.observe([
      seen('INVITE', { headers: [`Session-ID: ${half};remote=${'0'.repeat(32)}`] }),
      seen('INVITE', {
        callId: 'leg-2',
        at: start + 5,
        headers: [`Session-ID: ${other};remote=${half}`],
      }),
    ]);
    expect(world.ids()).toEqual(['call-1']);
    for (const name of ['call-1', 'leg-2']) expect(world.lines({ call: name })).toHaveLength(2);
    world.keeper.close();
    const again = new TestKeeper({ path: world.path });
    again.keeper.observe([seen('BYE', { callId: 'leg-2', cseq: '2 BYE', at: start + 50 })]);
    expect(again.lines({ call: 'call-1' })).toHaveLength(3);
  });

  test('a stranger who writes the name of another’s call into his own sees nothing of it (A21)', () => {
    const world = new TestKeeper();
    world.keeper.observe([
      seen('INVITE', { headers: [`Session-ID: ${half}`] }),
      seen('INVITE', {
        callId: 'mine',
        from: 'eve',
        to: 'echo',
        headers: [`Session-ID: ${half}`, 'X-CID: call-1'],
      }),
    ]);
    expect(world.lines({ call: 'mine', user: 'eve' })).toHaveLength(1);
    expect(world.lines({ call: 'call-1', user: 'eve' })).toBeUndefined();
    expect(world.ids({ user: 'eve' })).toEqual(['mine']);
  });
});

describe('A search', () => {
  function filled(): TestKeeper {
    const world = new TestKeeper();
    for (const [index, from, final] of [
      [1, 'alice', '200 OK'],
      [2, 'carol', '486 Busy Here'],
      [3, 'dave', '480 Temporarily Unavailable'],
      [4, '100%', '200 OK'],
    ] as const)
      world.keeper.observe(
        call(
          { callId: `id-${index}`, from: from.replace('%', '%25'), at: start + index * 60_000 },
          final,
        ),
      );
    world.keeper.observe([seen('REGISTER', { callId: 'reg', to: 'alice', at: start })]);
    return world;
  }

  test.each([
    [{}, ['id-4', 'id-3', 'id-2', 'id-1', 'reg']],
    [{ text: 'CAROL' }, ['id-2']],
    [{ text: 'id-3' }, ['id-3']],
    [{ text: '100%' }, ['id-4']],
    [{ text: '%' }, ['id-4']],
    [{ text: "' OR 1=1--" }, []],
    [{ status: '486' }, ['id-2']],
    [{ status: '4xx' }, ['id-3', 'id-2']],
    [{ user: 'alice' }, ['id-1', 'reg']],
    [{ user: 'nobody' }, []],
    [{ since: start + 120_000, until: start + 180_001 }, ['id-3', 'id-2']],
    [{ before: start + 120_000 }, ['id-1', 'reg']],
    [{ fault: 'no-such-rule' }, []],
  ])('%j finds %j (A16)', (query, ids) => {
    expect(filled().ids(query)).toEqual(ids);
  });

  test('an answer says whether there are more', () => {
    const world = filled();
    const { calls, more } = world.calls({ limit: 2 });
    expect([calls.map(({ id }) => id), more]).toEqual([['id-4', 'id-3'], true]);
    expect(world.calls({ limit: 5 }).more).toBe(false);
  });
});

describe('What is kept', () => {
  test('holds no secret of 500 messages, and no word of a MESSAGE', () => {
    const world = new TestKeeper();
    const secrets = [
      's3cret-response',
      's3cret-nonce',
      's3cret-token',
      's3cret-key',
      's3cret-pwd',
      's3cret-words',
    ];
    for (let index = 0; index < 100; index += 1) {
      const at = start + index;
      world.keeper.observe([
        seen('INVITE', {
          callId: `a${index}`,
          at,
          headers: [
            'Authorization: Digest username="alice", nonce="s3cret-nonce", response="s3cret-response"',
          ],
        }),
        seen('REGISTER', {
          callId: `b${index}`,
          at,
          headers: ['Authorization: Bearer s3cret-token'],
        }),
        seen('INVITE', {
          callId: `c${index}`,
          at,
          body: 'v=0\r\na=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:s3cret-key\r\na=ice-pwd:s3cret-pwd\r\n',
        }),
        seen('MESSAGE', { callId: `d${index}`, at, body: 's3cret-words' }),
        {
          v: 1,
          kind: 'dropped',
          at,
          endpoint: 'server',
          flow: 'f',
          remote: { host: '192.0.2.1', port: 1 },
          reason: 'bad',
          text: `MESSAGE sip:b SIP/2.0\r\nCall-ID: d${index}\r\n\r\ns3cret-words`,
        },
      ]);
    }
    const texts = ['a', 'b', 'c', 'd'].flatMap((leg) =>
      Array.from(
        { length: 100 },
        (_, index) => world.lines({ call: `${leg}${index}` }) ?? [],
      ).flat(),
    );
    expect(texts).toHaveLength(500);
    world.keeper.close();
    const file = readFileSync(world.path, 'latin1');
    for (const secret of secrets) expect(texts.join('\n') + file).not.toContain(secret);
  });

  test('is gone after its time, and calls with it', () => {
    const world = new TestKeeper({ limits: { ...usual, age: 3_600_000 } });
    const now = world.clock.wall();
    world.keeper.observe([...call({ at: now }), ...call({ callId: 'later', at: now + 1_800_000 })]);
    world.pass(5_000);
    world.clock.advance(3_600_000);
    world.pass(5_000);
    expect(world.ids()).toEqual(['later']);
    expect(world.lines({ call: 'call-1' })).toBeUndefined();
  });

  test('stays below its size: registrations go before calls, and old calls before new ones', () => {
    const limits = { ...usual, size: 600_000 };
    const world = new TestKeeper({ limits });
    const archive = new Archive(world.engine);
    const now = world.clock.wall();
    for (let index = 0; index < 200; index += 1) {
      world.keeper.observe([
        seen('REGISTER', { callId: `r${index}`, at: now + index, body: noise(index) }),
        seen('INVITE', { callId: `c${index}`, at: now + index, body: noise(index + 5_000) }),
      ]);
      world.keeper.ask({ kind: 'settle' });
      while (prune(archive, limits, now));
    }
    expect(usedBy(archive)).toBeLessThan(limits.size * 1.2);
    const rows = world.engine.read({
      sql: 'SELECT exchange, count(*) AS count FROM call GROUP BY exchange ORDER BY exchange',
      parameters: [],
    });
    const [calls = 0, exchanges = 0] = rows.map(({ count }) => Number(count));
    expect(calls).toBeGreaterThan(exchanges);
    expect(world.ids({ limit: 1, text: 'c' })).toEqual(['c199']);
  });

  test('a flood of calls that agents tell of pushes none of our own out (X18)', () => {
    const limits = { ...usual, size: 600_000 };
    const world = new TestKeeper({ limits });
    const archive = new Archive(world.engine);
    const now = world.clock.wall();
    for (let index = 0; index < 20; index += 1)
      world.keeper.observe([seen('INVITE', { callId: `own-${index}`, at: now })]);
    for (let index = 0; index < 400; index += 1) {
      const body = noise(index);
      const told = seen('INVITE', { callId: `far-${index}`, at: now + 1, endpoint: '', body });
      world.keeper.observe([told], 'agent');
      world.keeper.ask({ kind: 'settle' });
      while (prune(archive, limits, now));
    }
    expect(usedBy(archive)).toBeLessThan(limits.size * 1.2);
    expect(world.ids({ text: 'own-' })).toHaveLength(20);
    expect(world.ids({ text: 'far-' }).length).toBeGreaterThan(0);
  });
});

/** Incompressible, as far as it can be in text. */
function noise(seed: number): string {
  let value = seed + 1;
  return Array.from({ length: 3_000 }, () => {
    value = (Math.imul(value, 1_103_515_245) + 12_345) >>> 0;
    return (33 + ((value >>> 16) % 90)).toString(36);
  }).join('');
}

describe('The file', () => {
  test('that is full costs traces alone: told once, and once when it is over (X04)', () => {
    const world = new TestKeeper();
    world.engine.read({ sql: 'PRAGMA max_page_count = 20', parameters: [] });
    const troubles = (): readonly string[] =>
      world.told.flatMap((message) => (message.kind === 'trouble' ? [message.trouble.is] : []));
    for (let index = 0; index < 200; index += 1) {
      world.keeper.observe(
        call({ callId: `full-${index}`, body: Math.sin(index).toString(36).repeat(500) }),
      );
      world.pass(500);
    }
    expect(troubles()).toEqual(['begins']);
    world.engine.read({ sql: 'PRAGMA max_page_count = 100000', parameters: [] });
    world.keeper.observe(call({ callId: 'after' }));
    world.pass(2_000);
    expect(troubles()).toEqual(['begins', 'over']);
    expect(world.lines({ call: 'after' })).toHaveLength(6);
  });

  test('leaves room on its disk for registrations: what comes meanwhile is lost, and told (X04)', () => {
    const world = new TestKeeper();
    world.keeper.observe(call());
    world.pass(2_000);
    world.free = 19_000_000;
    world.keeper.observe(call({ callId: 'lost' }));
    world.pass(2_000);
    world.free = 21_000_000;
    world.keeper.observe(call({ callId: 'after' }));
    world.pass(2_000);
    expect(world.ids().toSorted()).toEqual(['after', 'call-1']);
    expect(world.told.map(({ kind }) => kind)).toEqual(['trouble', 'trouble']);
    expect(world.calls().gaps).toMatchObject([{ records: 6 }]);
    expect(world.calls({ user: 'alice' }).gaps).toEqual([]);
    expect(world.calls({ until: 0 }).gaps).toEqual([]);
  });

  test.each([
    ['garbage', (path: string) => writeFileSync(path, 'this is no database'.repeat(300))],
    [
      'a file of another version',
      (path: string) =>
        openTraceFile(path).engine.read({ sql: 'PRAGMA user_version = 99', parameters: [] }),
    ],
    ['nothing', (path: string) => truncateSync(path, 0)],
  ])('%s in its place gives way to a new one (X06)', (_what, spoil) => {
    const world = new TestKeeper();
    world.keeper.observe(call());
    world.keeper.close();
    spoil(world.path);
    const again = new TestKeeper({ path: world.path });
    again.keeper.observe(call({ callId: 'new' }));
    expect(again.ids()).toEqual(['new']);
  });
});
