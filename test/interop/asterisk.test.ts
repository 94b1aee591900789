// Asterisk: our user agent registers with it, calls it, and is called by it.
import path from 'node:path';
import { expect, test } from 'vitest';
import { UserAgent } from '@offhook/sip';
import { tcp, udp } from '@offhook/sip/node';
import { rtp } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import type { RtpSession } from '../../packages/offhook/src/media/rtp-negotiator.ts';
import { Asterisk, hasAsterisk, numbers } from '../peers/asterisk.ts';
import { listen, readWav } from '../peers/audio.ts';
import { pause, World } from '../peers/world.ts';

const withAsterisk = test.runIf(hasAsterisk());

withAsterisk.each([udp, tcp])(
  'registered with Asterisk by digest, its echo sends our tone back (%o)',
  async (transport) => {
    await using world = new World();
    const asterisk = await Asterisk.start(world);
    const ua = await phone(world, asterisk, transport);
    await asterisk.says('pjsip show contacts', /2001\/sip:2001@127\.0\.0\.1/);
    const call = await ua.call(asterisk.aor(numbers.echo)).answered;
    const file = path.join(world.folder, 'echo.wav');
    await call.media.record(file);
    void call.media.play({ kind: 'tone', hertz: 1000 });
    await pause(2_500);
    await call.media.stopRecording();
    const { lostPackets, receivedPackets } = await call.media.statistics();
    expect(receivedPackets).toBeGreaterThan(100);
    expect(lostPackets).toBe(0);
    expect(await call.hangUp()).toMatchObject({ by: 'local', cause: 'bye' });
    expect(Math.abs(listen(readWav(file), 1, 1).hertz - 1000)).toBeLessThanOrEqual(5);
    await ua.unregister();
    await asterisk.says('pjsip show contacts', /No objects found/);
  },
);

withAsterisk('Asterisk holds to early media, and its 486 is told as one', async () => {
  await using world = new World();
  const asterisk = await Asterisk.start(world);
  const ua = await phone(world, asterisk);
  const calling = ua.call(asterisk.aor(numbers.earlyMedia));
  const seen: string[] = [];
  const watching = (async () => {
    for await (const { status, media } of calling.progress) seen.push(`${status} ${media}`);
  })();
  // The speech lasts longer than we care to listen.
  await world.until('the 183', () => seen.includes('183 true'));
  calling.cancel();
  await expect(calling.answered).rejects.toMatchObject({ code: 'SIP_CANCELLED' });
  await watching;
});

withAsterisk('four keys that we press come back from Asterisk, each once', async () => {
  await using world = new World();
  const asterisk = await Asterisk.start(world);
  const ua = await phone(world, asterisk);
  const call = await ua.call(asterisk.aor(numbers.digits)).answered;
  const heard: string[] = [];
  call.media.on('dtmf', (key) => heard.push(key));
  await pause(300);
  await call.media.dtmf('42#7');
  await asterisk.program.prints(/collected 42/);
  expect(await call.ended).toMatchObject({ by: 'remote', cause: 'bye' });
  expect(heard.join('')).toBe('42');
});

withAsterisk('Asterisk calls us, we hold and resume, and it hangs up', async () => {
  await using world = new World();
  const asterisk = await Asterisk.start(world);
  const ua = await phone(world, asterisk);
  const rung = (async () => {
    for await (const incoming of ua.incoming) return await incoming.accept();
    throw new Error('Nobody called');
  })();
  await asterisk.ask('channel originate PJSIP/2001 application Milliwatt');
  const call = await rung;
  await call.hold();
  expect(call.streams[0]?.direction).toBe('sendonly');
  await call.resume();
  expect(call.streams[0]?.direction).toBe('sendrecv');
  await pause(500);
  await asterisk.ask('channel request hangup all');
  expect(await call.ended).toMatchObject({ by: 'remote', cause: 'bye' });
});

withAsterisk('a wrong password never registers with Asterisk, and is told as that', async () => {
  await using world = new World();
  const asterisk = await Asterisk.start(world);
  const ua = agent(world, asterisk, { password: 'wrong' });
  await expect(ua.register()).rejects.toMatchObject({ code: 'SIP_AUTH' });
  await asterisk.says('pjsip show contacts', /No objects found/);
});

async function phone(
  world: World,
  asterisk: Asterisk,
  transport: typeof udp | typeof tcp = udp,
): Promise<UserAgent<RtpSession>> {
  const ua = agent(world, asterisk, { transport });
  await ua.register();
  return ua;
}

function agent(
  world: World,
  asterisk: Asterisk,
  {
    password = 'pw-2001',
    transport = udp,
  }: { password?: string; transport?: typeof udp | typeof tcp },
): UserAgent<RtpSession> {
  const media = world.own(rtp({ host: '127.0.0.1' }));
  return world.own(
    new UserAgent({
      account: { aor: asterisk.aor('2001'), password },
      transports: [transport({ host: '127.0.0.1', port: 0 })],
      media,
    }),
  );
}
