// Other proxies on the way: Kamailio before, behind and between, each of them in the route set.
import { describe, expect, test } from 'vitest';
import { Kamailio } from '../peers/kamailio.ts';
import { Offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

const alice = { user: 'alice', password: 'pw-alice' } as const;

describe.runIf(installed('sipp', 'kamailio'))('Kamailio', () => {
  test('RFC 3261 §16.12: as outbound proxy of a caller stays in the path of its dialog (C157, C172)', async () => {
    await using world = new World();
    const server = await started(world);
    const kamailio = await Kamailio.start(world);
    const phone = await Sipp.start(world, { scenario: 'uas' });
    await registered(world, server, `<sip:dave@127.0.0.1:${phone.port}>`, 'X-No: path');
    const caller = await Sipp.start(world, {
      ...{ scenario: 'user', target: `127.0.0.1:${kamailio.port}`, uri: server.aor('dave') },
      ...{ ...alice, hold: 200 },
    });
    await passed(caller, phone);
  });

  test('RFC 3327 §5.4: as the edge that a phone registered through is on the way to it, and in the dialog (C148)', async () => {
    await using world = new World();
    const server = await started(world);
    const kamailio = await Kamailio.start(world);
    const phone = await Sipp.start(world, { scenario: 'uas' });
    const path = `Path: <${kamailio.route}>`;
    await registered(world, server, `<sip:dave@127.0.0.1:${phone.port}>`, path);
    const caller = await Sipp.start(world, {
      ...{ scenario: 'user', target: server.address, service: 'dave', ...alice, hold: 200 },
    });
    await passed(caller, phone);
  });

  test('RFC 5393 §4.2.2: in a spiral, a call passes us twice, for another user each time (C162)', async () => {
    await using world = new World();
    const server = await started(world);
    const kamailio = await Kamailio.start(world);
    await registered(world, server, `<${server.aor('echo')}>`, `Path: <${kamailio.route}>`);
    const caller = await Sipp.start(world, {
      ...{ scenario: 'user', target: server.address, service: 'dave', ...alice, hold: 200 },
    });
    await passed(caller);
  });
});

async function started(world: World): Promise<Offhook> {
  const server = await Offhook.start(world);
  await server.user('alice');
  await server.user('dave');
  return server;
}

/** Registers dave at `contact`, with a further header line. */
async function registered(
  world: World,
  server: Offhook,
  contact: string,
  line: string,
): Promise<void> {
  const registration = await Sipp.start(world, {
    ...{ scenario: 'register-contact', target: server.address, keys: { contact } },
    ...{ service: 'dave', user: 'dave', password: 'pw-dave' },
    values: { MORE: `${line}\nSupported: path` },
  });
  await passed(registration);
}

async function passed(...all: readonly Sipp[]): Promise<void> {
  for (const one of all) {
    const done = await one.finished(20_000);
    expect(done, done.errors).toMatchObject({ status: 0, failed: 0 });
  }
}
