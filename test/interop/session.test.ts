// Calls in all their turns with SIPp: reliable ringing, UPDATE, INFO, glare, session timers, lost ACKs, offers left to the other side.
import { describe, expect, test } from 'vitest';
import { udp } from '../../packages/sip/src/node/udp.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { SilentMedia } from '../../packages/sip/src/testing/silent-media.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import { readKeyPress } from '../../packages/sip/src/session/dtmf-relay.ts';
import type { Tap } from '../../packages/sip/src/base/tap.ts';
import { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import type { UserAgentOptions } from '../../packages/sip/src/ua/options.ts';
import type { IncomingCall } from '../../packages/sip/src/ua/incoming-call.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { pause, World } from '../peers/world.ts';

const host = '127.0.0.1';

/** How a phone differs from the usual one. */
type PhoneOptions = Pick<UserAgentOptions<SilentSession>, 'sessionTimer' | 'tap'>;

/** It takes a repeated ACK for a repeat of its own, and would answer without end. */
const oneByOne: readonly string[] = ['-nr'];

/** A started user agent on a free port, with the address where it is called. */
async function phone(
  world: World,
  more: PhoneOptions = {},
): Promise<{ readonly ua: UserAgent<SilentSession>; readonly address: string }> {
  const port = await world.ports.take(2);
  const ua = new UserAgent<SilentSession>({
    account: { aor: `sip:alice@${host}:${port}` },
    transports: [udp({ host, port })],
    media: new SilentMedia({ random: seededRandom(port), host }),
    ...more,
  });
  await ua.start();
  world.own({ close: () => ua.close() });
  return { ua, address: `${host}:${port}` };
}

/** SIPp calls; `answer` takes its call. */
async function called(
  world: World,
  scenario: string,
  answer: (call: IncomingCall<SilentSession>) => Promise<void>,
): Promise<void> {
  const { ua, address } = await phone(world);
  const answered = (async () => {
    for await (const call of ua.incoming) {
      await answer(call);
      return;
    }
  })();
  const uac = await Sipp.start(world, { scenario, target: address, service: 'alice' });
  const [done] = await Promise.all([uac.finished(world.left), answered]);
  expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
}

/** We call SIPp. */
async function calling(
  world: World,
  scenario: string,
  talk: (ua: UserAgent<SilentSession>, uri: string) => Promise<void>,
  { sipp = [], ...more }: PhoneOptions & { readonly sipp?: readonly string[] } = {},
): Promise<void> {
  const uas = await Sipp.start(world, { scenario, more: sipp });
  const { ua } = await phone(world, more);
  await pause(200);
  await talk(ua, uas.uri);
  const done = await uas.finished(world.left);
  expect(done, done.errors).toMatchObject({ status: 0, succeeded: 1 });
}

describe.runIf(installed('sipp'))('With SIPp', () => {
  test('RFC 3262 §3: it requires reliable ringing, sends a wrong PRACK and the right one, UPDATE early and late, and INFO (C121, C125, C126, C191)', async () => {
    await using world = new World();
    await called(world, 'uac-prack', async (incoming) => {
      const media = await incoming.earlyMedia();
      await world.until('its UPDATE', () => media.streams[0]?.codec === 'PCMA');
      const call = await incoming.accept();
      const pressed: (string | undefined)[] = [];
      call.onInfo((info) => pressed.push(readKeyPress(info)?.key));
      await call.ended;
      expect(pressed).toEqual(['5']);
      expect(media.streams).toMatchObject([{ codec: 'PCMA', direction: 'recvonly' }]);
    });
  });

  test('RFC 3262 §4: its reliable early media is acknowledged once, its early UPDATE answered, ours holds it (C121, C127)', async () => {
    await using world = new World();
    await calling(world, 'uas-prack', async (ua, uri) => {
      const call = await ua.call(uri).answered;
      expect(call.streams).toMatchObject([{ codec: 'PCMA', direction: 'sendrecv' }]);
      await call.hold('UPDATE');
      expect(call.streams).toMatchObject([{ direction: 'sendonly' }]);
      await call.hangUp();
    });
  });

  test('RFC 4028 §7.3: its 422 is met with the interval that it asks for (C129)', async () => {
    await using world = new World();
    await calling(world, 'uas-interval', async (ua, uri) => {
      await (await ua.call(uri).answered).hangUp();
    });
  });

  test('RFC 4028 §9: it is refused an interval of a minute (C129, C130)', async () => {
    await using world = new World();
    await called(world, 'uac-interval', async (incoming) => {
      await (
        await incoming.accept()
      ).ended;
    });
  });

  test('RFC 3261 §14.1: re-INVITEs that meet both get 491, and ours is tried again (C117, C118)', async () => {
    await using world = new World();
    await calling(world, 'uas-glare', async (ua, uri) => {
      const call = await ua.call(uri).answered;
      await call.hold();
      expect(call.streams).toMatchObject([{ direction: 'sendonly' }]);
      await call.hangUp();
    });
  });

  test('RFC 3261 §13.2.1, §14.2: it leaves the offer to us, in INVITE and re-INVITE (C132)', async () => {
    await using world = new World();
    await called(world, 'uac-offerless', async (incoming) => {
      const call = await incoming.accept();
      await call.ended;
      expect(call.streams).toMatchObject([{ codec: 'PCMU', direction: 'recvonly' }]);
    });
  });

  test('RFC 3261 §13.3.1.4: our answer is repeated until its ACK (C111)', async () => {
    await using world = new World();
    await called(world, 'uac-loses-ack', async (incoming) => {
      expect(await (await incoming.accept()).ended).toMatchObject({ by: 'remote', cause: 'bye' });
    });
  });

  test('RFC 3261 §13.2.2.4: each repeat of its answer gets the ACK again (C110)', async () => {
    await using world = new World();
    let acks = 0;
    const tap: Tap = {
      observe: (seen) => {
        if (seen.kind === 'message' && seen.text.startsWith('ACK')) acks += 1;
      },
    };
    await calling(
      world,
      'uas-loses-acks',
      async (ua, uri) => {
        const call = await ua.call(uri).answered;
        await world.until('all ACKs', () => acks === 3);
        await call.hangUp();
      },
      { tap, sipp: oneByOne },
    );
  });

  // RFC 4028 §5 allows no shorter interval than 90 seconds: refreshed after 45, it would have ended after 60.
  for (const scenario of ['uas-refreshed-update', 'uas-refreshed-invite']) {
    test.concurrent(
      `RFC 4028 §10: a call of 90 seconds goes on when we refresh it: ${scenario} (C131)`,
      { timeout: 90_000 },
      async ({ expect: expecting }) => {
        await using world = new World(80_000);
        await calling(
          world,
          scenario,
          async (ua, uri) => {
            const call = await ua.call(uri).answered;
            expecting(await Promise.race([call.ended, pause(63_000)])).toBeUndefined();
            await call.hangUp();
          },
          { sessionTimer: { seconds: 90 } },
        );
      },
    );
  }

  for (const scenario of ['uac-refreshes-update', 'uac-refreshes-invite']) {
    test.concurrent(
      `RFC 4028 §10: a call of 90 seconds goes on when SIPp refreshes it: ${scenario} (C131)`,
      { timeout: 90_000 },
      async ({ expect: expecting }) => {
        await using world = new World(80_000);
        await called(world, scenario, async (incoming) => {
          const end = await (await incoming.accept()).ended;
          expecting(end).toMatchObject({ by: 'remote', cause: 'bye' });
        });
      },
    );
  }
});
