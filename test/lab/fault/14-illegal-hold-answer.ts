// Fault 14: hold is offered, and the answer has a direction that the offer does not allow (RFC 3264 §6.1).
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import { alice, at, bob, bobAt } from '../people.ts';
import { baresip, linphone, offhook } from '../programs.ts';
import type { Family } from '../recipe.ts';
import { gets, keys, pcmu, progress, scenario, sdp, takes, waits } from '../scenario.ts';

/** Bob answers a re-INVITE with this direction, whatever was offered. */
function answersHold(direction: string): string {
  const spoken = { codecs: [pcmu, keys], session: 20_262 };
  return scenario(
    'answers hold badly',
    bob.takesCall({ sdp: sdp(spoken) }),
    bob.reinvited(),
    bob.answers({ sdp: sdp({ ...spoken, version: 2, direction }) }),
    takes('ACK'),
    bob.isHungUp(),
  );
}

/** Hold answered illegally. */
export const illegalHoldAnswer: Family = {
  fault: 14,
  rule: 'illegal-hold-answer',
  recipes: [
    {
      variant: 'sipp-sendonly',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'Alice offers sendonly, and Bob answers sendonly instead of recvonly or inactive.',
      async run(lab) {
        await lab.call(
          { host: address.bob, scenario: answersHold('sendonly') },
          {
            host: address.alice,
            target: at.bob,
            scenario: scenario(
              'holds',
              alice.calls(),
              waits(800),
              alice.request('INVITE', { cseq: 2, sdp: sdp({ version: 2, direction: 'sendonly' }) }),
              progress,
              gets(200),
              alice.acks({ cseq: 2 }),
              waits(800),
              alice.hangsUp({ cseq: 3 }),
            ),
          },
        );
      },
      proof: { 'sdp.media_attr == "sendonly"': 2 },
    },
    {
      variant: 'baresip-sendrecv',
      programs: ['baresip', 'SIPp'],
      transport: 'UDP',
      says: 'baresip puts Bob on hold with sendonly, and Bob answers sendrecv.',
      async run(lab) {
        const callee = lab.sipp({ host: address.bob, scenario: answersHold('sendrecv') });
        const caller = await baresip(lab, address.alice, { user: 'alice' });
        await caller.tell('dial', bobAt);
        await caller.sees('CALL_ESTABLISHED');
        await pause(700);
        await caller.tell('hold');
        await pause(700);
        await caller.tell('hangup');
        await callee.done();
      },
      filter: 'udp and not portrange 16000-65535',
      proof: {
        'sdp.media_attr == "sendonly"': 1,
        'sip.CSeq.method == "INVITE" && sip.Status-Code == 200': 2,
      },
    },
    {
      variant: 'linphone-sendrecv',
      programs: ['linphonec', 'SIPp'],
      transport: 'UDP',
      says: 'linphonec puts Bob on hold with sendonly, and Bob answers sendrecv.',
      async run(lab) {
        const callee = lab.sipp({ host: address.bob, scenario: answersHold('sendrecv') });
        const caller = await linphone(lab, address.alice, { user: 'alice' });
        await pause(500);
        caller.tell(`call ${bobAt}`);
        await caller.prints(/established|connected/i, 15_000);
        await pause(1_000);
        caller.tell('pause');
        await pause(1_500);
        caller.tell('terminate');
        await callee.done();
      },
      proof: {
        'sdp.media_attr == "sendonly"': 1,
        'sip.CSeq.method == "INVITE" && sip.Status-Code == 200': 2,
      },
    },
    {
      variant: 'offhook-inactive',
      programs: ['Offhook', 'SIPp'],
      transport: 'TCP',
      says: 'Offhook offers inactive, and Bob answers sendrecv.',
      async run(lab) {
        const callee = lab.sipp({
          host: address.bob,
          transport: 'tcp',
          scenario: answersHold('sendrecv'),
        });
        await pause(300);
        const { ua } = await offhook(lab, address.alice, 'alice');
        const call = await ua.call(`${bobAt};transport=tcp`).answered;
        await pause(700);
        await call.direct('inactive').catch(() => undefined);
        await pause(500);
        await call.hangUp();
        await callee.done();
      },
      proof: {
        'sdp.media_attr == "inactive"': 1,
        'sip.CSeq.method == "INVITE" && sip.Status-Code == 200': 2,
      },
    },
  ],
};
