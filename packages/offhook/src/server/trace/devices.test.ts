// The log of devices: what became of their bindings, and how long their answers take.
import { expect, test } from 'vitest';
import type { Observation } from '@offhook/sip';
import type { DeviceEvent, DeviceLine } from './messages.ts';
import { seen, start, TestKeeper } from './trace.test-kit.ts';

function news(
  event: DeviceEvent['event'],
  at: number,
  changes: Partial<DeviceEvent> = {},
): DeviceEvent {
  return {
    ...{ at: start + at, event, aor: 'sip:alice@example.com', user: 'alice' },
    ...{ device: 'sip:alice@192.0.2.1:5070', contact: 'sip:alice@192.0.2.1:5070' },
    ...{
      userAgent: 'Desk/1',
      instance: undefined,
      transport: 'UDP',
      host: '192.0.2.1',
      port: 5070,
    },
    expiresSeconds: 600,
    ...changes,
  };
}

function devicesOf(world: TestKeeper, user?: string): readonly DeviceLine[] {
  const found = world.keeper.ask({ kind: 'devices', user });
  if (!Array.isArray(found)) throw new TypeError('Not devices');
  return found;
}

test('refreshes that change nothing are one entry; each other thing that happens is one of its own', () => {
  const world = new TestKeeper();
  world.keeper.note([news('registered', 0)]);
  for (let minute = 1; minute <= 60; minute += 1)
    world.keeper.note([news('refreshed', minute * 60_000)]);
  const later = 3_700_000;
  world.keeper.note([
    news('refreshed', later, { port: 5090 }),
    news('expired', later + 600_000, { port: 5090 }),
    news('registered', later, {
      device: 'other',
      user: 'bob',
      aor: 'sip:bob@example.com',
      host: '192.0.2.9',
    }),
  ]);
  const [alice] = devicesOf(world, 'alice');
  expect(alice).toMatchObject({ isRegistered: false, userAgent: 'Desk/1', port: 5090 });
  expect(alice?.log.map(({ event, count, until }) => [event, count, until - start])).toEqual([
    ['expired', 1, later + 600_000],
    ['refreshed', 1, later],
    ['refreshed', 60, 3_600_000],
    ['registered', 1, 0],
  ]);
  world.keeper.close();
  const again = new TestKeeper({ path: world.path });
  expect(devicesOf(again).map(({ aor }) => aor)).toEqual([
    'sip:alice@example.com',
    'sip:bob@example.com',
  ]);
});

test('what we ask a device and it answers measures the way: a request of ours, and our challenge', () => {
  const world = new TestKeeper();
  world.keeper.note([news('registered', 0)]);
  const asked = (at: number, transaction: string): readonly Observation[] => [
    { ...seen('OPTIONS', { at: start + at, direction: 'out' }), ...{ transaction } },
    { ...seen('OPTIONS', { at: start + at + 500, direction: 'out' }), ...{ transaction } },
  ];
  const answered = (at: number, transaction: string): Observation => ({
    ...seen('200 OK', { at: start + at, direction: 'in', cseq: '1 OPTIONS' }),
    ...{ transaction },
  });
  world.keeper.observe([
    ...asked(1_000, 't1'),
    answered(1_030, 't1'),
    answered(1_060, 't1'),
    seen('401 Unauthorized', {
      callId: 'r',
      at: start + 2_000,
      direction: 'out',
      cseq: '1 REGISTER',
    }),
    seen('REGISTER', { callId: 'r', at: start + 2_050, cseq: '2 REGISTER' }),
    ...asked(3_000, 't2'),
    answered(99_000, 't2'),
  ]);
  const [alice] = devicesOf(world);
  expect(alice?.roundTrips).toEqual({
    ...{ last: 50, least: 30, most: 50, mean: 40, count: 2 },
    times: [
      [start + 1_030, 30],
      [start + 2_050, 50],
    ],
  });
});

test('a challenge that is answered before its device is known is measured too', () => {
  const world = new TestKeeper();
  world.keeper.observe([
    seen('401 Unauthorized', { callId: 'r', at: start, direction: 'out', cseq: '1 REGISTER' }),
    seen('REGISTER', { callId: 'r', at: start + 40, cseq: '2 REGISTER' }),
  ]);
  world.keeper.note([news('registered', 41)]);
  expect(devicesOf(world)[0]?.roundTrips).toMatchObject({ last: 40, count: 1 });
});

test('of many measurements the slow ones are kept, from the first hour to the last', () => {
  const world = new TestKeeper();
  world.keeper.note([news('registered', 0)]);
  for (let index = 0; index < 1_000; index += 1) {
    const at = start + index * 1_000;
    const transaction = `t${index}`;
    const answeredAt = at + (index === 500 ? 900 : 20);
    world.keeper.observe([
      { ...seen('OPTIONS', { at, direction: 'out' }), ...{ transaction } },
      {
        ...seen('200 OK', { at: answeredAt, direction: 'in', cseq: '1 OPTIONS' }),
        ...{ transaction },
      },
    ]);
  }
  const times = devicesOf(world)[0]?.roundTrips?.times ?? [];
  expect(times.length).toBeGreaterThan(30);
  expect(times.length).toBeLessThanOrEqual(64);
  expect(times.at(-1)?.[0]).toBe(start + 999_020);
  expect(times[0]?.[0]).toBeLessThan(start + 100_000);
  expect(Math.max(...times.map(([, took]) => took))).toBe(900);
  expect(times.map(([at]) => at)).toEqual(times.map(([at]) => at).toSorted((a, b) => a - b));
});

test('of a device that changes all the time the last entries are kept (A46)', () => {
  const world = new TestKeeper();
  for (let index = 0; index < 500; index += 1)
    world.keeper.note([news('registered', index, { port: index + 1 })]);
  expect(devicesOf(world)[0]?.log).toHaveLength(50);
  const rows = world.engine.read({
    sql: 'SELECT count(*) AS count FROM device_entry',
    parameters: [],
  });
  expect(Number(rows[0]?.['count'])).toBeLessThanOrEqual(200);
});

test('of a user whose device has another name each time the last entries are kept (A46)', () => {
  const world = new TestKeeper();
  for (let index = 0; index < 2_500; index += 1)
    world.keeper.note([news('registered', index, { device: `sip:alice@192.0.2.1:${index}` })]);
  world.keeper.note([news('registered', 0, { user: 'bob', aor: 'sip:bob@example.com' })]);
  const ofAlice = devicesOf(world, 'alice');
  expect(ofAlice).toHaveLength(1_000);
  expect(ofAlice.reduce((sum, { log }) => sum + log.length, 0)).toBeLessThanOrEqual(5_000);
  expect(devicesOf(world, 'bob')).toHaveLength(1);
  const sql = "SELECT count(*) AS count FROM device_entry WHERE user = 'alice'";
  const [row] = world.engine.read({ sql, parameters: [] });
  expect(Number(row?.['count'])).toBe(2_000);
});
