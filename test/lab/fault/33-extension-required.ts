// Fault 33: the caller requires an extension that the callee does not have: 420.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, aliceTo, at, bob } from '../people.ts';
import { baresip, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { sippToBaresip, sippToSipp } from '../runs.ts';
import { gets, progress, scenario, takes, waits } from '../scenario.ts';
import type { Step } from '../scenario.ts';

function requires(option: string, caller = alice): readonly Step[] {
  return [
    caller.invites({ headers: [`Require: ${option}`] }),
    ...progress,
    gets(420),
    caller.acksRefusal(),
    waits(300),
  ];
}

const refusedFor = (option: string): Readonly<Record<string, readonly [number, number]>> => ({
  [`sip.Status-Code == 420 && sip.Unsupported contains "${option}"`]: [1, 3],
});

/** 420. */
export const extensionRequired: Family = {
  fault: 33,
  rule: 'extension-required',
  recipes: [
    {
      variant: 'sipp-tcp',
      programs: ['SIPp', 'SIPp'],
      transport: 'TCP',
      says: 'Alice requires 100rel, which Bob does not have: 420.',
      run: sippToSipp(
        [
          bob.invited(),
          bob.responds('420 Bad Extension', { headers: ['Unsupported: 100rel'] }),
          takes('ACK'),
          waits(200),
        ],
        [requires('100rel')],
        { transport: 'tcp' },
      ),
      proof: refusedFor('100rel'),
    },
    {
      variant: 'baresip',
      programs: ['SIPp', 'baresip'],
      transport: 'UDP',
      says: 'Alice requires 100rel, which baresip does not have: 420.',
      run: sippToBaresip([requires('100rel')]),
      proof: refusedFor('100rel'),
    },
    {
      variant: 'kamailio',
      programs: ['SIPp', 'Kamailio', 'baresip'],
      transport: 'UDP',
      says: 'Alice requires 100rel; the 420 of baresip, which does not have it, comes back through Kamailio.',
      async run(lab) {
        await proxy(lab, { route: `$du = "sip:${at.bob}";` });
        await baresip(lab, address.bob, { user: 'bob' });
        const through = aliceTo(`sip:bob@${address.proxy}`);
        await lab
          .sipp({
            host: address.alice,
            target: at.proxy,
            scenario: scenario('requires 100rel', requires('100rel', through)),
          })
          .done();
        await pause(300);
      },
      proof: refusedFor('100rel'),
    },
  ],
};
