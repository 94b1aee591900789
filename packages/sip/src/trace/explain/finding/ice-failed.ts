// Fault 26: both sides use ICE, and no way between them works (RFC 8445 §7.2.5, §8.1.2).
import { parseCandidate } from '../../../sdp/attribute/candidate.ts';
import type { NoteDocument } from '../../document/document.ts';
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import { audioLines, packetsOf } from '../media/line.ts';
import type { AudioLine, MediaEnd } from '../media/line.ts';
import { count, listed, say, time } from '../say.ts';
import { isPrivate } from '../media/address.ts';

/** RFC 8445 §14.3: checks are repeated for some seconds; before that nothing has failed. */
const patience = 3000;
/** So many packets each way prove that one was found. */
const enoughPackets = 20;

/** No pair of candidates works. */
export const iceFailed: Rule = (facts) =>
  audioLines(facts)
    .filter(({ ice }) => ice)
    .flatMap((audio) => judge(facts, audio));

function judge(facts: CallFacts, audio: AudioLine): readonly Finding[] {
  const notes = facts.document.notes.filter(
    ({ topic, session }) => topic === 'ice' && session === audio.session.number,
  );
  const [one, other] = audio.ends;
  if (audio.ends.every(({ sends }) => packetsOf(sends) >= enoughPackets)) return [];
  if (audio.ends.some(({ report }) => (report?.receivedPackets ?? 0) > 0)) return [];
  const found = notes.some(({ event }) => event === 'nominated');
  const first = notes.find(({ event }) => event === 'checked');
  if (found) return [];
  if (first === undefined) return counted(facts, audio);
  const end = Math.max(audio.to, facts.endedAt, notes.at(-1)?.at ?? 0);
  if (end - first.at < patience) return [];
  const silent = notes.filter(({ event }) => event === 'unanswered');
  const answered = notes.filter(({ event }) => event === 'answered');
  const refused = notes.filter(({ event }) => event === 'refused');
  const conflict = notes.find(({ event }) => event === 'role conflict');
  const ailing = silent.length > 0 || refused.length > 0 || conflict !== undefined;
  if (answered.length > 0 && !ailing) return [];
  const checks = notes.filter(({ event }) => event === 'checked');
  const proofs = [...checks.slice(0, 4), ...silent.slice(0, 8), ...refused.slice(0, 4)];
  const [refusal] = refused;
  return [
    finding(audio, {
      happened: say(
        answered.length > 0
          ? `Checks between ${one.name} and ${other.name} were answered in one direction only, and no way was chosen within ${time(end - first.at)}.`
          : `${one.name} and ${other.name} checked ${count(checks.length, 'way')} between their addresses for ${time(end - first.at)}, and ${refusal === undefined ? 'no check was answered' : `every check was refused (${refusal.text})`}: no media can flow.`,
        proofs,
        answered.slice(0, 2),
      ),
      why: whyOf(audio, conflict, refusal),
      certainty: 'inferred',
      proof: first,
      refusal,
    }),
  ];
}

// Endpoints that tell of themselves: nothing sent and nothing received means that no way was ever opened.
function counted(facts: CallFacts, audio: AudioLine): readonly Finding[] {
  const told = audio.ends.filter(({ report }) => report !== undefined);
  const idle = told.every(
    ({ report }) => report?.sentPackets === 0 && report.receivedPackets === 0,
  );
  if (told.length === 0 || !idle || audio.to - audio.from < patience) return [];
  const dtls = facts.document.notes.some(
    ({ topic, session }) => topic === 'dtls' && session === audio.session.number,
  );
  if (dtls) return [];
  return [
    finding(audio, {
      happened: say(
        `${listed(told.map(({ name }) => name))} counted no packet sent and none received in ${time(audio.to - audio.from)}: no way for media was opened.`,
        audio.answer,
        audio.last,
      ),
      why: whyOf(audio, undefined, undefined),
      certainty: 'recorded',
      proof: audio.answer,
      refusal: undefined,
    }),
  ];
}

function finding(
  audio: AudioLine,
  parts: Pick<Finding, 'happened' | 'why' | 'certainty'> & {
    readonly proof: { readonly frame: number };
    readonly refusal: NoteDocument | undefined;
  },
): Finding {
  const { happened, why, certainty, proof, refusal } = parts;
  const [one, other] = audio.ends;
  const relayed = audio.ends.some((end) => kindsOf(end).includes('relay'));
  return fault({
    rule: 'ice-failed',
    fault: 26,
    title: 'ICE failed',
    happened,
    why,
    whose: say(
      refusal === undefined
        ? `The network between ${one.name} and ${other.name}: a firewall or NATs that let nothing through.`
        : `Whoever changes the descriptions between ${one.name} and ${other.name}, or the one of the two that sends old ones.`,
      proof,
      refusal,
    ),
    todo: say(
      refusal !== undefined
        ? `Compare a=ice-ufrag and a=ice-pwd as one side sent them and as the other got them, hop by hop.`
        : relayed
          ? `Check that the TURN relay can be reached from both sides, and that its ports are open.`
          : `Give both sides a TURN server, so that there is a way when no direct one works, or open UDP between them.`,
      proof,
    ),
    certainty,
    section: 'RFC 8445 §8.1.2',
    about: {
      messages: audio.ends.flatMap(({ said }) => said?.number ?? []),
      sessions: [audio.session.number],
    },
    weight: 76,
  });
}

function whyOf(
  audio: AudioLine,
  conflict: NoteDocument | undefined,
  refusal: NoteDocument | undefined,
): Finding['why'] {
  const [one, other] = audio.ends;
  if (refusal !== undefined)
    return say(
      `The packets get through, but the checks prove the wrong password: what one side knows as a=ice-ufrag and a=ice-pwd of the other is not what the other said (RFC 8445 §7.3).`,
      refusal,
      one.said,
      other.said,
    );
  if (conflict !== undefined)
    return say(
      `Both took the same role: a check was answered with 487 (Role Conflict), and it was not resolved.`,
      conflict,
    );
  return say(
    `${one.name} named ${offersOf(one)}; ${other.name} named ${offersOf(other)}. Nothing gets through between these.`,
    one.said,
    other.said,
  );
}

function offersOf(end: MediaEnd): string {
  const candidates = (end.line?.candidates ?? []).flatMap((text) => parseCandidate(text) ?? []);
  if (candidates.length === 0) return 'no candidate in its SDP';
  const kinds = [...new Set(candidates.map(({ type }) => type))];
  const inner = candidates.every(({ address }) => isPrivate(address) || address.endsWith('.local'));
  return `${count(candidates.length, 'candidate')} (${listed(kinds)}${inner ? ', all of them private' : ''})`;
}

function kindsOf(end: MediaEnd): readonly string[] {
  return (end.line?.candidates ?? []).flatMap((text) => parseCandidate(text)?.type ?? []);
}
