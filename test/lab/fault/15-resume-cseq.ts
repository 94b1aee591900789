// Fault 15: the resume re-INVITE has the CSeq of the hold before it, so that it is never taken.
import { address } from '../lab.ts';
import { alice, aliceTo, at, bob } from '../people.ts';
import { proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { sippToBaresip, sippToSipp } from '../runs.ts';
import { gets, progress, replies, scenario, sdp, takes, waits } from '../scenario.ts';
import type { Caller, Step } from '../scenario.ts';

/** Holds with CSeq 2, and resumes with that number again, or a lower one, in another transaction. */
function resumesWithOldNumber(caller: Caller, after: readonly Step[], cseq = 2): readonly Step[] {
  return [
    ...caller.calls(),
    waits(700),
    caller.request('INVITE', { cseq: 2, sdp: sdp({ version: 2, direction: 'sendonly' }) }),
    ...progress,
    gets(200),
    caller.acks({ cseq: 2 }),
    waits(900),
    caller.request('INVITE', { cseq, branch: 'z9hG4bK-[pid]-resume', sdp: sdp({ version: 3 }) }),
    ...after,
  ];
}

const refusedWith = (status: number, cseq = 2): readonly Step[] => [
  ...progress,
  gets(status),
  alice.request('ACK', { cseq, branch: 'z9hG4bK-[pid]-resume', routes: false }),
  waits(500),
  ...alice.hangsUp({ cseq: 3 }),
];

/** Resume with an old CSeq. */
export const resumeCseq: Family = {
  fault: 15,
  rule: 'resume-cseq',
  recipes: [
    {
      variant: 'sipp-tcp',
      programs: ['SIPp', 'SIPp'],
      transport: 'TCP',
      says: 'Alice resumes with the CSeq of her hold: Bob answers 500, and the call stays on hold.',
      run: sippToSipp(
        [
          bob.takesCall(),
          bob.reinvited(),
          bob.answers({ sdp: sdp({ session: 20_262, version: 2, direction: 'recvonly' }) }),
          takes('ACK'),
          bob.reinvited(),
          bob.responds('500 Server Internal Error', { headers: ['Retry-After: 0'] }),
          takes('ACK'),
          bob.isHungUp(),
        ],
        resumesWithOldNumber(alice, refusedWith(500)),
        { transport: 'tcp' },
      ),
      proof: { 'sip.CSeq == "2 INVITE" && sip.Method == "INVITE"': 2, 'sip.Status-Code == 500': 1 },
    },
    {
      variant: 'sipp-baresip',
      programs: ['SIPp', 'baresip'],
      transport: 'UDP',
      says: 'Alice resumes with the CSeq of her first INVITE, lower than that of her hold: baresip refuses, and the call stays on hold.',
      run: sippToBaresip(resumesWithOldNumber(alice, refusedWith(500, 1), 1)),
      filter: 'udp port 5060',
      proof: { 'sip.CSeq == "1 INVITE" && sip.Method == "INVITE"': 2, 'sip.Status-Code == 500': 1 },
    },
    {
      variant: 'kamailio-silent',
      also: [1],
      programs: ['SIPp', 'Kamailio', 'SIPp'],
      transport: 'UDP',
      says: 'Alice resumes with the CSeq of her hold, through Kamailio: Bob takes it for a repeat and says nothing.',
      async run(lab) {
        await proxy(lab, { route: `$du = "sip:${at.bob}";` });
        const through = aliceTo(`sip:bob@${address.proxy}`);
        await lab.call(
          {
            host: address.bob,
            scenario: scenario(
              'says nothing',
              bob.invited(),
              bob.rings({ recordRoute: true }),
              waits(400),
              bob.answers({ recordRoute: true }),
              takes('ACK'),
              bob.reinvited(),
              bob.answers({ sdp: sdp({ session: 20_262, version: 2, direction: 'recvonly' }) }),
              takes('ACK'),
              takes('INVITE'),
              takes('BYE'),
              replies('200 OK'),
              waits(500),
            ),
          },
          {
            host: address.alice,
            target: at.proxy,
            scenario: scenario(
              'resumes',
              resumesWithOldNumber(through, [
                gets(100, { maybe: true }),
                gets(408),
                through.request('ACK', { cseq: 2, branch: 'z9hG4bK-[pid]-resume' }),
                waits(500),
                ...through.hangsUp({ cseq: 3 }),
              ]),
            ),
          },
        );
      },
      proof: {
        [`sip.CSeq == "2 INVITE" && sip.Method == "INVITE" && ip.dst == ${address.bob}`]: [3, 14],
        'sip.Status-Code == 408': [1, 3],
      },
    },
  ],
};
