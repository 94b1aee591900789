// The call matrix: each kind of phone calls each other, talks for more than five seconds both ways, and what arrived is listened to.
import path from 'node:path';
import { expect, test } from 'vitest';
import { listen, loudSeconds, readWav, tone, writeMulaw } from '../peers/audio.ts';
import type { Sound } from '../peers/audio.ts';
import { Baresip } from '../peers/baresip.ts';
import { Capture, mayCapture } from '../peers/capture.ts';
import { Linphone } from '../peers/linphone.ts';
import { Offhook, offhook } from '../peers/offhook.ts';
import { PagePhone } from '../peers/page-phone.ts';
import { installed } from '../peers/program.ts';
import { Rtpengine } from '../peers/rtpengine.ts';
import { Sipp } from '../peers/sipp.ts';
import { pause, World } from '../peers/world.ts';

/** What a caller or a callee is. */
export type Phone = 'baresip' | 'linphonec' | 'SIPp' | 'built-in' | 'browser';
/** What a callee is. */
export type Callee = 'baresip' | 'linphonec' | 'SIPp' | 'browser' | 'echo' | 'bob';

/** Those that need no browser, which is heavy: its calls are with the tests end to end. */
const light: readonly Callee[] = ['baresip', 'linphonec', 'SIPp', 'echo', 'bob'];
const programs = {
  baresip: 'baresip',
  linphonec: 'linphonec',
  SIPp: 'sipp',
  'built-in': '',
  browser: 'chromium',
  echo: '',
  bob: '',
};
const callerTone = 1_000;
const calleeTone = 440;
const seconds = 5.5;

/** Who joins a browser and a desk phone: the engine in the server, or rtpengine beside it. */
export type Joiner = 'embedded' | 'rtpengine';

/** Places the matrix's calls of one kind of caller. */
export function matrix(
  caller: Phone,
  callees: readonly Callee[] = light,
  joiner: Joiner = 'embedded',
): void {
  for (const callee of callees) {
    const by = joiner === 'rtpengine' ? 'rtpengine' : '';
    const needed = ['tshark', programs[caller], programs[callee], by].filter((name) => name !== '');
    test.runIf(installed(...needed) && mayCapture())(
      `${caller} calls ${callee}${by && ` through ${by}`}: audio both ways, no packet lost, ended by the ${ender(callee)}`,
      async () => {
        await call(caller, callee, joiner);
      },
      90_000,
    );
  }
}

// Every phone is once the one who hangs up: the callee where it can be told to.
function ender(callee: Callee): 'callee' | 'caller' {
  return callee === 'SIPp' || callee === 'echo' || callee === 'bob' ? 'caller' : 'callee';
}

async function call(caller: Phone, callee: Callee, joiner: Joiner): Promise<void> {
  await using world = new World(85_000);
  const by = joiner === 'rtpengine' ? (await Rtpengine.start(world)).option : joiner;
  const server = await Offhook.start(world, ['--media', by]);
  const media = 'portrange 16384-32767';
  const capture = await Capture.start(world, `udp and (${world.ports.filter} or ${media})`, [
    server.port,
  ]);
  const answering = await answerer(world, server, callee);
  const calling = await placer(world, server, caller);
  await calling.call(server.aor(answering.user), ender(callee) === 'caller');
  await pause(seconds * 1_000);
  if (ender(callee) === 'callee') await answering.hangUp();
  await calling.over();
  await answering.over();
  await capture.stop();

  const heardByCaller = await calling.heard(capture);
  if (callee === 'bob') {
    expect(loudSeconds(heardByCaller), 'seconds in which bob spoke').toBeGreaterThan(1);
  } else {
    const sentBack = callee === 'SIPp' || callee === 'echo';
    expectTone(heardByCaller, sentBack ? callerTone : calleeTone);
  }
  const heardByCallee = answering.heard();
  if (heardByCallee !== undefined) expectTone(await heardByCallee, callerTone);
  const streams = capture
    .rtpStreams()
    .filter(({ from, to }) => calling.owns(from) || calling.owns(to));
  if (caller !== 'browser')
    expect(streams.length, 'streams of the caller').toBeGreaterThanOrEqual(2);
  for (const stream of streams) {
    expect(stream.packets, 'packets of 20 ms').toBeGreaterThan(200);
    expect(stream.lost).toBe(0);
  }
  for (const { packets } of [calling, answering]) {
    const counted = await packets?.();
    if (counted === undefined) continue;
    expect(counted.received, 'packets that the page got').toBeGreaterThan(200);
    expect(counted.lost, 'packets that the page missed').toBe(0);
  }
}

