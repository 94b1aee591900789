// What one party wishes of another's pictures crosses the bridge: whole pictures, and packets that were lost.
import { expect, test } from 'vitest';
import { formatRtp, parseRtcp, parseRtp } from '@offhook/sip/rtp';
import type { RtcpPacket } from '@offhook/sip/rtp';
import { PacketRing } from '../packet-ring.ts';
import type { LineAgreement } from './leg-agreement.ts';
import { PartyLine } from './party-line.ts';

const format = { payloadType: 96, codec: 'vp8/90000/1', clockRate: 90_000, isEvent: false };
const agreement: LineAgreement = {
  ...{ media: 'video', line: 0, codec: 'VP8', direction: 'sendrecv', ptime: 20 },
  ...{ send: [format], receive: [format], place: undefined },
};

interface SeenParty {
  readonly line: PartyLine;
  /** What went to its party. */
  readonly sent: { readonly ssrc: number; readonly sequence: number }[];
  /** What its party was asked for. */
  readonly asked: RtcpPacket[];
  readonly resent: number[];
  kept: readonly number[];
}

function party(ssrc: number): SeenParty {
  const made: SeenParty = {
    sent: [],
    asked: [],
    resent: [],
    kept: [],
    line: new PartyLine({
      ...{ media: 'video', ssrc, sequence: 500, timestamp: 9, cname: 'x', isBrowser: true },
      ...{ fraction: () => 0.5, epoch: 0, ring: new PacketRing(16) },
      sendRtp: (bytes, length) => {
        const packet = parseRtp(bytes.slice(0, length));
        if (packet !== undefined) made.sent.push(packet);
      },
      sendRtcp: (compound) => made.asked.push(...(parseRtcp(compound) ?? []).filter(isWish)),
      resend: (sequence) => {
        if (made.kept.includes(sequence)) made.resent.push(sequence);
        return made.kept.includes(sequence);
      },
      key: () => undefined,
      failed: (reason) => {
        throw new Error(reason);
      },
    }),
  };
  made.line.agree(agreement);
  return made;
}

function isWish({ kind }: RtcpPacket): boolean {
  return kind === 'nack' || kind === 'picture-loss' || kind === 'full-intra-request';
}

function shown(by: PartyLine, sequence: number): void {
  const payload = new Uint8Array(50);
  by.received(
    formatRtp({ payloadType: 96, sequence, timestamp: sequence * 3000, ssrc: 77, payload }),
    sequence,
  );
}

test('RFC 4585 §6.3.1: a picture is asked for under the name that its source has', () => {
  const [one, other] = [party(1), party(2)];
  one.line.join(other.line);
  other.line.join(one.line);
  shown(one.line, 10);
  other.line.receivedRtcp([{ kind: 'picture-loss', ssrc: 99, media: 2 }], 20);
  expect(one.asked).toEqual([{ kind: 'picture-loss', ssrc: 1, media: 77 }]);
  other.line.receivedRtcp(
    [{ kind: 'full-intra-request', ssrc: 99, requests: [{ media: 2, sequence: 5 }] }],
    30,
  );
  expect(one.asked[1]).toMatchObject({ requests: [{ media: 77, sequence: 5 }] });
  other.line.receivedRtcp([{ kind: 'picture-loss', ssrc: 99, media: 12_345 }], 40);
  expect(one.asked).toHaveLength(2);
});

test('RFC 4585 §6.2.1: what went out from here is sent again, what never came is asked for at its source', () => {
  const [one, other] = [party(1), party(2)];
  one.line.join(other.line);
  other.line.join(one.line);
  for (const sequence of [1000, 1001, 1003]) shown(one.line, sequence);
  expect(other.sent.map(({ sequence }) => sequence)).toEqual([500, 501, 503]);
  other.kept = [500, 501, 503];
  other.line.receivedRtcp([{ kind: 'nack', ssrc: 99, media: 2, lost: [501, 502] }], 2000);
  expect(other.resent).toEqual([501]);
  expect(one.asked).toEqual([{ kind: 'nack', ssrc: 1, media: 77, lost: [1002] }]);
});

test('who begins to see has a picture asked for, more than once', () => {
  const [one, other] = [party(1), party(2)];
  shown(one.line, 10);
  one.line.join(other.line);
  other.line.join(one.line);
  for (let now = 20; now < 3000; now += 20) one.line.tick(now);
  expect(one.asked.filter(({ kind }) => kind === 'picture-loss')).toHaveLength(3);
});
