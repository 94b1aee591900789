// The phone's lamps at Kamailio: what is published there of presence and dialogs is what the phone shows.
import { expect, test } from 'vitest';
import { systemClock } from '../../packages/sip/src/base/clock.ts';
import { LiveLamps } from '../../packages/web/src/model/people/live-lamps.ts';
import type { PhoneMedia } from '../../packages/web/src/model/ports.ts';
import type { UserAgent } from '../../packages/sip/src/ua/user-agent.ts';
import { hasKamailioModule } from '../peers/kamailio.ts';
import { presenceServer } from '../peers/kamailio-presence.ts';
import { plainPhone } from '../peers/plain-phone.ts';
import { World } from '../peers/world.ts';

const ready = hasKamailioModule('presence_dialoginfo') && hasKamailioModule('db_sqlite');

test.runIf(ready)(
  'P14: a lamp follows presence and dialogs published at Kamailio, each within a second',
  async () => {
    await using world = new World();
    const server = await presenceServer(world);
    const carol = await plainPhone(world, 'carol');
    const watcher = await plainPhone(world, 'alice');
    const target = `sip:carol@${server.address}`;
    const lamps = new LiveLamps(systemClock);
    lamps.watch([{ address: target, name: 'Carol' }]);
    // Lamps subscribe, and open no media.
    lamps.open(watcher.ua as unknown as UserAgent<PhoneMedia>);
    const shows = async (state: string, milliseconds = 1_000): Promise<void> => {
      await world.until(
        `the lamp to be ${state}`,
        () => lamps.lamps.value[0]?.state === state,
        milliseconds,
      );
    };
    const presence = carol.ua.publish(document(target, 'open', 'At my desk'), {
      event: 'presence',
      contentType: 'application/pidf+xml',
      target,
      expiresSeconds: 600,
    });
    await presence.published;
    await shows('available', 5_000);
    expect(lamps.lamps.value[0]?.note).toBe('At my desk');
    const dialogs = carol.ua.publish(dialogInfo(target, 1, 'early'), {
      event: 'dialog',
      contentType: 'application/dialog-info+xml',
      target,
      expiresSeconds: 600,
    });
    await dialogs.published;
    await shows('ringing');
    dialogs.update(dialogInfo(target, 2, 'confirmed'), 'application/dialog-info+xml');
    await shows('busy');
    dialogs.update(dialogInfo(target, 3, 'terminated'), 'application/dialog-info+xml');
    await shows('available');
    presence.update(document(target, 'closed', 'Gone'), 'application/pidf+xml');
    await shows('away');
    await Promise.all([presence.close(), dialogs.close()]);
    lamps.darken();
    lamps.watch([]);
  },
);

function document(entity: string, basic: string, note: string): string {
  return [
    '<?xml version="1.0"?>',
    `<presence xmlns="urn:ietf:params:xml:ns:pidf" entity="${entity}">`,
    `<tuple id="t1"><status><basic>${basic}</basic></status><note>${note}</note></tuple></presence>`,
  ].join('');
}

function dialogInfo(entity: string, version: number, state: string): string {
  return [
    '<?xml version="1.0"?>',
    '<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info"',
    ` version="${version}" state="full" entity="${entity}">`,
    `<dialog id="d1" direction="recipient"><state>${state}</state></dialog></dialog-info>`,
  ].join('');
}
