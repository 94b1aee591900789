// Calls with hand-made packets for the rules about media and its ways.
import { expect } from 'vitest';
import type { ObservedAddress } from '../../../base/tap.ts';
import type { CallDocument, NoteDocument, ReportDocument } from '../../document/document.ts';
import { datagrams, evenly } from '../../stream/packets.test-kit.ts';
import type { SentPacket } from '../../stream/packets.test-kit.ts';
import { answered, audio, epoch, Talk } from '../document.test-kit.ts';
import { explain } from '../explain.ts';
import type { Finding } from '../explanation.ts';

export const alice: ObservedAddress = { host: '192.0.2.1', port: 40_000 };
export const bob: ObservedAddress = { host: '192.0.2.2', port: 42_000 };
export const bobs = audio({ host: bob.host, port: bob.port });

/** Packets of `seconds` from 2.1 s on, which is just after the answer. */
export function speech(seconds: number, ssrc: number, from = 2100): readonly SentPacket[] {
  return evenly(50 * seconds, from).map((each) => ({ ...each, ssrc }));
}

export function play(
  talk: Talk,
  packets: readonly SentPacket[],
  source: ObservedAddress,
  destination: ObservedAddress,
  frame = 1000,
): void {
  const moved = packets.map((each) => ({ ...each, at: epoch + each.at }));
  for (const each of datagrams(moved, source, destination, frame)) talk.book.add(each);
}

/** An answered call of ten seconds with what is said of its media. */
export function call(write: (talk: Talk) => void, offer = audio(), answer = bobs): CallDocument {
  const talk = new Talk();
  const ok = answered(talk, { sdp: offer }, { sdp: answer });
  write(talk);
  const bye = talk.send(12_000, 'alice>bob', 'BYE', { within: ok });
  talk.answer(12_010, bye, 200);
  return talk.document;
}

export function both(talk: Talk): void {
  play(talk, speech(9, 1), alice, bob);
  play(talk, speech(9, 2), bob, alice, 3000);
}

export function faults(document: CallDocument): readonly Finding[] {
  const { findings } = explain(document);
  for (const { happened, why, whose, todo } of findings)
    for (const { text, frames } of [happened, why, whose, todo]) {
      expect(frames, text).not.toEqual([]);
      expect(text).toMatch(/^\S.*\.$/s);
      expect(text).not.toMatch(/undefined|NaN|Infinity/);
    }
  return findings.filter(({ severity }) => severity === 'fault');
}

export function named(document: CallDocument): readonly string[] {
  return faults(document).map(({ fault, title }) => `${fault ?? ''} ${title}`);
}

export function report(
  party: number,
  sentPackets: number,
  receivedPackets: number,
  more: Partial<ReportDocument> = {},
): ReportDocument {
  return {
    ...{
      at: epoch + 11_000,
      party,
      session: 1,
      line: 0,
      codec: 'PCMU',
      sentPackets,
      receivedPackets,
    },
    ...{ lostPackets: 0, jitter: 1, roundTrip: undefined, concealed: undefined, level: undefined },
    ...{ final: true, ...more },
  };
}

export const ice = (host: string, ufrag: string): readonly string[] => [
  `a=ice-ufrag:${ufrag}`,
  'a=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa',
  `a=candidate:1 1 udp 2130706431 ${host} 40000 typ host`,
];

export function note(
  topic: NoteDocument['topic'],
  event: string,
  at: number,
  text = 'told',
  party?: number,
): NoteDocument {
  return {
    ...{ frame: 9000 + at / 100, at: epoch + at, party, leg: 1, session: 1, topic, event, text },
    ...{ source: alice, destination: bob },
  };
}
