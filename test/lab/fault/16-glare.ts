// Fault 16: both sides change the session at the same moment, both get 491, and somebody's change is never made.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, aliceTo, at, bob } from '../people.ts';
import { proxy } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { baresipToSipp, linphoneToSipp, offhookToSipp, sippToSipp } from '../runs.ts';
import { gets, replies, scenario, sdp, takes, waits } from '../scenario.ts';
import type { Caller, Step } from '../scenario.ts';

const hold = sdp({ version: 2, direction: 'sendonly' });

/** Bob meets a re-INVITE with one of his own: each refuses that of the other. */
function meets(tries = 1): readonly Step[] {
  return [
    bob.reinvited(),
    bob.request('INVITE', { sdp: hold, repeat: false }),
    gets(100, { maybe: true }),
    gets(491),
    bob.request('ACK', { branch: 'z9hG4bK-[pid]-[call_number]-bINVITE1' }),
    bob.responds('491 Request Pending', { repeat: true }),
    takes('ACK'),
    ...Array.from({ length: tries - 1 }, () => [
      bob.reinvited(),
      bob.responds('491 Request Pending', { repeat: true }),
      takes('ACK'),
    ]).flat(),
  ];
}

function meetsAsCaller(caller: Caller): readonly Step[] {
  return [
    ...caller.calls(),
    waits(800),
    caller.request('INVITE', { cseq: 2, sdp: hold, repeat: false }),
    takes('INVITE'),
    replies('491 Request Pending'),
    gets(100, { maybe: true }),
    gets(491),
    caller.request('ACK', { cseq: 2, branch: 'z9hG4bK-[pid]-[call_number]-INVITE2' }),
    waits(5_000),
    ...caller.hangsUp({ cseq: 3 }),
  ];
}

/** Glare. */
export const glare: Family = {
  fault: 16,
  rule: 'glare',
  recipes: [
    {
      variant: 'sipp',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'Both put the call on hold at once, both get 491, and neither tries again.',
      run: sippToSipp([bob.takesCall(), meets(), bob.isHungUp()], meetsAsCaller(alice)),
      proof: { 'sip.Status-Code == 491': [2, 4], 'sip.Method == "INVITE"': 3 },
    },
    {
      variant: 'baresip',
      programs: ['baresip', 'SIPp'],
      transport: 'UDP',
      says: 'baresip and Bob change the call at once; both are refused with 491, and neither change is made.',
      run: baresipToSipp([bob.takesCall(), meets(2), bob.isHungUp()], async (phone) => {
        await phone.sees('CALL_ESTABLISHED');
        await pause(500);
        await phone.tell('hold');
        await pause(4_000);
        await phone.tell('hangup');
      }),
      filter: 'udp port 5060',
      proof: { 'sip.Status-Code == 491': [2, 4] },
    },
    {
      variant: 'linphone',
      programs: ['linphonec', 'SIPp'],
      transport: 'UDP',
      says: 'linphonec and Bob change the call at once; both are refused with 491.',
      run: linphoneToSipp([bob.takesCall(), meets(), bob.isHungUp()], async (phone) => {
        await phone.prints(/established|connected/i, 15_000);
        await pause(1_000);
        phone.tell('pause');
        await pause(5_000);
        phone.tell('terminate');
      }),
      filter: 'udp port 5060',
      proof: { 'sip.Status-Code == 491': [2, 4] },
    },
    {
      variant: 'offhook',
      programs: ['Offhook', 'SIPp'],
      transport: 'UDP',
      says: "Offhook's hold meets a re-INVITE of Bob; it tries again and is refused again, and Bob's change is never made.",
      run: offhookToSipp([bob.takesCall(), meets(2), bob.isHungUp()], async ({ ua }, uri) => {
        const call = await ua.call(uri).answered;
        await pause(500);
        const held = call.hold().catch(() => undefined);
        await Promise.race([held, pause(6_000)]);
        await call.hangUp();
      }),
      filter: 'udp port 5060',
      proof: { 'sip.Status-Code == 491': [3, 8] },
    },
    {
      variant: 'kamailio',
      programs: ['SIPp', 'Kamailio', 'SIPp'],
      transport: 'UDP',
      says: 'Both put the call on hold at once through Kamailio, both get 491, and neither tries again.',
      async run(lab) {
        await proxy(lab, { route: `$du = "sip:${at.bob}";` });
        await lab.call(
          {
            host: address.bob,
            scenario: scenario(
              'meets a re-INVITE',
              bob.invited(),
              bob.rings({ recordRoute: true }),
              waits(400),
              bob.answers({ recordRoute: true }),
              takes('ACK'),
              bob.reinvited(),
              bob.request('INVITE', { sdp: hold, repeat: false, routes: true }),
              gets(100, { maybe: true }),
              gets(491),
              bob.request('ACK', { routes: true, branch: 'z9hG4bK-[pid]-[call_number]-bINVITE1' }),
              bob.responds('491 Request Pending', { repeat: true }),
              takes('ACK'),
              bob.isHungUp(),
            ),
          },
          {
            host: address.alice,
            target: at.proxy,
            scenario: scenario(
              'meets a re-INVITE',
              meetsAsCaller(aliceTo(`sip:bob@${address.proxy}`)),
            ),
          },
        );
      },
      proof: { 'sip.Status-Code == 491': [4, 8] },
    },
  ],
};
