// The screen of devices without a page: asked for while somebody looks, searched, led by keys, reached by links.
import { expect, test } from 'vitest';
import { basicCall } from '../../packages/sip/src/trace/sample/calls.ts';
import { deviceStanding, measuredOf } from '../../packages/web/src/model/trace/device/device.ts';
import type { Device, DeviceEntry } from '../../packages/web/src/model/trace/device/device.ts';
import { ViewerWorld } from './viewer-world.ts';

const start = Date.UTC(2026, 0, 1);

function device(user: string, changes: Partial<DeviceEntry> = {}): Device {
  const place = {
    ...{ aor: `sip:${user}@example.com`, contact: `sip:${user}@192.0.2.1:5070` },
    ...{ userAgent: 'Desk/1', transport: 'UDP', host: '192.0.2.1', port: 5070 },
  };
  const entry: DeviceEntry = {
    ...place,
    ...{ event: 'registered', at: start, until: start, count: 1, expiresSeconds: 600 },
    ...changes,
  };
  const isRegistered = entry.event === 'registered' || entry.event === 'refreshed';
  return { ...place, device: place.contact, isRegistered, log: [entry] };
}

test('Devices are asked for again and again while they are looked at, and not before or after', async () => {
  const world = await ViewerWorld.open((server) => {
    server.kept = basicCall();
    server.registered = [device('alice')];
  });
  const { viewer, devices } = world.opened;
  await world.elapse(20_000);
  expect(world.server.devicesAsked).toBe(0);
  world.press('devices');
  await world.elapse(10);
  expect(devices.shown.value.map(({ aor }) => aor)).toEqual(['sip:alice@example.com']);
  world.server.registered = [device('bob'), device('alice')];
  await world.elapse(4_000);
  expect(devices.shown.value).toHaveLength(2);
  world.server.registered = undefined;
  await world.elapse(4_000);
  expect(devices.state.value).toEqual({ is: 'failed', why: 'not there' });
  // What was there is still to be read.
  expect(devices.shown.value).toHaveLength(2);
  const [kept] = viewer.sources.value;
  viewer.show(kept);
  const asked = world.server.devicesAsked;
  await world.elapse(20_000);
  expect(world.server.devicesAsked).toBe(asked);
});

test('Keys lead through the devices, into their calls and back; the address says where one is', async () => {
  const world = await ViewerWorld.open((server) => {
    server.kept = basicCall();
    server.registered = [device('alice'), device('bob'), device('carol')];
  }, '#devices');
  const { viewer, devices } = world.opened;
  const chosen = (): string | undefined => devices.chosen.value?.aor;
  expect(viewer.showsDevices.value).toBe(true);
  expect(viewer.link.value).toBe('devices');
  devices.act('down');
  devices.act('down');
  expect(chosen()).toBe('sip:bob@example.com');
  expect(viewer.link.value).toBe('devices&device=sip:bob@example.com%20sip:bob@192.0.2.1:5070');
  const again = await ViewerWorld.open((server) => {
    server.registered = [device('alice'), device('bob')];
  }, `#${viewer.link.value}`);
  expect(again.opened.devices.chosen.value?.aor).toBe('sip:bob@example.com');
  devices.act('open');
  expect(viewer.showsDevices.value).toBe(false);
  expect([viewer.source.value?.kind, viewer.filter.value.text]).toEqual(['stored', 'bob']);
  world.press('devices');
  devices.act('help');
  devices.act('back');
  expect([viewer.sheet.value, chosen()]).toEqual([undefined, 'sip:bob@example.com']);
  devices.act('back');
  expect(chosen()).toBeUndefined();
  devices.text.value = 'DESK carol';
  expect(devices.shown.value.map(({ aor }) => aor)).toEqual(['sip:carol@example.com']);
  devices.act('open');
  expect(chosen()).toBe('sip:carol@example.com');
  for (const _ of ['log', 'search', 'screen']) devices.act('back');
  expect([devices.text.value, viewer.showsDevices.value]).toEqual(['', false]);
});

test('A registration that ran out while nobody watched is expired; what was measured stands in the order of time', () => {
  const alice = device('alice');
  expect(deviceStanding(alice, start + 600_000)).toBe('registered');
  expect(deviceStanding(alice, start + 700_000)).toBe('expired');
  expect(deviceStanding(device('alice', { event: 'closed' }), start)).toBe('closed');
  const trips = { last: 3, least: 3, most: 3, mean: 3, count: 1 };
  const [entry] = alice.log;
  if (entry === undefined) throw new Error('A log');
  const log = [
    { ...entry, roundTrips: { ...trips, times: [[start + 9, 3] as const] } },
    { ...entry, roundTrips: trips },
    {
      ...entry,
      roundTrips: { ...trips, times: [[start + 1, 5] as const, [start + 2, 4] as const] },
    },
  ];
  expect(measuredOf({ ...alice, log })).toEqual([
    [start + 1, 5],
    [start + 2, 4],
    [start + 9, 3],
  ]);
});
