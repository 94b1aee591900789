// SIP.js and JsSIP over WebSocket: they register, call, hold, are called, and send messages; their media is a fixed description.
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { Offhook, offhook } from '../peers/offhook.ts';
import { Program } from '../peers/program.ts';
import { World } from '../peers/world.ts';

const libraries = ['sip-js', 'js-sip'] as const;

test.each(libraries)(
  '%s registers, calls echo, holds and resumes, hangs up, and unregisters',
  async (library) => {
    await using world = new World();
    const server = await Offhook.start(world);
    const phone = await Phone.start(world, { library, server, user: 'alice' });
    await phone.does('register', /^registered$/m);
    await phone.does(`call ${server.aor('echo')}`, /^answered$/m);
    await phone.does('hold', /^held$/m);
    expect(phone.heard('description').at(-1)).toBe('recvonly');
    await phone.does('resume', /^resumed$/m);
    expect(phone.heard('description').at(-1)).toBe('sendrecv');
    await phone.does('bye', /^ended$/m);
    await phone.does('unregister', /^unregistered$/m);
  },
);

test.each(libraries)('%s with a wrong password is refused', async (library) => {
  await using world = new World();
  const server = await Offhook.start(world);
  const phone = await Phone.start(world, { library, server, user: 'alice', password: 'wrong' });
  await phone.does('register', /^refused 40[13]$/m);
});

test.each(libraries)('%s is called by our own caller, who hangs up', async (library) => {
  await using world = new World();
  const server = await Offhook.start(world);
  const phone = await Phone.start(world, { library, server, user: 'alice' });
  await phone.does('register', /^registered$/m);
  await server.user('carol');
  const caller = offhook(
    world,
    ['call', server.aor('alice'), '--user', 'carol', '--seconds', '1', '--json', '--quiet'],
    { OFFHOOK_PASSWORD: 'pw-carol' },
  );
  expect(await caller.finished(20_000), caller.tail()).toBe(0);
  await phone.program.prints(/^ended$/m);
});

test('SIP.js and JsSIP call each other through the proxy and send each other messages', async () => {
  await using world = new World();
  const server = await Offhook.start(world);
  const alice = await Phone.start(world, { library: 'sip-js', server, user: 'alice' });
  const bertha = await Phone.start(world, { library: 'js-sip', server, user: 'bertha' });
  await alice.does('register', /^registered$/m);
  await bertha.does('register', /^registered$/m);
  await alice.does(`message ${server.aor('bertha')} good morning`, /^sent 200$/m);
  await bertha.program.prints(/^message good morning$/m);
  await bertha.does(`message ${server.aor('alice')} good evening`, /^sent 200$/m);
  await alice.program.prints(/^message good evening$/m);
  await alice.does(`call ${server.aor('bertha')}`, /^answered$/m);
  await bertha.program.prints(/^answered$/m);
  await bertha.does('bye', /^ended$/m);
  await alice.program.prints(/^ended$/m);
});

/** One of the libraries as a phone. */
class Phone {
  readonly program: Program;

  static async start(
    world: World,
    options: {
      readonly library: (typeof libraries)[number];
      readonly server: Offhook;
      readonly user: string;
      readonly password?: string;
    },
  ): Promise<Phone> {
    const { library, server, user } = options;
    const right = await server.user(user);
    const file = fileURLToPath(new URL(`../peers/browser/${library}.mjs`, import.meta.url));
    const url = `ws://127.0.0.1:${server.httpPort}/`;
    const program = new Program(world, process.execPath, [
      file,
      url,
      server.aor(user),
      options.password ?? right,
    ]);
    await program.prints(/^connected$/m);
    return new Phone(program);
  }

  private constructor(program: Program) {
    this.program = program;
  }

  /** Types a command and waits for what it brings about. */
  async does(command: string, pattern: RegExp): Promise<void> {
    const from = this.program.output.length;
    this.program.type(command);
    await this.program.prints(pattern, 10_000, from);
  }

  /** The words that followed `about` in what it said, one for each time. */
  heard(about: string): readonly string[] {
    return [...this.program.output.matchAll(new RegExp(`^${about} (.*)$`, 'gm'))].map(
      ([, words]) => words ?? '',
    );
  }
}
