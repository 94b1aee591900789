// Fault 27: the keys for SRTP are not agreed: another certificate than announced, or both sides in the same role (RFC 5763 §5, RFC 8122 §6.2).
import { parseFingerprint } from '../../../sdp/attribute/fingerprint.ts';
import type { NoteDocument } from '../../document/document.ts';
import { fingerprintIn } from '../../stream/handshake-record.ts';
import type { Finding, Sentence } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { audioLines, packetsOf } from '../media/line.ts';
import type { AudioLine, MediaEnd } from '../media/line.ts';
import { say, time } from '../say.ts';

/** How long one waits for a handshake to begin once there is a way; milliseconds. */
const patience = 3000;
/** An alert so soon after the handshake's end is about the handshake. */
const soon = 3000;

/** What differs from one kind of failure to the next. */
interface Failure {
  readonly title: string;
  readonly happened: Sentence;
  readonly why: Sentence;
  readonly whose: Sentence;
  readonly todo: Sentence;
  readonly party: number | undefined;
  readonly section: string;
}

/** DTLS fails. */
export const dtls: Rule = (facts) =>
  audioLines(facts)
    .filter(({ ends }) => ends.every(({ line }) => line?.encryption === 'DTLS'))
    .flatMap((audio) => judge(facts, audio));

function judge(facts: CallFacts, audio: AudioLine): readonly Finding[] {
  // Without keys there is no SRTP, so that packets of both show that there were some.
  if (audio.ends.every(({ sends }) => packetsOf(sends) > 0)) return [];
  if (audio.ends.some(({ report }) => (report?.receivedPackets ?? 0) > 0)) return [];
  const notes = facts.document.notes.filter(
    ({ topic, session }) =>
      session === audio.session.number && (topic === 'dtls' || topic === 'ice'),
  );
  const failure =
    otherCertificate(audio, notes) ??
    sameRole(audio, notes) ??
    alerted(audio, notes) ??
    unanswered(audio, notes) ??
    neverBegun(facts, audio, notes);
  if (failure === undefined) return [];
  return [
    fault({
      rule: 'dtls',
      fault: 27,
      ...failure,
      certainty: facts.certainty(failure.party),
      about: {
        messages: audio.ends.flatMap(({ said }) => said?.number ?? []),
        sessions: [audio.session.number],
      },
      weight: 78,
    }),
  ];
}

// RFC 8122 §6.2: a certificate that does not have the announced fingerprint ends the session.
function otherCertificate(
  { ends }: AudioLine,
  notes: readonly NoteDocument[],
): Failure | undefined {
  for (const note of notes) {
    const end = ends.find(({ party }) => party === note.party);
    const shown = note.event === 'certificate' ? fingerprintIn(note.text) : undefined;
    const announced = parseFingerprint(end?.line?.fingerprint ?? '');
    if (shown === undefined || end === undefined || announced?.hash !== 'sha-256') continue;
    if (shown === `${announced.hash} ${announced.value}`) continue;
    return {
      title: 'DTLS fingerprint mismatch',
      happened: say(
        `${end.name} shows another certificate in the DTLS handshake than its SDP announces, so no SRTP keys are agreed.`,
        note,
        end.said,
      ),
      why: say(
        `The SDP says ${brief(announced.value)}, the certificate has ${brief(shown.slice(8))}.`,
        end.said,
        note,
      ),
      whose: say(
        `The side of ${end.name}, or somebody between the two who changes the SDP or answers in its place.`,
        note,
      ),
      todo: say(
        `Compare the certificate that ${end.name} uses with the one its SDP is made from; a server that was given a new one may announce the old.`,
        end.said,
      ),
      party: end.party,
      section: 'RFC 8122 §6.2',
    };
  }
  return undefined;
}

// RFC 5763 §5, RFC 4145 §4.1: the answer chooses active or passive, and never what the offer took.
function sameRole(audio: AudioLine, notes: readonly NoteDocument[]): Failure | undefined {
  const finished = notes.some(({ event, topic }) => topic === 'dtls' && event === 'finished');
  if (finished) return undefined;
  const agreed = audio.agreed.at(-1);
  const offered = agreed?.line.offered.setup;
  const answered = agreed?.line.answered?.setup;
  const clients = notes.find(({ event }) => event === 'two clients');
  const clash = offered === answered && (offered === 'active' || offered === 'passive');
  const illegal = answered === 'actpass' || answered === 'holdconn';
  if (!clash && !illegal && clients === undefined) return undefined;
  const answerer = audio.ends.find(({ party }) => party === agreed?.negotiation.answerer);
  const who = answerer?.name ?? 'the answerer';
  const [one, other] = audio.ends;
  const bothWait = clash && offered === 'passive';
  return {
    title: 'DTLS role conflict',
    happened: say(
      bothWait
        ? `${one.name} and ${other.name} both wait for the other to begin the DTLS handshake, so no SRTP keys are agreed.`
        : `${one.name} and ${other.name} do not agree on who begins the DTLS handshake, so no SRTP keys are agreed.`,
      one.said,
      other.said,
      clients,
    ),
    why: say(
      `The offer says a=setup:${offered ?? '(nothing)'}, the answer a=setup:${answered ?? '(nothing)'}${clients === undefined ? '' : ', and both begin as client'}.`,
      one.said,
      other.said,
      clients,
    ),
    whose: say(
      `The side of ${who}: an answer has to take the role that the offer leaves.`,
      answerer?.said ?? clients,
    ),
    todo: say(
      `Make ${who} answer actpass with active or passive, and active with passive.`,
      answerer?.said ?? clients,
    ),
    party: answerer?.party,
    section: 'RFC 5763 §5',
  };
}

