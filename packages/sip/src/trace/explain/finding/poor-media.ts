// Fault 35: media that people hear badly: lost, uneven, late, interrupted, begun late, ended early or silent (RFC 3550 §6.4.1, ITU-T G.107).
import { contact } from '../../../message/header/contact.ts';
import type { ReportDocument, StreamDocument } from '../../document/document.ts';
import type { Finding, Sentence } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { Rule } from '../found.ts';
import { complaintsOf, lossIn, muchJitter, muchLost, percent } from '../media/complaint.ts';
import type { Complaint } from '../media/complaint.ts';
import { audioLines } from '../media/line.ts';
import type { AudioLine, MediaEnd } from '../media/line.ts';
import { say, time } from '../say.ts';

/** Call Is Being Forwarded. */
const forwarded = 181;
/** From which share of lost packets on it is worth knowing. */
const someLost = 0.01;
/** What an endpoint counted is believed from so many packets on. */
const enoughCounted = 100;
/** Browsers make up sound while they begin; in a call of ten seconds that is little enough. */
const enoughPlayed = 500;

interface Direction {
  readonly facts: CallFacts;
  readonly audio: AudioLine;
  readonly sender: MediaEnd;
  readonly receiver: MediaEnd;
}

/** Media of bad quality, one finding for each direction. */
export const poorMedia: Rule = (facts) =>
  audioLines(facts).flatMap((audio) => {
    const [one, other] = audio.ends;
    return [
      ...ofDirection({ facts, audio, sender: one, receiver: other }, 0),
      ...ofDirection({ facts, audio, sender: other, receiver: one }, 1),
    ];
  });

function ofDirection(direction: Direction, end: 0 | 1): readonly Finding[] {
  const { audio, sender, receiver } = direction;
  const streams = sender.sends;
  const [first, ...more] = complaintsOf(streams, audio, end).filter(
    ({ what }) => what !== 'ended early' || !isMachine(direction),
  );
  if (first !== undefined) return [findingOf(direction, streams, [first, ...more])];
  const counted = countedBy(receiver.report);
  if (counted !== undefined) return [countedFinding(direction, counted)];
  const lossy = streams.find(
    (stream) => stream.expected >= enoughCounted && lossIn(stream, audio, end) >= someLost,
  );
  return lossy === undefined ? [] : [someLoss(direction, lossy, lossIn(lossy, audio, end))];
}

// A mailbox that the call was forwarded to, or what calls itself a machine, may listen without a word (RFC 3261 §21.1.3, RFC 3840 §10.1).
function isMachine({ facts, audio, sender }: Direction): boolean {
  const { answer } = audio;
  if (answer.row.from !== sender.party) return false;
  const [target] = answer.response?.get(contact) ?? [];
  if (target !== undefined && target !== '*' && target.parameters.has('automata')) return true;
  return (
    facts.transactionOf(answer)?.provisionals.some(({ status }) => status === forwarded) === true
  );
}

function findingOf(
  { facts, audio, sender, receiver }: Direction,
  streams: readonly StreamDocument[],
  complaints: readonly [Complaint, ...Complaint[]],
): Finding {
  const worst = complaints.reduce((one, other) => (other.weight > one.weight ? other : one));
  const proofs = complaints.flatMap((complaint) => complaint.proofs.slice(0, 6));
  const [stream] = streams;
  const mos = Math.min(...streams.map((each) => each.mos ?? Infinity));
  const rating = mos < 3.6 ? ` By the E-model that is a MOS of ${mos.toFixed(1)}.` : '';
  const ownFault = ['silent', 'begun late', 'ended early'].includes(worst.what);
  return fault({
    rule: 'poor-media',
    fault: 35,
    title: titleOf(complaints),
    happened: say(
      `The audio from ${sender.name} to ${receiver.name} is bad: ${complaints.map(({ text }) => text).join('; ')}.`,
      proofs,
    ),
    why: reasonOf(worst, stream, rating, sender),
    whose: say(
      ownFault
        ? `The side of ${sender.name}, as far as can be seen here.`
        : `The network between ${sender.name} and the place of the capture.`,
      proofs.slice(0, 2),
    ),
    todo: say(adviceOf(worst, sender), proofs.slice(0, 2)),
    party: ownFault ? sender.party : undefined,
    certainty: facts.certainty(receiver.party),
    section: 'RFC 3550 §6.4.1',
    about: { sessions: [audio.session.number], streams: streams.map(({ id }) => id) },
    weight: worst.weight,
  });
}

