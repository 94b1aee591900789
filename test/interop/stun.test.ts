// STUN with coturn: its client asks our server, and our client asks a server of two addresses.
import { expect, test } from 'vitest';
import { Coturn, hasCoturn } from '../peers/coturn.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed, Program } from '../peers/program.ts';
import { World } from '../peers/world.ts';

test.runIf(installed('turnutils_stunclient'))(
  "coturn's client is told its address by serve",
  async () => {
    await using world = new World();
    const { stunPort } = await Offhook.start(world);
    const client = new Program(world, 'turnutils_stunclient', [
      '-p',
      String(stunPort),
      '127.0.0.1',
    ]);
    await client.prints(/UDP reflexive addr: 127\.0\.0\.1:\d+/);
  },
);

test('offhook stun tells of no NAT and of a server with one address, as our own is', async () => {
  await using world = new World();
  const { stunPort } = await Offhook.start(world);
  const asked = offhook(world, ['stun', `127.0.0.1:${stunPort}`, '--json']);
  expect(await asked.finished(20_000), asked.tail()).toBe(0);
  const told: unknown = JSON.parse(asked.output);
  expect(told).toMatchObject({ event: 'nat', mapping: 'none', filtering: 'unknown' });
  expect(told).toHaveProperty('mapped', Reflect.get(Object(told), 'local'));
});

test.runIf(hasCoturn)(
  'RFC 5780 §4.4: offhook stun finds out by coturn’s second address that anyone may answer here',
  async () => {
    await using world = new World();
    const coturn = await Coturn.start(world);
    const asked = offhook(world, ['stun', `127.0.0.1:${coturn.port}`]);
    expect(await asked.finished(20_000), asked.tail()).toBe(0);
    expect(asked.output).toMatch(/None: the server sees this machine as it is/);
    expect(asked.output).toMatch(/Anyone may answer there/);
  },
);

test('offhook stun says that nothing answers, that there is no such host, and what is no server', async () => {
  await using world = new World();
  const port = await world.ports.take();
  for (const [host, status, words] of [
    [`127.0.0.1:${port}`, 3, /Nothing at .* answers STUN/],
    ['127.0.0.1:99999', 2, /is no STUN server/],
    ['nobody.invalid', 3, /There is no host/],
  ] as const) {
    const asked = offhook(world, ['stun', host]);
    expect(await asked.finished(20_000), asked.tail()).toBe(status);
    expect(asked.output).toMatch(words);
  }
});
