// Answers to any offer: as many lines as it has, each taken by a slot or refused with port 0 (RFC 3264 §6).
import { fail, ok } from '../base/result.ts';
import type { Result } from '../base/result.ts';
import { connectionTo, obstacleTo } from './address.ts';
import type { Attribute, MediaDescription, SessionDescription } from './description.ts';
import { meet } from './direction.ts';
import { agreeStreams, sharesPort, usesIce } from './match.ts';
import type { Agreement, BoundNumbers } from './match.ts';
import { asIs } from './offer.ts';
import type { Terms } from './offer.ts';
import type { LocalOrigin } from './origin.ts';
import { isCompanion, sameFormat } from './payload.ts';
import { answeredCrypto, isSecure } from './security.ts';
import type { MediaInit } from './serialize.ts';
import { bindNumbers, numberCodecs, protocolsOf, refusedLine, slotLine } from './slot.ts';
import type { MediaSlot, NumberedCodec } from './slot.ts';

/** Why a line of an offer was refused. */
export interface LineRefusal {
  /** The place of its m= line, from 0. */
  readonly line: number;
  /** The code of a Warning header (RFC 3261 §20.43). */
  readonly warning: 301 | 302 | 304 | 305 | 330;
  /** In plain words. */
  readonly text: string;
}

/** Why a whole offer cannot be taken: each line that it wanted is refused. */
export interface OfferRefusal {
  readonly lines: readonly LineRefusal[];
  /** The code of the first line, for a Warning header. */
  readonly warning: LineRefusal['warning'];
  /** In plain words. */
  readonly text: string;
}

/**
 * Answers an offer, with the peer's numbers and in its order of preference (RFC 3264 §6.1); `local` of the agreement is the
 * answer to send. An offer that wants no media, with no lines or all of them at port 0, is answered in kind.
 */
export function createAnswer(
  offer: SessionDescription,
  terms: Terms,
): Result<Agreement, OfferRefusal> {
  const { origin, slots, previous, finish = asIs } = terms;
  const verdicts = judgeLines(offer, terms);
  const taken = verdicts.filter((verdict) => verdict.kind === 'taken');
  const refusals = verdicts.flatMap((verdict) =>
    verdict.kind === 'refused' ? [verdict.refusal] : [],
  );
  const [first] = refusals;
  if (first !== undefined && taken.length === 0) {
    const reasons = refusals.map(({ line, text }) => `line ${line + 1}: ${text}`).join('; ');
    return fail({
      lines: refusals,
      warning: first.warning,
      text: `Nothing in the offer can be used (${reasons})`,
    });
  }
  const places = verdicts.map((verdict) => (verdict.kind === 'taken' ? verdict.index : undefined));
  const session = connectionTo(slots[taken[0]?.index ?? slots.length]?.local.host ?? origin.host);
  const media = offer.media.map((theirs, line): MediaInit => {
    const verdict = verdicts[line];
    if (verdict?.kind !== 'taken')
      return refusedLine(theirs.media, theirs.protocol, theirs.formats[0]);
    const direction = meet(verdict.slot.direction, theirs.direction);
    return slotLine(verdict.slot, verdict.codecs, {
      protocol: theirs.protocol,
      direction,
      session,
      // RFC 5761 §5.1.1: never in an answer to an offer without it.
      rtcpMux: verdict.slot.rtcpMux === true && sharesPort(theirs),
      cryptos: verdict.crypto === undefined ? [] : [verdict.crypto],
    });
  });
  const local = origin.describe(finish({ connection: session, timing: timingOf(offer), media }));
  const bound = local.media.map((ours, line) => bindNumbers(previous?.bound[line], ours));
  return ok({ local, remote: offer, streams: agreeStreams(local, offer, places), bound });
}

/** The answer that refuses every line, for an offer that came where it cannot be refused otherwise (RFC 6337 §5.2.4). */
export function refuseOffer(offer: SessionDescription, origin: LocalOrigin): SessionDescription {
  const media = offer.media.map((theirs) =>
    refusedLine(theirs.media, theirs.protocol, theirs.formats[0]),
  );
  return origin.describe({ connection: connectionTo(origin.host), timing: timingOf(offer), media });
}

type Verdict =
  | {
      readonly kind: 'taken';
      readonly index: number;
      readonly slot: MediaSlot;
      readonly codecs: readonly NumberedCodec[];
      readonly crypto: Attribute | undefined;
    }
  | { readonly kind: 'refused'; readonly refusal: LineRefusal }
  | { readonly kind: 'removed' };

function judgeLines(offer: SessionDescription, { slots, previous }: Terms): readonly Verdict[] {
  const wanted = (line: number): boolean => (offer.media[line]?.port ?? 0) !== 0;
  const kept = (previous?.streams ?? []).map(({ slot, media }, line) =>
    wanted(line) && offer.media[line]?.media === media ? slot : undefined,
  );
  const used = new Set(kept);
  return offer.media.map((theirs, line): Verdict => {
    if (!wanted(line)) return { kind: 'removed' };
    const bound = previous?.bound[line];
    let refusal: LineRefusal = { line, warning: 304, text: `${theirs.media} is not available` };
    for (let index = 0; index < slots.length; index += 1) {
      const slot = slots[index];
      if (slot === undefined) continue;
      const mine = kept[line] === index || (kept[line] === undefined && !used.has(index));
      if (!mine || slot.media !== theirs.media || slot.local.port === 0) continue;
      const verdict = judge(theirs, slot, bound);
      if ('codecs' in verdict) {
        used.add(index);
        return { kind: 'taken', index, slot, ...verdict };
      }
      refusal = { line, ...verdict };
    }
    return { kind: 'refused', refusal };
  });
}

function judge(
  theirs: MediaDescription,
  slot: MediaSlot,
  bound: BoundNumbers | undefined,
):
  | { readonly codecs: readonly NumberedCodec[]; readonly crypto: Attribute | undefined }
  | Omit<LineRefusal, 'line'> {
  const { connection, protocol } = theirs;
  if (!protocolsOf(slot).includes(protocol))
    return { warning: 302, text: `${protocol} is not spoken` };
  const { security } = slot;
  const crypto = security === undefined ? undefined : answeredCrypto(theirs, security);
  if (crypto === undefined && isSecure(protocol))
    return { warning: 302, text: 'no key for SRTP that can be used' };
  if (crypto === undefined && security?.policy === 'required')
    return { warning: 302, text: 'it is not encrypted' };
  const obstacle = usesIce(theirs) ? undefined : obstacleTo(connection, slot.local.host);
  if (obstacle !== undefined) return obstacle;
  const codecs = numberCodecs(commonCodecs(theirs, slot), bound);
  const alone = slot.codecs.every(isCompanion);
  if (!codecs.some(({ codec }) => alone || !isCompanion(codec)))
    return { warning: 305, text: 'no common codec' };
  return { codecs, crypto };
}

function commonCodecs(theirs: MediaDescription, slot: MediaSlot): readonly NumberedCodec[] {
  return theirs.rtpFormats().flatMap((format) => {
    const codec = slot.codecs.find((each) => sameFormat(each, format));
    return codec === undefined ? [] : [{ payloadType: format.payloadType, codec }];
  });
}

// RFC 3264 §6: t= of the answer is that of the offer.
function timingOf(offer: SessionDescription): readonly string[] {
  return offer.times.length === 0 ? ['t=0 0'] : offer.lines.filter(isTiming);
}

function isTiming(line: string): boolean {
  return line.startsWith('t=') || line.startsWith('r=') || line.startsWith('z=');
}
