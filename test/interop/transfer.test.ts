// Transfers with phones that others wrote: in each part, blind and with a word to the other before (RFC 5589).
import { expect, test } from 'vitest';
import { Baresip } from '../peers/baresip.ts';
import { Linphone } from '../peers/linphone.ts';
import { plainPhone } from '../peers/plain-phone.ts';
import { installed } from '../peers/program.ts';
import { Sipp } from '../peers/sipp.ts';
import { World } from '../peers/world.ts';

test.runIf(installed('baresip'))(
  'RFC 5589 §6.1: baresip is handed over by us, and tells us of it to the end (C186)',
  async () => {
    await using world = new World();
    const bob = await Baresip.start(world, { user: 'bob' });
    const alice = await plainPhone(world, 'alice');
    const carol = await plainPhone(world, 'carol');
    const call = await alice.ua.call(bob.uri).answered;
    const told: number[] = [];
    const transferred = call.transfer(carol.uri, { onProgress: ({ status }) => told.push(status) });
    const incoming = await carol.nextCall();
    incoming.ring();
    const atCarol = await incoming.accept();
    expect((await transferred).status).toBe(200);
    expect(incoming.from.uri).toMatchObject({ user: 'bob' });
    expect(told.every((status) => status < 200)).toBe(true);
    await atCarol.hangUp();
  },
);

test.runIf(installed('baresip'))(
  'RFC 3515 §2.4.5: baresip is handed over to whom is busy, and is back with us',
  async () => {
    await using world = new World();
    const bob = await Baresip.start(world, { user: 'bob' });
    const alice = await plainPhone(world, 'alice');
    const carol = await plainPhone(world, 'carol');
    const call = await alice.ua.call(bob.uri).answered;
    const transferred = call.transfer(carol.uri);
    transferred.catch(() => undefined);
    (await carol.nextCall()).reject(486);
    await expect(transferred).rejects.toMatchObject({ code: 'SIP_REJECTED', status: 486 });
    expect(call.dialog.state).toBe('Confirmed');
    await call.hangUp();
  },
);

test.runIf(installed('baresip'))(
  'RFC 3515 §2.4.4: baresip hands us over, and hears of it to the end (C186)',
  async () => {
    await using world = new World();
    const alice = await Baresip.start(world, { user: 'alice' });
    const bob = await plainPhone(world, 'bob', { transfers: 'follow' });
    const carol = await plainPhone(world, 'carol');
    await alice.tell('dial', bob.uri);
    const atBob = await (await bob.nextCall()).accept();
    await alice.sees('CALL_ESTABLISHED');
    await alice.tell('transfer', carol.uri);
    const incoming = await carol.nextCall();
    incoming.ring();
    const atCarol = await incoming.accept();
    expect((await atBob.ended).by).toBe('remote');
    await alice.sees('CALL_CLOSED');
    await atCarol.hangUp();
  },
);

test.runIf(installed('linphonec'))(
  'RFC 5589 §6.1: linphonec is handed over by us, and tells us of it to the end (C186)',
  async () => {
    await using world = new World();
    const bob = await Linphone.start(world, { user: 'bob' });
    const alice = await plainPhone(world, 'alice');
    const carol = await plainPhone(world, 'carol');
    const call = await alice.ua.call(bob.uri).answered;
    const transferred = call.transfer(carol.uri);
    const atCarol = await (await carol.nextCall()).accept();
    expect((await transferred).status).toBe(200);
    await atCarol.hangUp();
  },
);

test.runIf(installed('linphonec'))(
  'RFC 5589 §7.3: linphonec is handed over by us to whom we asked first, and takes our place there (C188)',
  async () => {
    await using world = new World();
    const bob = await Linphone.start(world, { user: 'bob' });
    const alice = await plainPhone(world, 'alice');
    const carol = await plainPhone(world, 'carol');
    const call = await alice.ua.call(bob.uri).answered;
    const consulting = alice.ua.call(carol.uri);
    const consulted = await (await carol.nextCall()).accept();
    const other = await consulting.answered;
    const transferred = call.transfer(other);
    const incoming = await carol.nextCall();
    expect(incoming.replaces).toEqual(consulted.dialog.id);
    const atCarol = await incoming.accept();
    expect((await transferred).status).toBe(200);
    expect((await consulted.ended).by).toBe('local');
    expect((await other.ended).by).toBe('remote');
    await atCarol.hangUp();
  },
);

test.runIf(installed('linphonec'))(
  'RFC 3515 §2.4.4: linphonec hands us over, and hears of it to the end (C186)',
  async () => {
    await using world = new World();
    const alice = await Linphone.start(world, { user: 'alice' });
    const bob = await plainPhone(world, 'bob', { transfers: 'follow' });
    const carol = await plainPhone(world, 'carol');
    alice.tell(`call ${bob.uri}`);
    const atBob = await (await bob.nextCall()).accept();
    await alice.prints(/Media streams established/);
    alice.tell(`transfer 1 ${carol.uri}`);
    const atCarol = await (await carol.nextCall()).accept();
    expect((await atBob.ended).by).toBe('remote');
    await atCarol.hangUp();
  },
);

test.runIf(installed('linphonec'))(
  'RFC 5589 §7.3: linphonec hands us over to whom it asked first, and we take its place there (C188)',
  async () => {
    await using world = new World();
    const alice = await Linphone.start(world, { user: 'alice' });
    const carol = await plainPhone(world, 'carol');
    // linphonec names carol by her address of record, without a port: whoever is to find her there needs a server.
    const bob = await plainPhone(world, 'bob', { transfers: 'follow', server: carol.uri });
    alice.tell(`call ${bob.uri}`);
    const atBob = await (await bob.nextCall()).accept();
    await alice.prints(/Media streams established/);
    let { mark } = alice;
    alice.tell('pause');
    await alice.prints(/paused/i, 10_000, mark);
    mark = alice.mark;
    alice.tell(`call ${carol.uri}`);
    const consulted = await (await carol.nextCall()).accept();
    await alice.prints(/Media streams established/, 10_000, mark);
    alice.tell('transfer 1 --to-call 2');
    const incoming = await carol.nextCall();
    expect(incoming.replaces).toEqual(consulted.dialog.id);
    const atCarol = await incoming.accept();
    expect((await consulted.ended).by).toBe('local');
    expect((await atBob.ended).by).toBe('remote');
    await atCarol.hangUp();
  },
);

test.runIf(installed('sipp'))(
  'RFC 3515 §2.4.5: SIPp tells of a transfer that came off, and of one that did not',
  async () => {
    await using world = new World();
    const alice = await plainPhone(world, 'alice');
    const values = { TARGET: 'carol@127.0.0.1' };
    const good = await Sipp.start(world, {
      scenario: 'uas-referred',
      values: { ...values, OUTCOME: '200 OK' },
    });
    const call = await alice.ua.call(good.uri).answered;
    expect(await call.transfer('sip:carol@127.0.0.1')).toEqual({ status: 200, reason: 'OK' });
    expect((await good.finished(10_000)).status).toBe(0);
    const bad = await Sipp.start(world, {
      scenario: 'uas-referred',
      values: { ...values, OUTCOME: '480 Away' },
    });
    const second = await alice.ua.call(bad.uri).answered;
    await expect(second.transfer('sip:carol@127.0.0.1')).rejects.toMatchObject({
      status: 480,
      message: 'The transfer failed: 480 Away',
    });
    await second.hangUp();
    expect((await bad.finished(10_000)).status).toBe(0);
  },
);
