// Offers: the first one, and later ones on the agreement in force (RFC 3264 §5, §8).
import { connectionTo } from './address.ts';
import type { SessionDescription } from './description.ts';
import { laterDirection } from './direction.ts';
import type { Agreement, BoundNumbers, NegotiatedStream } from './match.ts';
import type { LocalOrigin } from './origin.ts';
import { codecKey, isCompanion } from './payload.ts';
import type { DescriptionInit, MediaInit } from './serialize.ts';
import { offeredCryptos } from './security.ts';
import { numberCodecs, protocolsOf, refusedLine, slotLine } from './slot.ts';
import type { Codec, MediaSlot, NumberedCodec } from './slot.ts';

/** What this side brings to an offer or an answer. */
export interface Terms {
  readonly origin: LocalOrigin;
  /** In the same order each time, since an agreement remembers them by their place. */
  readonly slots: readonly MediaSlot[];
  /** The agreement in force, if there is one. */
  readonly previous?: Agreement | undefined;
  /** Adds to a description before it is made what its profile needs besides: groups, fingerprints, candidates. */
  readonly finish?:
    | ((parts: Omit<DescriptionInit, 'origin'>) => Omit<DescriptionInit, 'origin'>)
    | undefined;
}

/** An offer of ours, with what `acceptAnswer` needs to know of it. */
export interface OpenOffer {
  readonly description: SessionDescription;
  /** The slot of each line; undefined for a line that is not wanted. */
  readonly slots: readonly (number | undefined)[];
  readonly previous: Agreement | undefined;
}

/**
 * Makes an offer. Each line of the agreement in force stays where it is; a slot that has no line takes a dead one of its
 * kind, else a new one below (RFC 3264 §8.1), so that offering again what was refused does not add lines for ever.
 */
export function createOffer({ origin, slots, previous, finish = asIs }: Terms): OpenOffer {
  const lines = placeSlots(slots, previous);
  const session = connectionTo(
    slots[lines.find((slot) => slot !== undefined) ?? 0]?.local.host ?? origin.host,
  );
  const media = lines.map((index, line): MediaInit => {
    const stream = previous?.streams[line];
    const slot = index === undefined ? undefined : slots[index];
    const alive = stream !== undefined && stream.slot === index ? stream : undefined;
    const codecs =
      slot === undefined ? [] : offeredCodecs(wishedCodecs(slot, alive), previous?.bound[line]);
    if (slot === undefined || codecs.length === 0 || slot.local.port === 0) {
      const before = previous?.local.media[line];
      const protocol = before?.protocol ?? 'RTP/AVP';
      return refusedLine(before?.media ?? slot?.media ?? 'audio', protocol, before?.formats[0]);
    }
    const protocol = alive?.protocol ?? protocolsOf(slot)[0] ?? 'RTP/AVP';
    const said = previous?.local.media[line]?.direction;
    const direction =
      alive === undefined || said === undefined
        ? slot.direction
        : laterDirection(said, alive.direction, slot.direction);
    // A stream that was agreed on without keys stays without them.
    const encrypts =
      slot.security !== undefined && (alive === undefined || alive.crypto !== undefined);
    const cryptos = encrypts ? offeredCryptos(slot.security) : [];
    const rtcpMux = slot.rtcpMux === true;
    return slotLine(slot, codecs, { protocol, direction, session, rtcpMux, cryptos });
  });
  const description = origin.describe(finish({ connection: session, media }));
  return {
    description,
    slots: lines.map((slot, line) => (description.media[line]?.port === 0 ? undefined : slot)),
    previous,
  };
}

/** Adds nothing to a description. */
export function asIs(parts: Omit<DescriptionInit, 'origin'>): Omit<DescriptionInit, 'origin'> {
  return parts;
}

function placeSlots(
  slots: readonly MediaSlot[],
  previous: Agreement | undefined,
): (number | undefined)[] {
  const lines = (previous?.streams ?? []).map(({ slot }) =>
    slot === undefined || slot >= slots.length ? undefined : slot,
  );
  for (const [index, slot] of slots.entries()) {
    if (lines.includes(index) || slot.local.port === 0) continue;
    const dead = lines.findIndex(
      (each, line) => each === undefined && previous?.streams[line]?.media === slot.media,
    );
    if (dead < 0) lines.push(index);
    else lines[dead] = index;
  }
  return lines;
}

// What is spoken comes first, so that a hold or a refresh changes no codec.
function wishedCodecs(slot: MediaSlot, alive: NegotiatedStream | undefined): readonly Codec[] {
  const spoken = alive?.sendFormats.find((format) => !isCompanion(format));
  const key = spoken && codecKey(spoken);
  const first = slot.codecs.filter((codec) => codecKey(codec) === key);
  return [...first, ...slot.codecs.filter((codec) => !first.includes(codec))];
}

// RFC 3264 §8.3.2: a codec keeps the number that it had in this line.
function offeredCodecs(
  codecs: readonly Codec[],
  bound: BoundNumbers | undefined,
): readonly NumberedCodec[] {
  const wishes = codecs.map((codec): NumberedCodec => {
    const key = codecKey(codec);
    const kept = bound?.get(codec.payloadType) === key;
    const before = kept ? undefined : [...(bound ?? [])].find(([, bind]) => bind === key)?.[0];
    return { payloadType: before ?? codec.payloadType, codec };
  });
  return numberCodecs(wishes, bound);
}
