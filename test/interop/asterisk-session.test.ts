// Asterisk in the turns of a call: it requires PRACK, wants a session timer, and speaks of keys in INFO.
import { expect, test } from 'vitest';
import type { Tap } from '../../packages/sip/src/base/tap.ts';
import { udp } from '../../packages/sip/src/node/udp.ts';
import { keyPressInfo, readKeyPress } from '../../packages/sip/src/session/dtmf-relay.ts';
import { seededRandom } from '../../packages/sip/src/testing/seeded-random.ts';
import { SilentMedia } from '../../packages/sip/src/testing/silent-media.ts';
import type { SilentSession } from '../../packages/sip/src/testing/silent-media.ts';
import { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import { Asterisk, hasAsterisk, numbers } from '../peers/asterisk.ts';
import { World } from '../peers/world.ts';

const host = '127.0.0.1';
const withAsterisk = test.runIf(hasAsterisk());

/** A registered phone, and all that it sent and received. */
async function phone(
  world: World,
  asterisk: Asterisk,
): Promise<{ readonly ua: UserAgent<SilentSession>; readonly wire: readonly string[] }> {
  const wire: string[] = [];
  const tap: Tap = {
    observe: (seen) => {
      if (seen.kind === 'message') wire.push(`${seen.direction} ${seen.text}`);
    },
  };
  const ua = new UserAgent<SilentSession>({
    account: { aor: asterisk.aor('2001'), password: 'pw-2001' },
    transports: [udp({ host, port: 0 })],
    media: new SilentMedia({ random: seededRandom(asterisk.port), host }),
    tap,
  });
  world.own({ close: () => ua.close() });
  await ua.register();
  return { ua, wire };
}

withAsterisk(
  'RFC 3262 §4: Asterisk that requires PRACK gets one for its early media (C127)',
  async () => {
    await using world = new World();
    const asterisk = await Asterisk.start(world, { endpoint: ['100rel = required'] });
    const { ua, wire } = await phone(world, asterisk);
    const calling = ua.call(asterisk.aor(numbers.earlyMedia));
    await world.until('the 183 to be acknowledged', () =>
      wire.some((text) => /^in SIP\/2\.0 200 .*CSeq: \d+ PRACK/s.test(text)),
    );
    expect(wire.some((text) => /^in SIP\/2\.0 183 .*RSeq: /s.test(text))).toBe(true);
    expect(ua.load.dialogs).toBeGreaterThan(0);
    calling.cancel();
    await expect(calling.answered).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
  },
);

withAsterisk(
  'RFC 3262 §3: called by Asterisk that requires it, our ringing and early media are acknowledged (C122, C126)',
  async () => {
    await using world = new World();
    const asterisk = await Asterisk.start(world, { endpoint: ['100rel = required'] });
    const { ua, wire } = await phone(world, asterisk);
    const rung = (async () => {
      for await (const incoming of ua.incoming) {
        incoming.ring();
        await incoming.earlyMedia();
        return await incoming.accept();
      }
      throw new Error('Nobody called');
    })();
    await asterisk.ask('channel originate PJSIP/2001 application Milliwatt');
    const call = await rung;
    expect(call.streams[0]?.direction).toBe('sendrecv');
    const pracks = wire.filter((text) => text.startsWith('in PRACK'));
    expect(pracks).toHaveLength(2);
    expect(wire.filter((text) => /^out SIP\/2\.0 200 .*CSeq: \d+ PRACK/s.test(text))).toHaveLength(
      2,
    );
    await call.hangUp();
  },
);

withAsterisk(
  'RFC 4028 §9: Asterisk and we agree on a session timer, whoever calls (C130)',
  async () => {
    await using world = new World();
    const asterisk = await Asterisk.start(world, {
      endpoint: ['timers = always', 'timers_sess_expires = 200', 'timers_min_se = 100'],
    });
    const { ua, wire } = await phone(world, asterisk);
    const call = await ua.call(asterisk.aor(numbers.echo)).answered;
    const granted = wire.findLast((text) => /^in SIP\/2\.0 200 .*INVITE/s.test(text)) ?? '';
    expect(granted).toMatch(/Session-Expires: \d+;refresher=ua[cs]/i);
    await call.hangUp();
    const rung = (async () => {
      for await (const incoming of ua.incoming) return await incoming.accept();
      throw new Error('Nobody called');
    })();
    await asterisk.ask('channel originate PJSIP/2001 application Milliwatt');
    const second = await rung;
    const ours = wire.findLast((text) => /^out SIP\/2\.0 200 .*INVITE/s.test(text)) ?? '';
    expect(ours).toMatch(/Session-Expires: 200;refresher=ua[cs]/);
    expect(ours).toContain('Require: timer');
    await second.hangUp();
  },
);

withAsterisk('RFC 6086 §2: keys go to Asterisk by INFO, and come back so (C191)', async () => {
  await using world = new World();
  const asterisk = await Asterisk.start(world, { endpoint: ['dtmf_mode = info'] });
  const { ua } = await phone(world, asterisk);
  const call = await ua.call(asterisk.aor(numbers.digits)).answered;
  const heard: (string | undefined)[] = [];
  call.onInfo((info) => heard.push(readKeyPress(info)?.key));
  for (const key of ['4', '2', '#', '7']) await call.inform(keyPressInfo(key));
  expect(await call.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  expect(heard.join('')).toBe('42');
});
