// Calls that ring in several places: SIPp as the phones and as the caller, the system between them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Baresip } from '../peers/baresip.ts';
import { Linphone } from '../peers/linphone.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import type { SippOptions } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

const surroundings = new World(150_000);
let house: House;

beforeAll(async () => {
  if (installed('sipp'))
    house = await House.open(surroundings, [
      'dave',
      'erin',
      'frank',
      'grace',
      'heidi',
      'ivan',
      'judy',
      'kate',
    ]);
});

afterAll(() => surroundings[Symbol.asyncDispose]());

describe.runIf(installed('sipp'))('a call to a user with two phones', () => {
  test('rings at both; where nobody answers the call is cancelled (C168)', async () => {
    await using world = new World();
    const phones = [
      await house.phone(world, 'dave', { scenario: 'uas-cancelled-behind' }),
      await house.phone(world, 'dave', { scenario: 'uas' }),
    ];
    await passed(await house.call(world, 'dave', { scenario: 'user', hold: 100 }), ...phones);
  });

  test('answered by both at once, it goes on with one, and the other gets ACK and BYE (C108, C164)', async () => {
    await using world = new World();
    const phones = [
      await house.phone(world, 'erin', { scenario: 'uas-at-once' }),
      await house.phone(world, 'erin', { scenario: 'uas-at-once' }),
    ];
    const caller = offhook(
      world,
      ['call', house.server.aor('erin'), '--user', 'alice', '--seconds', '1', '--json', '--quiet'],
      { OFFHOOK_PASSWORD: 'pw-alice' },
    );
    expect(await caller.finished(20_000), caller.tail()).toBe(0);
    await passed(...phones);
  });

  test('with another q reaches the second only when the first has refused (C163, C165)', async () => {
    // Rung at the same time, the second would answer, and a CANCEL would come to the first, which expects none.
    const busy = { scenario: 'uas-refuses', values: { STATUS: '486 Busy Here' }, hold: 700 };
    await using world = new World();
    const phones = [
      await house.phone(world, 'frank', busy, ';q=0.9'),
      await house.phone(world, 'frank', { scenario: 'uas' }, ';q=0.3'),
    ];
    await passed(await house.call(world, 'frank', { scenario: 'user', hold: 100 }), ...phones);
  });

  test('declined at one rings no longer at the other, and the caller hears of it (C167)', async () => {
    const declines = { scenario: 'uas-refuses', values: { STATUS: '603 Decline' }, hold: 400 };
    await using world = new World();
    const phones = [
      await house.phone(world, 'grace', { scenario: 'uas-cancelled-behind' }),
      await house.phone(world, 'grace', declines),
    ];
    const caller = await house.call(world, 'grace', {
      scenario: 'user-expects-failure',
      values: { STATUS: '603' },
    });
    await passed(caller, ...phones);
  });

  test('given up by the caller stops at both (C170)', async () => {
    await using world = new World();
    const phones = [
      await house.phone(world, 'kate', { scenario: 'uas-cancelled-behind' }),
      await house.phone(world, 'kate', { scenario: 'uas-cancelled-behind' }),
    ];
    await passed(await house.call(world, 'kate', { scenario: 'user-cancels' }), ...phones);
  });

  test('refused at both is refused with the better reason (C165)', async () => {
    await using world = new World();
    const phones = [
      await house.phone(world, 'heidi', {
        scenario: 'uas-refuses',
        values: { STATUS: '503 Out' },
        hold: 100,
      }),
      await house.phone(world, 'heidi', {
        scenario: 'uas-refuses',
        values: { STATUS: '486 Busy' },
        hold: 200,
      }),
    ];
    const caller = await house.call(world, 'heidi', {
      scenario: 'user-expects-failure',
      values: { STATUS: '486' },
    });
    await passed(caller, ...phones);
  });
});

test.runIf(installed('sipp'))(
  'an answer that is not acknowledged for long is repeated through the proxy until it is (C172)',
  async () => {
    await using world = new World();
    const phone = await house.phone(world, 'ivan', { scenario: 'uas' });
    const caller = await house.call(world, 'ivan', { scenario: 'user-late-ack', hold: 100 });
    await passed(caller, phone);
    expect(phone.counts().retransmissions).toBeGreaterThanOrEqual(1);
  },
);

test.runIf(installed('sipp', 'baresip', 'linphonec'))(
  'baresip and linphonec of one user ring together, and when one has answered the other rings no longer (C164, C168)',
  async () => {
    await using world = new World();
    const login = { user: 'judy', server: house.server.address, password: 'pw-judy' };
    const bare = await Baresip.start(world, { ...login, answer: 'manual' });
    const linphone = await Linphone.start(world, { ...login, answer: 'manual' });
    await bare.registered();
    await linphone.registered();
    const caller = offhook(
      world,
      ['call', house.server.aor('judy'), '--user', 'alice', '--seconds', '1', '--json', '--quiet'],
      { OFFHOOK_PASSWORD: 'pw-alice' },
    );
    await bare.sees('CALL_INCOMING');
    await linphone.prints(/incoming call/i);
    await bare.tell('accept');
    await linphone.prints(/call .*(?:ended|missed)/i);
    expect(await caller.finished(20_000), caller.tail()).toBe(0);
    await bare.sees('CALL_CLOSED');
  },
);

/** A server with the user alice, who calls, and others that have a SIPp for each phone. */
class House {
  readonly server: Offhook;

  static async open(world: World, callees: readonly string[]): Promise<House> {
    const server = await Offhook.start(world);
    await Promise.all(['alice', ...callees].map((name) => server.user(name)));
    return new House(server);
  }

  private constructor(server: Offhook) {
    this.server = server;
  }

  /** A phone of a user, registered with these parameters of its contact. */
  async phone(world: World, user: string, options: SippOptions, parameters = ''): Promise<Sipp> {
    const phone = await Sipp.start(world, options);
    const contact = `<sip:${user}@127.0.0.1:${phone.port}>${parameters}`;
    const registration = await Sipp.start(world, {
      ...{ scenario: 'register-contact', target: this.server.address, values: { MORE: 'X-A: b' } },
      ...{ service: user, user, password: `pw-${user}`, keys: { contact } },
    });
    await passed(registration);
    return phone;
  }

  /** A call of alice to a user. */
  call(world: World, service: string, options: SippOptions): Promise<Sipp> {
    return Sipp.start(world, {
      ...{ target: this.server.address, service, user: 'alice', password: 'pw-alice' },
      ...options,
    });
  }
}

async function passed(...all: readonly Sipp[]): Promise<void> {
  for (const one of all) {
    const done = await one.finished(20_000);
    expect(done, done.errors).toMatchObject({ status: 0, failed: 0 });
  }
}