function alerted({ ends }: AudioLine, notes: readonly NoteDocument[]): Failure | undefined {
  const finished = notes.find(({ event }) => event === 'finished');
  const alert = notes.find(
    ({ event, text, at }) =>
      event === 'alert' &&
      (text.includes('fatal') ||
        (finished !== undefined && at - finished.at < soon && !text.includes('warning'))),
  );
  if (alert === undefined) return undefined;
  const sender = ends.find(({ party }) => party === alert.party);
  const other = ends.find(({ party }) => party !== alert.party);
  const who = sender?.name ?? 'one side';
  const certificate = /certificate|unknown_ca|encrypted/.test(alert.text);
  return {
    title: certificate ? 'DTLS certificate refused' : 'DTLS handshake failed',
    happened: say(
      `${who} ended the DTLS handshake with an alert, so no SRTP keys are agreed: ${alert.text}.`,
      alert,
    ),
    why: say(
      certificate
        ? `It does not take the certificate of ${other?.name ?? 'the other side'}, most likely because its fingerprint is not the one in the SDP.`
        : `The two did not agree on a version, a cipher suite or an SRTP profile.`,
      alert,
      other?.said,
    ),
    whose: say(
      certificate
        ? `The side of ${other?.name ?? 'the other'}, whose certificate is refused.`
        : `Of both ends of the handshake.`,
      alert,
    ),
    todo: say(
      `Compare the fingerprint in the SDP of ${other?.name ?? 'the other side'} with its certificate; then compare the DTLS settings of both.`,
      other?.said ?? alert,
    ),
    party: certificate ? other?.party : undefined,
    section: certificate ? 'RFC 8122 §6.2' : 'RFC 5763 §5',
  };
}

function unanswered({ ends }: AudioLine, notes: readonly NoteDocument[]): Failure | undefined {
  const note = notes.find(({ topic, event }) => topic === 'dtls' && event === 'unanswered');
  if (note === undefined) return undefined;
  const silent = ends.find(({ party }) => party !== note.party);
  const who = silent?.name ?? 'the other side';
  return {
    title: 'DTLS handshake unanswered',
    happened: say(`The DTLS handshake never came about: ${note.text}.`, note),
    why: say(
      `${who} does not take the handshake as server: it may see itself as client, or wait for ICE, or not speak DTLS there.`,
      note,
      silent?.said,
    ),
    whose: say(`The side of ${who}.`, note),
    todo: say(`Check a=setup in the SDP of ${who} and its DTLS settings.`, silent?.said ?? note),
    party: silent?.party,
    section: 'RFC 5763 §5',
  };
}

function neverBegun(
  facts: CallFacts,
  { ends, to }: AudioLine,
  notes: readonly NoteDocument[],
): Failure | undefined {
  const chosen = notes.find(({ topic, event }) => topic === 'ice' && event === 'nominated');
  const end = Math.max(to, facts.endedAt);
  if (chosen === undefined || end - chosen.at < patience) return undefined;
  if (notes.some(({ topic }) => topic === 'dtls')) return undefined;
  const active = activeEnd(ends);
  const who = active?.name ?? 'neither side';
  return {
    title: 'DTLS handshake never begun',
    happened: say(
      `A way for media was found, and in the ${time(end - chosen.at)} after it no DTLS handshake began.`,
      chosen,
    ),
    why: say(
      active === undefined
        ? `By their SDPs nobody is to begin it.`
        : `By the SDPs ${who} is to begin it, and does not.`,
      ends[0].said,
      ends[1].said,
    ),
    whose: say(`The side of ${who}.`, chosen),
    todo: say(`Check a=setup in both SDPs, and whether ${who} starts DTLS at all.`, chosen),
    party: active?.party,
    section: 'RFC 5763 §5',
  };
}

function activeEnd(ends: readonly [MediaEnd, MediaEnd]): MediaEnd | undefined {
  return ends.find(({ line }) => line?.setup === 'active');
}

function brief(fingerprint: string): string {
  return `${fingerprint.slice(0, 11)}…`;
}