function expectTone(sound: Sound, hertz: number): void {
  expect(loudSeconds(sound), 'seconds of sound').toBeGreaterThan(4);
  const { hertz: heard } = listen(sound, sound.samples.length / sound.rate / 2 - 1, 2);
  expect(Math.abs(heard - hertz), `heard ${heard} Hz instead of ${hertz} Hz`).toBeLessThan(5);
}

interface Answerer {
  readonly user: string;
  hangUp(): Promise<void>;
  /** Resolves when it knows that the call is over. */
  over(): Promise<void>;
  /** What it heard; undefined when it keeps nothing. */
  heard(): Promise<Sound> | undefined;
  /** What a page counted, whose media is encrypted on the wire. */
  packets?(): Promise<Packets>;
}

interface Packets {
  readonly received: number;
  readonly lost: number;
}

async function answerer(world: World, server: Offhook, callee: Callee): Promise<Answerer> {
  const nothing = { hangUp: async () => {}, over: async () => {}, heard: () => undefined };
  if (callee === 'echo' || callee === 'bob') return { user: callee, ...nothing };
  if (callee === 'browser') return await answeringPage(world, server);
  const user = 'carol';
  const login = {
    user,
    server: server.address,
    password: await server.user(user),
    hertz: calleeTone,
  };
  if (callee === 'baresip') {
    const phone = await Baresip.start(world, login);
    await phone.registered();
    return {
      user,
      async hangUp() {
        await phone.tell('hangup');
      },
      over: async () => void (await phone.sees('CALL_CLOSED')),
      heard: async () => await phone.heard(),
    };
  }
  if (callee === 'linphonec') {
    const phone = await Linphone.start(world, login);
    await phone.registered();
    return {
      user,
      hangUp: async () => phone.tell('terminate'),
      over: async () => await phone.prints(/Call \d+ .* ended/),
      heard: async () => phone.heard(),
    };
  }
  const phone = await Sipp.start(world, { scenario: 'uas', echo: true, service: user });
  await Sipp.register(world, server.address, login, phone.uri);
  return {
    user,
    ...nothing,
    async over() {
      expect(await phone.finished()).toMatchObject({ status: 0 });
    },
  };
}

interface Placer {
  /** Places the call; with `hangsUp` it ends it itself after the agreed time. */
  call(uri: string, hangsUp: boolean): Promise<void>;
  over(): Promise<void>;
  heard(capture: Capture): Promise<Sound>;
  /** True for a port on which its media goes. */
  owns(port: number): boolean;
  packets?(): Promise<Packets>;
}

