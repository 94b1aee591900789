// Fault 18: 422, because the session interval that was asked for is too short (RFC 4028 §8.1), and the caller gives up.
import { address } from '../lab.ts';
import { alice, aliceTo, at, bob } from '../people.ts';
import { proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { sippToOffhook, sippToSipp } from '../runs.ts';
import { gets, progress, scenario, takes, waits } from '../scenario.ts';
import type { Caller, Step } from '../scenario.ts';

function givesUp(caller: Caller): readonly Step[] {
  return [
    caller.invites({ headers: ['Supported: timer', 'Session-Expires: 60'] }),
    ...progress,
    gets(422),
    caller.acksRefusal(),
    waits(300),
  ];
}

/** 422. */
export const sessionIntervalTooSmall: Family = {
  fault: 18,
  rule: 'session-interval-too-small',
  recipes: [
    {
      variant: 'sipp-offhook',
      programs: ['SIPp', 'Offhook'],
      transport: 'UDP',
      says: 'Alice asks for a session interval of 60 seconds; Offhook answers 422 with Min-SE 90, and she gives up.',
      run: sippToOffhook(givesUp(alice)),
      proof: { 'sip.Status-Code == 422 && sip.Min-SE': 1 },
    },
    {
      variant: 'sipp-tcp',
      programs: ['SIPp', 'SIPp'],
      transport: 'TCP',
      says: 'Alice asks for a session interval of 60 seconds; Bob answers 422 with Min-SE 120, and she gives up.',
      run: sippToSipp(
        [
          bob.invited(),
          bob.responds('422 Session Interval Too Small', { headers: ['Min-SE: 120'] }),
          takes('ACK'),
          waits(200),
        ],
        givesUp(alice),
        { transport: 'tcp' },
      ),
      proof: { 'sip.Status-Code == 422 && sip.Min-SE': 1 },
    },
    {
      variant: 'kamailio',
      programs: ['SIPp', 'Kamailio'],
      transport: 'UDP',
      says: 'Alice asks for a session interval of 60 seconds; Kamailio answers 422 for its own minimum, and she gives up.',
      async run(lab) {
        await proxy(lab, {
          first: `if (is_method("INVITE") && $(hdr(Session-Expires){s.int}) < 90) {
    append_to_reply("Min-SE: 90\\r\\n");
    sl_send_reply("422", "Session Interval Too Small");
    exit;
  }`,
        });
        const caller = aliceTo(`sip:bob@${address.proxy}`);
        await lab
          .sipp({
            host: address.alice,
            target: at.proxy,
            scenario: scenario('asks for too little', givesUp(caller)),
          })
          .done();
      },
      proof: { 'sip.Status-Code == 422 && sip.Min-SE': 1 },
    },
  ],
};
