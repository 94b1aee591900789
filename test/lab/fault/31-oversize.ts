// Fault 31: a request that is too large for UDP: its fragments do not arrive, or it is refused for its size.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { alice, aliceTo, at, bob } from '../people.ts';
import { linphone, proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { sippToSipp } from '../runs.ts';
import { gets, keys, pcma, pcmu, progress, scenario, sdp, takes, waits } from '../scenario.ts';

/** As some phones write it: every codec and every ICE candidate there is. */
const large = sdp({
  codecs: [pcmu, pcma, keys],
  more: Array.from(
    { length: 30 },
    (_, number) =>
      `a=candidate:${number} 1 UDP ${2_130_706_431 - number} 203.0.113.10 ${50_000 + number} typ host generation 0 network-id ${number}`,
  ),
});

/** Routers with an MTU of 1500, and a firewall behind them that lets no fragment pass but the first. */
function fragments(lab: Lab): void {
  lab.command('ip', 'link', 'set', 'lo', 'mtu', '1500');
  lab.command('iptables', '-t', 'raw', '-A', 'PREROUTING', '-f', '-j', 'DROP');
}

const lost = {
  'ip.flags.mf == 1': [5, 30],
  'ip.frag_offset > 0': [5, 30],
  'sip.Status-Line': 0,
} as const;

/** Too large for UDP. */
export const oversize: Family = {
  fault: 31,
  rule: 'oversize',
  recipes: [
    {
      variant: 'sipp-fragments',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: "Alice's INVITE of three kilobytes goes by UDP in fragments, a firewall lets only the first one through, and nobody answers.",
      async run(lab) {
        fragments(lab);
        lab.sipp({
          host: address.bob,
          scenario: scenario('hears nothing', bob.invited(), bob.answers()),
        });
        lab.sipp({
          host: address.alice,
          target: at.bob,
          scenario: scenario(
            'sends too much',
            alice.invites({ sdp: large }),
            progress,
            gets(200),
            alice.acks(),
          ),
          more: ['-max_invite_retrans', '6'],
        });
        await pause(33_500);
      },
      also: [1],
      proof: lost,
    },
    {
      variant: 'linphone-fragments',
      programs: ['SIPp', 'linphonec'],
      transport: 'UDP',
      says: "Alice's INVITE goes by UDP in fragments that never all reach linphonec.",
      async run(lab) {
        fragments(lab);
        await linphone(lab, address.bob, { user: 'bob' });
        await pause(700);
        lab.sipp({
          host: address.alice,
          target: at.bob,
          scenario: scenario(
            'sends too much',
            alice.invites({ sdp: large }),
            progress,
            gets(200),
            alice.acks(),
          ),
          more: ['-max_invite_retrans', '6'],
        });
        await pause(33_500);
      },
      also: [1],
      proof: lost,
    },
    {
      variant: 'sipp-513',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: "Bob's gateway refuses the INVITE for its size: 513.",
      run: sippToSipp(
        [
          bob.invited(),
          bob.responds('513 Message Too Large', { repeat: true }),
          takes('ACK'),
          waits(200),
        ],
        [alice.invites({ sdp: large }), progress, gets(513), alice.acksRefusal(), waits(200)],
      ),
      proof: { 'sip.Status-Code == 513': 1 },
    },
    {
      variant: 'kamailio-513',
      programs: ['SIPp', 'Kamailio'],
      transport: 'UDP',
      says: 'Kamailio refuses what does not fit into one packet of UDP: 513.',
      async run(lab) {
        await proxy(lab, {
          first: 'if ($ml > 1500) { sl_send_reply("513", "Message Too Large"); exit; }',
        });
        const caller = aliceTo(`sip:bob@${address.proxy}`);
        await lab
          .sipp({
            host: address.alice,
            target: at.proxy,
            scenario: scenario(
              'sends too much',
              caller.invites({ sdp: large }),
              progress,
              gets(513),
              caller.acksRefusal(),
              waits(200),
            ),
          })
          .done();
      },
      proof: { 'sip.Status-Code == 513': 1 },
    },
  ],
};
