// A page hands a desk phone over, and is handed over by it: REFER across the gateway.
import { expect, test } from 'vitest';
import { Baresip } from '../peers/baresip.ts';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { Linphone } from '../peers/linphone.ts';
import { Offhook } from '../peers/offhook.ts';
import { servePage } from '../peers/page-server.ts';
import { installed } from '../peers/program.ts';
import { World } from '../peers/world.ts';

const able = hasChromium && installed('baresip');

test.runIf(able)(
  'RFC 5589 §6.1: a page hands a desk phone over to another, and is handed over by it',
  async () => {
    await using world = new World(90_000);
    const { page, server } = await pageOf(world);
    const [bob, carol] = [
      await baresip(world, server, 'bob2'),
      await baresip(world, server, 'carol2'),
    ];
    await page.run('call', server.aor('bob2'));
    await bob.sees('CALL_ESTABLISHED');
    expect(await page.run('transfer', server.aor('carol2'))).toBe(200);
    await carol.sees('CALL_ESTABLISHED');
    expect(await page.run('ended')).toBe('bye');
    await carol.tell('hangup');
    await bob.sees('CALL_CLOSED', 20_000, 2);

    await Promise.all([bob.tell('dial', server.aor('alice')), page.run('accept')]);
    await bob.sees('CALL_ESTABLISHED', 20_000, 3);
    await bob.tell('transfer', server.aor('carol2'));
    await carol.sees('CALL_ESTABLISHED', 20_000, 2);
    await bob.sees('CALL_CLOSED', 20_000, 3);
    expect(await page.run('ended')).toBe('bye');
    expect(page.errors).toEqual([]);
  },
  90_000,
);

test.runIf(able && installed('linphonec'))(
  'RFC 5589 §7.3: a page hands over to whom it asked first, and takes the place of a desk phone that hands it over so',
  async () => {
    await using world = new World(90_000);
    const { page, server } = await pageOf(world);
    const bob = await baresip(world, server, 'bob2');
    const dave = await linphone(world, server, 'dave');
    const erin = await linphone(world, server, 'erin');
    await page.run('call', server.aor('dave'));
    await page.run('consult', server.aor('bob2'));
    await bob.sees('CALL_ESTABLISHED');
    expect(await page.run('join')).toBe(200);
    expect(await page.run('ended')).toBe('bye');
    await bob.tell('hangup');
    // The call to the page ends when it is handed over, the one with bob only now.
    await dave.prints(/Call 2 .*ended/, 20_000);

    let { mark } = dave;
    dave.tell(`call ${server.aor('alice')}`);
    await page.run('accept');
    await dave.prints(/Call (\d+) .*connected/, 20_000, mark);
    const [, first = ''] = /Call (\d+) .*connected/.exec(dave.program.output.slice(mark)) ?? [];
    mark = dave.mark;
    dave.tell('pause');
    await dave.prints(/paused/i, 20_000, mark);
    mark = dave.mark;
    dave.tell(`call ${server.aor('erin')}`);
    await dave.prints(/Call (\d+) .*connected/, 20_000, mark);
    const [, other = ''] = /Call (\d+) .*connected/.exec(dave.program.output.slice(mark)) ?? [];
    mark = erin.mark;
    dave.tell(`transfer ${first} --to-call ${other}`);
    await erin.prints(/Media streams established/, 20_000, mark);
    expect(await page.run('ended')).toBe('bye');
    expect(page.errors).toEqual([]);
  },
  90_000,
);

async function linphone(world: World, server: Offhook, user: string): Promise<Linphone> {
  const password = await server.user(user);
  const started = await Linphone.start(world, {
    ...{ user, password, server: server.address, answer: 'auto' },
  });
  await started.registered();
  return started;
}

async function baresip(world: World, server: Offhook, user: string): Promise<Baresip> {
  const password = await server.user(user);
  const started = await Baresip.start(world, {
    ...{ user, password, server: server.address, answer: 'auto' },
  });
  await started.registered();
  return started;
}

async function pageOf(world: World): Promise<{ page: TestPage; server: Offhook }> {
  const url = await servePage(world, 'phone.ts');
  const [server, chromium] = await Promise.all([
    Offhook.start(world, ['--origin', new URL(url).origin]),
    Chromium.start(world),
  ]);
  const page = await chromium.page(url);
  await page.run('register', {
    url: `ws://127.0.0.1:${server.httpPort}/`,
    aor: server.aor('alice'),
    password: await server.user('alice'),
  });
  return { page, server };
}
