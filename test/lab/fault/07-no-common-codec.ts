// Fault 7: 488, because the two sides share no codec.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, at, bob, bobAt } from '../people.ts';
import { baresip, linphone, offhook } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { g723, gets, progress, scenario, sdp, takes, waits } from '../scenario.ts';

const onlyG723 = { sdp: sdp({ codecs: [g723] }) };
const hears488 = scenario(
  'offers G.723 alone',
  alice.invites(onlyG723),
  progress,
  gets(488),
  alice.acksRefusal(),
  waits(200),
);
const refusedOnce = { 'sip.Status-Code == 488': [1, 3] } as const;

/** No common codec. */
export const noCommonCodec: Family = {
  fault: 7,
  rule: 'no-common-codec',
  recipes: [
    {
      variant: 'sipp-tcp',
      programs: ['SIPp', 'SIPp'],
      transport: 'TCP',
      says: 'Alice offers G.723 alone; Bob has only G.711 and answers 488.',
      async run(lab) {
        await lab.call(
          {
            host: address.bob,
            transport: 'tcp',
            scenario: scenario(
              'has no G.723',
              bob.invited(),
              bob.responds('488 Not Acceptable Here', {
                headers: ['Warning: 305 203.0.113.20 "Incompatible media format"'],
              }),
              takes('ACK'),
              waits(200),
            ),
          },
          { host: address.alice, transport: 'tcp', target: at.bob, scenario: hears488 },
        );
      },
      proof: { 'sip.Status-Code == 488': 1 },
    },
    {
      variant: 'baresip',
      programs: ['SIPp', 'baresip'],
      transport: 'UDP',
      says: 'Alice offers G.723 alone; baresip has only G.711 and answers 488.',
      async run(lab) {
        await baresip(lab, address.bob, { user: 'bob' });
        await lab.sipp({ host: address.alice, target: at.bob, scenario: hears488 }).done();
      },
      proof: refusedOnce,
    },
    {
      variant: 'linphone',
      programs: ['SIPp', 'linphonec'],
      transport: 'UDP',
      says: 'Alice offers G.723 alone; linphonec does not have it and answers 488.',
      async run(lab) {
        await linphone(lab, address.bob, { user: 'bob' });
        await pause(1_000);
        await lab.sipp({ host: address.alice, target: at.bob, scenario: hears488 }).done();
      },
      proof: refusedOnce,
    },
    {
      variant: 'offhook',
      programs: ['baresip', 'Offhook'],
      transport: 'UDP',
      says: 'baresip offers Opus alone; Offhook takes only G.711 here and answers 488.',
      async run(lab) {
        const phone = await offhook(lab, address.bob, 'bob');
        void phone.nextCall().then((call) => call.accept().catch(() => undefined));
        const caller = await baresip(lab, address.alice, {
          user: 'alice',
          codecs: ['opus/48000/2'],
        });
        await caller.tell('dial', bobAt);
        await caller.sees('CALL_CLOSED');
      },
      proof: refusedOnce,
    },
  ],
};
