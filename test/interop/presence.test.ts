// Presence with a server that others wrote: published, watched, refreshed and taken away (RFC 3856, RFC 3903, RFC 6665).
import { expect, test } from 'vitest';
import { hasKamailioModule } from '../peers/kamailio.ts';
import { presenceServer } from '../peers/kamailio-presence.ts';
import { plainPhone } from '../peers/plain-phone.ts';
import { World } from '../peers/world.ts';

const pidf = 'application/pidf+xml';

function state(basic: string): string {
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="sip:alice@127.0.0.1">',
    `<tuple id="t1"><status><basic>${basic}</basic></status></tuple>`,
    '</presence>',
  ].join('');
}

const ready = hasKamailioModule('presence_xml') && hasKamailioModule('db_sqlite');

test.runIf(ready)(
  'RFC 3856 §6: a state published at Kamailio reaches its watcher, and so does each change (C184)',
  async () => {
    await using world = new World();
    const server = await presenceServer(world);
    const alice = await plainPhone(world, 'alice');
    const bob = await plainPhone(world, 'bob');
    const target = `sip:alice@${server.address}`;
    const subscription = bob.ua.subscribe(target, {
      event: 'presence',
      accept: [pidf],
      expiresSeconds: 600,
    });
    expect(await subscription.started).toMatchObject({ state: 'active' });
    const told = subscription.notifications[Symbol.asyncIterator]();
    const next = async (): Promise<string> => (await told.next()).value?.text ?? '';
    await next();
    const options = { event: 'presence', contentType: pidf, target };
    const published = alice.ua.publish(state('open'), { ...options, expiresSeconds: 600 });
    expect(await published.published).toEqual({ expiresSeconds: 600 });
    expect(await next()).toContain('<basic>open</basic>');
    published.update(state('closed'), pidf);
    expect(await next()).toContain('<basic>closed</basic>');
    await published.close();
    expect(await next()).not.toContain('<basic>open</basic>');
    const fetched = bob.ua.subscribe(target, { event: 'presence', expiresSeconds: 0 });
    expect(await fetched.started).toMatchObject({ state: 'terminated', reason: 'timeout' });
    expect(await subscription.close()).toMatchObject({ cause: 'closed', reason: 'timeout' });
    expect(bob.ua.load.dialogs).toBe(0);
  },
);

test.runIf(ready)(
  'RFC 6665 §4.1.2.1: Kamailio knows no such event, and wants to be asked for longer',
  async () => {
    await using world = new World();
    const server = await presenceServer(world);
    const bob = await plainPhone(world, 'bob');
    const target = `sip:alice@${server.address}`;
    const unknown = bob.ua.subscribe(target, { event: 'weather' });
    await expect(unknown.started).rejects.toMatchObject({ code: 'SIP_REJECTED', status: 489 });
    const brief = bob.ua.subscribe(target, { event: 'presence', expiresSeconds: 10 });
    expect((await brief.started).expiresSeconds).toBeGreaterThan(50);
    await brief.close();
  },
);
