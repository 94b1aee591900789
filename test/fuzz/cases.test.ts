// Each message that once broke something, or nearly, kept as a file: read, sent to a phone, and sent to a server.
import { readFileSync, readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { CoreWorld } from '../../packages/offhook/src/server/core/core.test-kit.ts';
import { server } from '../../packages/offhook/src/server/core/phone.test-kit.ts';
import { latin1 } from '../../packages/sip/src/base/bytes.ts';
import { checkSent } from './answers.ts';
import { readDatagram } from './datagram.ts';
import { here, Phone } from './phone.ts';

const folder = new URL('cases/', import.meta.url);

for (const name of readdirSync(folder).filter((file) => file.endsWith('.dat'))) {
  test(`the kept case ${name} does no harm`, async () => {
    const bytes = new Uint8Array(readFileSync(new URL(name, folder)));
    readDatagram(latin1(bytes));

    const phone = await Phone.start();
    const peer = await phone.peer('10.0.0.9');
    peer.sendRaw(bytes, here);
    peer.sendRaw(bytes, here);
    await phone.clock.elapse(5);
    await phone.goodCall();
    await phone.end();

    const world = await CoreWorld.start();
    for (const host of ['192.0.2.66', '127.0.0.1']) {
      const stranger = await world.peer(host);
      stranger.scripted.sendRaw(bytes, server);
      stranger.scripted.sendRaw(bytes, server);
      await world.pass();
    }
    expect(await world.end()).toEqual({ transactions: 0, contexts: 0, faults: 0 });
    expect(world.errors).toEqual([]);
    checkSent(world.observations, 4);
  });
}
