// Two ends of a stream that hear each other on virtual time, for tests.
import { parseRtp } from '@offhook/sip/rtp';
import type { RtpPacket } from '@offhook/sip/rtp';
import type { StreamAgreement } from './agreement.ts';
import { PacketRing } from './packet-ring.ts';
import type { MediaAddress } from './source-lock.ts';
import type { StreamStatistics } from './statistics.ts';
import { AudioStream } from './stream.ts';

/** Where the two ends and a stranger are. */
export const addresses = {
  alice: { host: '192.0.2.1', port: 4000 },
  bob: { host: '192.0.2.2', port: 5000 },
  stranger: { host: '203.0.113.9', port: 666 },
};

/** A packet that was sent. */
export interface Sent {
  readonly packet: RtpPacket;
  readonly to: MediaAddress;
}

/** A stream with what it did, and its own time. */
export class End {
  readonly stream: AudioStream;
  readonly sent: Sent[] = [];
  readonly reports: { readonly bytes: Uint8Array; readonly to: MediaAddress }[] = [];
  readonly digits: string[] = [];
  readonly ways: string[] = [];
  readonly counts: StreamStatistics[] = [];
  firstPackets = 0;
  silences = 0;
  now = 1000;
  peer: End | undefined;
  /** Hears each packet as it goes over the wire. */
  wire: ((bytes: Uint8Array) => void) | undefined;
  wireTo: ((bytes: Uint8Array, to: MediaAddress) => void) | undefined;

  constructor(local: MediaAddress, ssrc: number) {
    this.stream = new AudioStream({
      local,
      ssrc,
      sequence: 65_530,
      timestamp: 0xffff_ff00,
      cname: 'name',
      fraction: () => 0.5,
      epoch: 1_700_000_000_000,
      ring: new PacketRing(4),
      sendRtp: (bytes, length, to) => {
        const copy = bytes.slice(0, length);
        this.wire?.(copy);
        this.wireTo?.(copy, to);
        const packet = parseRtp(copy);
        if (packet !== undefined) this.sent.push({ packet, to });
        this.peer?.stream.received(copy.slice(), local.host, local.port, this.now);
      },
      sendRtcp: (bytes, length, to) => {
        this.reports.push({ bytes: bytes.slice(0, length), to });
        this.peer?.stream.receivedRtcp(
          bytes.slice(0, length),
          local.host,
          local.port + 1,
          this.now,
        );
      },
      digit: (digit, way) => {
        this.digits.push(digit);
        this.ways.push(way);
      },
      firstPacket: () => (this.firstPackets += 1),
      silent: () => (this.silences += 1),
      counted: (statistics) => this.counts.push(statistics),
    });
  }
}

/** The usual agreement with a peer at `remote`. */
export function agreement(
  remote: MediaAddress,
  changes: Partial<StreamAgreement> = {},
): StreamAgreement {
  return {
    direction: 'sendrecv',
    remote,
    remoteRtcp: { host: remote.host, port: remote.port + 1 },
    send: [{ payloadType: 0, codec: 'PCMU' }],
    receive: [
      { payloadType: 0, codec: 'PCMU' },
      { payloadType: 8, codec: 'PCMA' },
    ],
    sendEvents: {
      payloadType: 101,
      clockRate: 8000,
      events: Array.from({ length: 16 }, (_, event) => event),
    },
    receiveEvents: [{ payloadType: 101, clockRate: 8000 }],
    receiveNoise: [13],
    packetMilliseconds: 20,
    rtcpMux: false,
    masterKeys: undefined,
    ...changes,
  };
}

/** Two ends that hear each other, and their time. */
export function pair(): { alice: End; bob: End; readonly pass: (milliseconds: number) => void } {
  const alice = new End(addresses.alice, 1);
  const bob = new End(addresses.bob, 2);
  [alice.peer, bob.peer] = [bob, alice];
  alice.stream.agree(agreement(addresses.bob));
  bob.stream.agree(agreement(addresses.alice));
  const pass = (milliseconds: number): void => {
    for (let passed = 0; passed < milliseconds; passed += 20) {
      alice.now += 20;
      bob.now += 20;
      alice.stream.tick(alice.now);
      bob.stream.tick(bob.now);
    }
  };
  return { alice, bob, pass };
}