function titleOf(complaints: readonly Complaint[]): string {
  const kinds = new Set(complaints.map(({ what }) => what));
  if (kinds.has('ended early')) return 'Audio stops in the call';
  if (kinds.has('lost')) return 'Audio packets lost';
  if (kinds.has('interrupted')) return 'Audio interrupted';
  if (kinds.has('late')) return 'Audio packets too late';
  if (kinds.has('uneven')) return 'Audio with much jitter';
  return kinds.has('silent') ? 'Audio holds silence only' : 'Audio begins late';
}

function reasonOf(
  worst: Complaint,
  stream: StreamDocument | undefined,
  rating: string,
  sender: MediaEnd,
): Sentence {
  const { proofs } = worst;
  const evenly = stream !== undefined && stream.meanJitter < 10 && stream.late === 0;
  switch (worst.what) {
    case 'lost':
      return say(
        `Packets are missing by their sequence numbers${evenly ? ', while the others come evenly' : ', and the others come unevenly: a full queue or a bad radio link'}.${rating}`,
        proofs,
      );
    case 'uneven':
    case 'late':
      return say(
        `The packets left evenly by their timestamps and came unevenly: a queue on the way fills and drains.${rating}`,
        proofs,
      );
    case 'interrupted':
      return say(
        `No marker bit and no comfort noise announces the pause, so it is none that the speaker made.${rating}`,
        proofs,
      );
    case 'silent':
      return say(
        `All of its payload is below -50 dBm0: the microphone of ${sender.name} is muted, or the wrong device, or nothing is played.`,
        proofs,
      );
    case 'ended early':
      return say(
        `No BYE and no hold ended it, yet no packet of ${sender.name} came any more.`,
        proofs,
      );
    case 'begun late':
      return say(`Both sides were ready to talk, and ${sender.name} sent nothing yet.`, proofs);
  }
}

function adviceOf(worst: Complaint, sender: MediaEnd): string {
  switch (worst.what) {
    case 'silent':
      return `Check microphone, mute and audio source of ${sender.name}.`;
    case 'begun late':
      return `Look at what ${sender.name} does between the answer and its first packet: opening devices, ICE, a media server that starts late.`;
    case 'ended early':
      return `Look at ${sender.name} at that moment: its network, its process, or a NAT that forgot the way.`;
    case 'lost':
    case 'late':
    case 'uneven':
    case 'interrupted':
      return `Capture at ${sender.name} too: what is missing or uneven there already is its own; what is not comes from the network between, where voice needs priority and room.`;
  }
}

function someLoss(
  { facts, audio, sender, receiver }: Direction,
  stream: StreamDocument,
  loss: number,
): Finding {
  const proofs = [{ frame: stream.firstFrame }, { frame: stream.lastFrame }];
  return remark({
    rule: 'poor-media',
    title: 'A few audio packets lost',
    happened: say(
      `${percent(loss)} of the audio packets from ${sender.name} to ${receiver.name} are lost, which is hardly heard.`,
      proofs,
    ),
    why: say(`Packets are missing by their sequence numbers.`, proofs),
    whose: say(`The network between ${sender.name} and the place of the capture.`, proofs),
    todo: say(`Watch it: above ${percent(muchLost)} people complain.`, proofs),
    certainty: facts.certainty(receiver.party),
    section: 'RFC 3550 §6.4.1',
    about: { sessions: [audio.session.number], streams: [stream.id] },
    weight: 10,
  });
}

// What the receiver counted itself, where no packets were captured.
function countedBy(report: ReportDocument | undefined): string | undefined {
  if (report === undefined) return undefined;
  const { receivedPackets, lostPackets, jitter, concealed } = report;
  const all = receivedPackets + Math.max(0, lostPackets);
  if (all < enoughCounted) return undefined;
  const loss = Math.max(0, lostPackets) / all;
  if (loss >= muchLost) return `${percent(loss)} of the packets were lost`;
  if (jitter >= muchJitter) return `the jitter was ${time(jitter)}`;
  if (all >= enoughPlayed && (concealed ?? 0) >= muchLost)
    return `${percent(concealed ?? 0)} of the sound had to be made up`;
  return undefined;
}

function countedFinding({ facts, audio, sender, receiver }: Direction, counted: string): Finding {
  return fault({
    rule: 'poor-media',
    fault: 35,
    title: 'Audio of bad quality',
    happened: say(
      `${receiver.name} counted what it got of the audio of ${sender.name}: ${counted}.`,
      audio.answer,
      audio.last,
    ),
    why: say(`Packets did not come, or came too unevenly to be played.`, audio.answer, audio.last),
    whose: say(`The network between ${sender.name} and ${receiver.name}.`, audio.answer),
    todo: say(
      `Capture at both ends at once, to find where the packets are lost; voice needs priority and room there.`,
      audio.answer,
    ),
    certainty: facts.certainty(receiver.party),
    section: 'RFC 3550 §6.4.1',
    about: { sessions: [audio.session.number] },
    weight: 61,
  });
}
