// Fault 26: ICE finds no way for the media.
import { Offhook } from '../../peers/offhook.ts';
import { PagePhone } from '../../peers/page-phone.ts';
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { at, bobAt } from '../people.ts';
import { baresip, hertzOfPage, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';

/** A firewall that lets no STUN through, so that no check is answered. */
function noChecks(lab: Lab): void {
  lab.deafen('-p', 'udp', '-m', 'string', '--algo', 'bm', '--hex-string', '|2112a442|');
}

async function twoPhones(lab: Lab, uri: string, seconds: number): Promise<void> {
  await baresip(lab, address.bob, { user: 'bob', ice: true });
  const caller = await baresip(lab, address.alice, { user: 'alice', ice: true });
  await caller.tell('dial', uri);
  await pause(seconds * 1000);
  await caller.tell('hangup').catch(() => undefined);
  await pause(500);
}

/** ICE failed. */
export const iceFailed: Family = {
  fault: 26,
  rule: 'ice-failed',
  recipes: [
    {
      variant: 'baresip',
      programs: ['baresip', 'baresip'],
      transport: 'UDP',
      says: 'A firewall swallows every connectivity check between two baresips: ICE fails at both.',
      async run(lab) {
        noChecks(lab);
        await twoPhones(lab, bobAt, 8);
      },
      proof: {
        'stun.type == 0x0001': [5, 400],
        'stun.type == 0x0101': 0,
        'sdp.media_attr contains "candidate"': [1, 4],
      },
    },
    {
      variant: 'kamailio-tcp',
      programs: ['baresip', 'Kamailio', 'baresip'],
      transport: 'TCP',
      says: 'The call goes by TCP through Kamailio, and a firewall swallows every connectivity check of its media.',
      async run(lab) {
        noChecks(lab);
        await proxy(lab, { route: `$du = "sip:${at.bob};transport=tcp";` });
        await twoPhones(lab, `sip:bob@${address.proxy};transport=tcp`, 8);
      },
      proof: {
        'stun.type == 0x0001': [5, 400],
        'stun.type == 0x0101': 0,
        'tcp && sip.Method == "INVITE"': [1, 4],
      },
    },
    {
      variant: 'page',
      programs: ['Chromium', 'Offhook'],
      transport: 'WS',
      says: 'A firewall swallows every connectivity check between a browser and Offhook: the call has no sound.',
      async run(lab) {
        const server = await Offhook.start(lab.world, ['--http-port', '8080']);
        const page = await PagePhone.start(lab.world, server, { hertz: hertzOfPage });
        noChecks(lab);
        await page.dial('echo');
        await pause(20_000);
      },
      filter: 'tcp port 8080 or (udp and not port 5353)',
      withoutPages: true,
      seconds: 120,
      proof: { 'stun.type == 0x0001': [5, 600], 'stun.type == 0x0101': [0, 4] },
    },
  ],
};
