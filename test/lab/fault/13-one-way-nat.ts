// Fault 13: media comes from another place than the SDP says, as behind a NAT, and what is sent to the said place gets lost.
import { pause } from '../../peers/world.ts';
import { address } from '../lab.ts';
import type { Lab } from '../lab.ts';
import { alice, at, bob } from '../people.ts';
import { plays } from '../player.ts';
import type { Count, Family } from '../recipe.ts';
import { baresipToSipp } from '../runs.ts';
import { scenario, sdp, speaks, waits } from '../scenario.ts';

/** The NAT lets nothing in at the port that the SDP says. */
function closed(lab: Lab, port: number): void {
  lab.deafen('-p', 'udp', '-d', address.bob, '--dport', String(port));
}

const proof = (source: number, said: number): Readonly<Record<string, Count>> => ({
  [`rtp && ip.src == ${address.bob} && udp.srcport == ${source}`]: [80, 200],
  [`rtp && ip.src == ${address.bob} && udp.srcport == ${said}`]: 0,
  [`rtp && ip.dst == ${address.bob} && udp.dstport == ${said}`]: [80, 250],
  [`rtp && ip.dst == ${address.bob} && udp.dstport == ${source}`]: 0,
});

/** One-way audio by a NAT. */
export const oneWayNat: Family = {
  fault: 13,
  rule: 'one-way-nat',
  recipes: [
    {
      variant: 'sipp-port',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: "Bob's NAT sends his media from port 50124 instead of 42000: Alice goes on sending to 42000, and he hears nothing.",
      async run(lab) {
        closed(lab, 42_000);
        const talk = lab.call(
          {
            host: address.bob,
            scenario: scenario(
              'Bob',
              bob.takesCall({ sdp: sdp({ session: 20_262, port: 42_000 }) }),
              bob.isHungUp(),
            ),
          },
          {
            host: address.alice,
            target: at.bob,
            scenario: scenario('Alice', alice.calls(), speaks, waits(2_800), alice.hangsUp()),
          },
        );
        await pause(1_200);
        await plays(lab, {
          from: { host: address.bob, port: 50_124 },
          to: { host: address.alice, port: 40_000 },
          seconds: 2,
          ssrc: 0x0b0b0001,
        });
        await talk;
      },
      proof: proof(50_124, 42_000),
    },
    {
      variant: 'baresip-port',
      programs: ['baresip', 'SIPp'],
      transport: 'UDP',
      says: "Bob's NAT sends his media from port 61002 instead of 42000: baresip goes on sending to 42000, and he hears nothing.",
      async run(lab) {
        closed(lab, 42_000);
        await baresipToSipp(
          [bob.takesCall({ sdp: sdp({ session: 20_262, port: 42_000 }) }), bob.isHungUp()],
          async (phone) => {
            await phone.sees('CALL_ESTABLISHED');
            await plays(lab, {
              from: { host: address.bob, port: 61_002 },
              to: { host: address.alice, port: phone.mediaPort },
              seconds: 2,
              ssrc: 0x0b0b0002,
            });
            await phone.tell('hangup');
          },
        )(lab);
      },
      proof: proof(61_002, 42_000),
    },
    {
      variant: 'sipp-address',
      programs: ['SIPp', 'SIPp'],
      transport: 'UDP',
      says: "Bob's SDP names an address that his NAT had yesterday; his media comes from the present one, and Alice's goes to the old one.",
      async run(lab) {
        const talk = lab.call(
          {
            host: address.bob,
            scenario: scenario(
              'Bob',
              bob.takesCall({
                sdp: sdp({ session: 20_262, address: '198.51.100.7', port: 42_000 }),
              }),
              bob.isHungUp(),
            ),
          },
          {
            host: address.alice,
            target: at.bob,
            scenario: scenario('Alice', alice.calls(), speaks, waits(2_800), alice.hangsUp()),
          },
        );
        await pause(1_200);
        await plays(lab, {
          from: { host: address.bob, port: 42_000 },
          to: { host: address.alice, port: 40_000 },
          seconds: 2,
          ssrc: 0x0b0b0003,
        });
        await talk;
      },
      proof: {
        [`rtp && ip.src == ${address.bob}`]: [80, 200],
        'rtp && ip.dst == 198.51.100.7': [80, 250],
        [`rtp && ip.dst == ${address.bob}`]: 0,
      },
    },
  ],
};
