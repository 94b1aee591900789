// Messages between phones that others wrote: at once where somebody is there, else stored and delivered at the next registration.
import { expect, test } from 'vitest';
import { Baresip } from '../peers/baresip.ts';
import { Linphone } from '../peers/linphone.ts';
import { Offhook } from '../peers/offhook.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

interface Said {
  readonly to: string;
  readonly text: string;
  readonly status: string;
  readonly calls?: number;
}

/** Lets SIPp say something as mallory, each message after the one before has its answer. */
async function say(world: World, server: Offhook, said: Said): Promise<void> {
  const { to, text, status, calls = 1 } = said;
  const run = await Sipp.start(world, {
    scenario: 'user-messages',
    target: server.address,
    service: to,
    user: 'mallory',
    password: 'pw-mallory',
    calls,
    rate: 20,
    limit: 1,
    values: { TEXT: text, STATUS: status },
  });
  const done = await run.finished();
  expect(done, done.errors).toMatchObject({ status: 0, succeeded: calls });
}

test.runIf(installed('sipp', 'baresip'))(
  'baresip gets at once what is sent while it is there, and at its next registration what was sent before',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    await server.user('mallory');
    const account = {
      user: 'bertha',
      server: server.address,
      password: await server.user('bertha'),
    };
    await say(world, server, { to: 'bertha', text: 'early', status: '202', calls: 5 });
    const phone = await Baresip.start(world, account);
    await phone.registered();
    await phone.program.prints(/early 5/);
    const heard = [...phone.program.output.matchAll(/"early (\d)/g)].map(([, number]) => number);
    expect(heard).toEqual(['1', '2', '3', '4', '5']);
    expect(phone.program.output).toContain(`sip:mallory@${server.address}`);
    await say(world, server, { to: 'bertha', text: 'present', status: '200' });
    await phone.program.prints(/present 1/);
    await phone.close();
    await say(world, server, { to: 'bertha', text: 'late', status: '202' });
    const back = await Baresip.start(world, account, 'back');
    await back.program.prints(/late 1/);
    expect(back.program.output).not.toMatch(/early|present/);
  },
);

test.runIf(installed('sipp', 'linphonec'))(
  'linphonec gets at its next registration what was sent before, even when the server was killed meanwhile',
  async () => {
    await using world = new World();
    const first = await Offhook.start(world);
    await first.user('mallory');
    const password = await first.user('lina');
    await say(world, first, { to: 'lina', text: 'stored', status: '202', calls: 3 });
    first.program.signal('SIGKILL');
    await first.program.finished();
    const server = await Offhook.start(world, ['--domain', first.domain]);
    const account = { user: 'lina', server: server.address, password };
    const phone = await Linphone.start(world, account);
    await phone.registered();
    await phone.prints(/stored 3/);
    const heard = [...phone.program.output.matchAll(/stored (\d)/g)].map(([, number]) => number);
    expect(heard).toEqual(['1', '2', '3']);
    await say(world, server, { to: 'lina', text: 'present', status: '200' });
    await phone.prints(/present 1/);
  },
);

test.runIf(installed('baresip', 'linphonec'))(
  'baresip and linphonec write to each other, and to one who is away',
  async () => {
    await using world = new World();
    const server = await Offhook.start(world);
    const passwords = [await server.user('bertha'), await server.user('lina')];
    const shared = { server: server.address };
    const baresip = await Baresip.start(world, {
      ...shared,
      user: 'bertha',
      contact: server.aor('lina'),
      password: passwords[0] ?? '',
    });
    const linphone = await Linphone.start(world, {
      ...shared,
      user: 'lina',
      password: passwords[1] ?? '',
    });
    await baresip.registered();
    await linphone.registered();
    await baresip.tell('message', 'good morning');
    await linphone.prints(/good morning/);
    linphone.tell(`chat ${server.aor('bertha')} good evening`);
    await baresip.program.prints(/good evening/);
    await baresip.close();
    linphone.tell(`chat ${server.aor('bertha')} are you there`);
    await server.program.prints(/202/);
    const back = await Baresip.start(
      world,
      { ...shared, user: 'bertha', password: passwords[0] ?? '' },
      'back',
    );
    await back.program.prints(/are you there/);
  },
);
