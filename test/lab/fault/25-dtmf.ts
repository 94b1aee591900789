// Fault 25: pressed keys that nobody hears: they were not agreed on, have another payload type, or lack their marker.
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { alice, at, bob } from '../people.ts';
import { plays } from '../player.ts';
import type { Playing } from '../player.ts';
import type { Family } from '../recipe.ts';
import { sippToBaresip } from '../runs.ts';
import { keys, pcmu, scenario, sdp, speaks, waits } from '../scenario.ts';

/** Alice presses keys in a call with Bob, who answers with these formats. */
async function presses(
  lab: Lab,
  answered: Parameters<typeof sdp>[0],
  pressed: Partial<Playing>,
): Promise<void> {
  const played = plays(lab, {
    from: { host: address.alice, port: 42_000 },
    to: { host: address.bob, port: 40_000 },
    seconds: 2,
    after: 1_200,
    ssrc: 0x0a11ce01,
    keys: '12#',
    ...pressed,
  });
  await lab.call(
    {
      host: address.bob,
      scenario: scenario(
        'Bob',
        bob.takesCall({ sdp: sdp({ session: 20_262, ...answered }) }),
        speaks,
        bob.isHungUp(),
      ),
    },
    {
      host: address.alice,
      target: at.bob,
      scenario: scenario(
        'Alice',
        alice.calls({
          sdp: sdp({ port: 42_000, codecs: [pcmu, keys], more: ['a=fmtp:101 0-15'] }),
        }),
        waits(2_800),
        alice.hangsUp(),
      ),
    },
  );
  await played;
}

/** DTMF. */
export const dtmf: Family = {
  fault: 25,
  rule: 'dtmf',
  recipes: [
    {
      variant: 'not-negotiated',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: "Bob's answer leaves telephone-event out, and Alice sends her keys as telephone-event all the same.",
      run: (lab) => presses(lab, { codecs: [pcmu] }, {}),
      proof: { 'rtp.p_type == 101 && !icmp': [20, 30], 'sdp.mime.type == "telephone-event"': 1 },
    },
    {
      variant: 'no-marker',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: "None of Alice's keys begins with a marker bit.",
      run: (lab) => presses(lab, { codecs: [pcmu, keys] }, { withoutMarker: true }),
      proof: { 'rtp.p_type == 101 && !icmp': [20, 30], 'rtp.p_type == 101 && rtp.marker == 1': 0 },
    },
    {
      variant: 'other-type',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: 'Bob takes keys as payload type 101, and Alice sends them as 96.',
      run: (lab) => presses(lab, { codecs: [pcmu, keys] }, { keyType: 96 }),
      proof: { 'rtp.p_type == 96 && !icmp': [20, 30], 'rtp.p_type == 101': 0 },
    },
    {
      variant: 'baresip',
      programs: ['SIPp', 'baresip'],
      transport: 'UDP',
      says: 'Alice offers G.711 alone, so baresip agrees on no keys; she sends them as telephone-event all the same.',
      async run(lab) {
        await sippToBaresip(
          [alice.calls({ sdp: sdp({ port: 42_000 }) }), waits(2_800), alice.hangsUp()],
          {
            async meanwhile(phone) {
              await plays(lab, {
                from: { host: address.alice, port: 42_000 },
                to: { host: address.bob, port: phone.mediaPort },
                seconds: 2,
                after: 700,
                ssrc: 0x0a11ce02,
                keys: '159',
              });
            },
          },
        )(lab);
      },
      proof: { 'rtp.p_type == 101 && !icmp': [20, 30], 'sdp.mime.type == "telephone-event"': 0 },
    },
  ],
};