async function placer(world: World, server: Offhook, caller: Phone): Promise<Placer> {
  if (caller === 'built-in') return builtIn(world, await server.user('alice'), server);
  if (caller === 'SIPp') return await sipp(world, server);
  if (caller === 'browser') return await callingPage(world, server);
  const user = 'alice';
  const login = {
    user,
    server: server.address,
    password: await server.user(user),
    hertz: callerTone,
  };
  let ends = false;
  if (caller === 'baresip') {
    const phone = await Baresip.start(world, login);
    await phone.registered();
    return {
      async call(uri, hangsUp) {
        ends = hangsUp;
        await phone.tell('dial', uri);
        await phone.sees('CALL_ESTABLISHED');
      },
      async over() {
        if (ends) await phone.tell('hangup');
        await phone.sees('CALL_CLOSED');
      },
      heard: async () => await phone.heard(),
      owns: (port) => phone.owns(port),
    };
  }
  const phone = await Linphone.start(world, login);
  await phone.registered();
  return {
    async call(uri, hangsUp) {
      ends = hangsUp;
      phone.tell(`call ${uri}`);
      await phone.prints(/Media streams established/, 15_000);
    },
    async over() {
      if (ends) phone.tell('terminate');
      await phone.prints(/Call \d+ .* ended/);
    },
    heard: async () => phone.heard(),
    owns: (port) => phone.owns(port),
  };
}

async function answeringPage(world: World, server: Offhook): Promise<Answerer> {
  const phone = await PagePhone.start(world, server, { hertz: calleeTone });
  const talk = phone
    .press('Answer')
    .then(() => phone.isUp())
    .then(() => pause(seconds * 1_000));
  return {
    user: 'phone',
    async hangUp() {
      await talk;
      await phone.press('Hang up');
    },
    over: async () => await phone.isOver(),
    heard: async () => await phone.heard(),
    packets: async () => await phone.packets(),
  };
}

async function callingPage(world: World, server: Offhook): Promise<Placer> {
  const user = 'alice';
  await server.user(user);
  const phone = await PagePhone.start(world, server, { user, hertz: callerTone });
  let ends = false;
  return {
    async call(uri, hangsUp) {
      ends = hangsUp;
      await phone.dial(uri);
      await phone.isUp();
    },
    async over() {
      if (ends) await phone.press('Hang up');
      await phone.isOver();
    },
    heard: async () => await phone.heard(),
    owns: () => false,
    packets: async () => await phone.packets(),
  };
}

function builtIn(world: World, password: string, server: Offhook): Placer {
  const recording = path.join(world.folder, 'heard.wav');
  let running: ReturnType<typeof offhook> | undefined;
  let mediaPort = 0;
  return {
    async call(uri, hangsUp) {
      const duration = String(Math.ceil(hangsUp ? seconds : seconds * 3));
      running = offhook(world, [
        ...['call', uri, '--json', '--play', `tone:${callerTone}`],
        ...['--record', recording, '--seconds', duration],
        ...['--user', 'alice', '--password', password, '--server', `sip:${server.address}`],
      ]);
      const [, port] = await running.prints(
        /"event":"answered".*?"local":\{"host":"[^"]*","port":(\d+)/,
        15_000,
      );
      mediaPort = Number(port);
    },
    async over() {
      if (running !== undefined) expect(await running.finished(20_000), running.tail()).toBe(0);
    },
    heard: async () => readWav(recording),
    owns: (port) => port === mediaPort,
  };
}

async function sipp(world: World, server: Offhook): Promise<Placer> {
  const sound = path.join(world.folder, 'tone.ul');
  writeMulaw(sound, tone(callerTone, 10));
  const login = { user: 'alice', password: await server.user('alice') };
  let running: Sipp | undefined;
  return {
    async call(uri, hangsUp) {
      // The built-in peers answer everybody, users answer users.
      const anyone = /^sip:(?:echo|bob)@/.test(uri);
      running = await Sipp.start(world, {
        scenario: `${anyone ? 'uac' : 'user'}-plays${hangsUp ? '' : '-until-bye'}`,
        ...login,
        target: server.address,
        service: uri.slice(4, uri.indexOf('@')),
        hold: seconds * 1_000,
        values: { SOUND: sound },
      });
    },
    async over() {
      const done = await running?.finished(20_000);
      expect(done, done?.errors).toMatchObject({ status: 0, succeeded: 1 });
    },
    heard: async (capture) => capture.sound(running?.mediaPort ?? 0),
    owns: (port) => port === running?.mediaPort,
  };
}
