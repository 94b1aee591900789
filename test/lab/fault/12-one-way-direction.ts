// Fault 12: one side hears nothing, because a direction was agreed that lets nothing through.
import { pause } from '../../peers/world.ts';
import { address, hertz } from '../lab.ts';
import { alice, bob } from '../people.ts';
import type { Family } from '../recipe.ts';
import { baresipToSipp, linphoneToSipp, offhookToSipp, sippToOffhook } from '../runs.ts';
import { sdp, speaks, takes, waits } from '../scenario.ts';

const answer = (direction: string, version = 1): { readonly sdp: string } => ({
  sdp: sdp({ session: 20_262, direction, version }),
});
const fromAlice = `rtp && !icmp && ip.src == ${address.alice}`;
const fromBob = `rtp && !icmp && ip.src == ${address.bob}`;

/** One-way audio by the direction. */
export const oneWayDirection: Family = {
  fault: 12,
  rule: 'one-way-direction',
  recipes: [
    {
      variant: 'offhook-recvonly',
      programs: ['Offhook', 'SIPp'],
      transport: 'UDP',
      says: "Bob's answer is recvonly: he hears Alice, and she hears nothing of him.",
      run: offhookToSipp(
        [bob.takesCall(answer('recvonly')), bob.isHungUp()],
        async ({ ua }, uri) => {
          const call = await ua.call(uri).answered;
          void call.media.play({ kind: 'tone', hertz });
          await pause(2_500);
          await call.hangUp();
        },
      ),
      proof: { [fromAlice]: [60, 200], [fromBob]: 0, 'sdp.media_attr == "recvonly"': [1, 2] },
    },
    {
      variant: 'baresip-sendonly',
      programs: ['baresip', 'SIPp'],
      transport: 'UDP',
      says: "Bob's answer is sendonly: Alice hears him, and he hears nothing of her.",
      run: baresipToSipp(
        [bob.takesCall(answer('sendonly')), speaks, bob.isHungUp()],
        async (phone) => {
          await phone.sees('CALL_ESTABLISHED');
          await pause(2_500);
          await phone.tell('hangup');
        },
      ),
      proof: { [fromBob]: [60, 200], [fromAlice]: [0, 3], 'sdp.media_attr == "sendonly"': [1, 2] },
    },
    {
      variant: 'linphone-resume',
      programs: ['linphonec', 'SIPp'],
      transport: 'UDP',
      says: "After hold and resume Bob's answer stays recvonly: Alice hears nothing of him any more.",
      run: linphoneToSipp(
        [
          bob.takesCall(answer('sendrecv')),
          bob.reinvited(),
          bob.answers(answer('recvonly', 2)),
          takes('ACK'),
          bob.reinvited(),
          bob.answers(answer('recvonly', 2)),
          takes('ACK'),
          bob.isHungUp(),
        ],
        async (phone) => {
          await phone.prints(/established|connected/i, 15_000);
          await pause(800);
          phone.tell('pause');
          await pause(800);
          phone.tell('resume');
          await pause(2_500);
          phone.tell('terminate');
        },
      ),
      proof: { [fromAlice]: [60, 300], [fromBob]: 0, 'sip.Method == "INVITE"': 3 },
    },
    {
      variant: 'sipp-offers-recvonly',
      programs: ['SIPp', 'Offhook'],
      transport: 'UDP',
      says: 'Alice offers recvonly from the start: she hears Offhook, and it hears nothing of her.',
      run: sippToOffhook([
        alice.calls({ sdp: sdp({ direction: 'recvonly' }) }),
        waits(2_500),
        alice.hangsUp(),
      ]),
      proof: { [fromBob]: [60, 200], [fromAlice]: 0 },
    },
  ],
};
