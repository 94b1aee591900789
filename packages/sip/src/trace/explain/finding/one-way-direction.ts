// Fault 12: audio goes one way only, because a side said so without anybody being on hold (RFC 3264 §6.1, §8.4).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { FindingParts, Rule } from '../found.ts';
import { audioLines, framesOf, isNullHold, packetsOf } from '../media/line.ts';
import type { Agreed, AudioLine, MediaEnd } from '../media/line.ts';
import { count, say, time } from '../say.ts';

/** Shorter than this nobody misses anything, in milliseconds. */
const noticed = 1500;
/** So many packets against the agreement show that both are heard in truth. */
const heard = 50;

/** One-way audio by a direction attribute that is no hold. */
export const oneWayDirection: Rule = (facts) =>
  audioLines(facts).flatMap((audio) => {
    const held = new Set<number>();
    const findings: Finding[] = [];
    for (const [at, agreed] of audio.agreed.entries()) {
      const { negotiation, line } = agreed;
      const offered = line.offered.direction;
      const answered = line.answered?.direction;
      const isHold = at > 0 && (offered !== 'sendrecv' || isNullHold(line.offered));
      if (isHold) held.add(negotiation.offerer);
      else held.delete(negotiation.offerer);
      const restricts = restrictedBy(agreed, at, held);
      if (answered === undefined || restricts === undefined) continue;
      findings.push(...judge(facts, audio, agreed, restricts));
    }
    return findings.slice(0, 1);
  });

/** Who limits the direction without a hold: the answerer of an open offer, or who never offered more. */
function restrictedBy(
  { sends, negotiation, line }: Agreed,
  at: number,
  held: ReadonlySet<number>,
): number | undefined {
  if (sends[0] && sends[1]) return undefined;
  if (line.offered.port === 0 || line.answered?.port === 0) return undefined;
  if (isNullHold(line.offered)) return undefined;
  if (line.offered.direction !== 'sendrecv') return at === 0 ? negotiation.offerer : undefined;
  // RFC 3264 §8.4: each side holds for itself; an offer of one does not end the hold of the other.
  return held.has(negotiation.answerer) ? undefined : negotiation.answerer;
}

function judge(
  facts: CallFacts,
  audio: AudioLine,
  agreed: Agreed,
  party: number,
): readonly Finding[] {
  const { from, to, sends, negotiation, line } = agreed;
  if (to - from < noticed) return [];
  const [one, other] = audio.ends;
  const mute = [one, other].filter((_, at) => !sends[at]);
  if (mute.every((end) => packetsWithin(end, agreed) >= heard)) return [];
  const offers = party === negotiation.offerer;
  const said = facts.message(offers ? negotiation.offer : negotiation.answer);
  const offer = facts.message(negotiation.offer);
  const word = offers ? line.offered.direction : line.answered?.direction;
  const names = mute.map(({ name }) => name);
  const nobody = names.length === 2;
  const who = facts.name(party);
  const seen = framesOf([...one.sends, ...other.sends]).slice(0, 4);
  // RFC 3264 §5.1: who offers sendonly from the start wants to hear nothing: a page, an announcement, music.
  const isMeant = offers && word === 'sendonly';
  const parts: FindingParts = {
    rule: 'one-way-direction',
    ...(isMeant ? {} : { fault: 12 }),
    title: nobody ? 'No audio by direction' : 'One-way audio by direction',
    happened: say(
      nobody
        ? `For ${time(to - from)} neither side was allowed to send audio, and nobody was on hold.`
        : `For ${time(to - from)} audio could only go one way: ${names.join('')} was not allowed to send${wentOn(audio, agreed)}.`,
      offer,
      said,
      seen,
    ),
    why: say(
      offers
        ? `${who} began the call with a=${word ?? 'inactive'} and never offered more.`
        : `${who} answered the offer of sendrecv with a=${word ?? 'inactive'}, and had put nobody on hold.`,
      offer,
      said,
    ),
    whose: say(`The side of ${who}.`, said ?? offer),
    todo: say(
      `Look for what makes ${who} say so: a hold that it still believes in, or a missing permission or device; it should say a=sendrecv.`,
      said ?? offer,
    ),
    party,
    certainty: facts.certainty(party),
    section: 'RFC 3264 §6.1',
    about: {
      messages: [negotiation.offer, negotiation.answer ?? negotiation.offer],
      sessions: [audio.session.number],
      streams: [...one.sends, ...other.sends].map(({ id }) => id),
    },
    weight: isMeant ? 10 : 68,
  };
  return [isMeant ? remark(parts) : fault(parts)];
}

function wentOn(audio: AudioLine, { sends }: Agreed): string {
  const [one, other] = audio.ends;
  const speaker = sends[0] ? one : other;
  const packets = packetsOf(speaker.sends);
  return packets === 0 ? '' : `, while ${count(packets, 'RTP packet')} of ${speaker.name} came`;
}

/** Packets of an end within a while, as far as its streams tell: those of whole streams that were going on. */
function packetsWithin({ sends }: MediaEnd, { from, to }: Agreed): number {
  return sends
    .flatMap(({ series }) => series)
    .filter(({ at }) => at >= from - 1000 && at < to)
    .reduce((sum, { packets }) => sum + packets, 0);
}
