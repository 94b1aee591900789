// What rtpengine made of a description, made into one of this side's own: one o= line for a party, and nothing that is only for browsers.
import type { Random } from '@offhook/sip';
import { groupsOf, LocalOrigin, parseSdp } from '@offhook/sip/sdp';
import type { Attribute, SessionDescription } from '@offhook/sip/sdp';
import type { PartyProfile } from '../bridge.ts';

/** The descriptions that one party is sent, whoever of the others they come from (RFC 3264 §8). */
export class Spoken {
  readonly #random: Random;
  readonly #profile: PartyProfile;
  #origin: LocalOrigin | undefined;

  constructor(profile: PartyProfile, random: Random) {
    this.#profile = profile;
    this.#random = random;
  }

  /** What the party is sent: `text` comes from rtpengine, and answers `offer` if there is one. Undefined when it is no SDP. */
  describe(text: string, offer: SessionDescription | undefined): SessionDescription | undefined {
    const parsed = parseSdp(text);
    if (!parsed.ok) return undefined;
    const made = parsed.value;
    const { connection } = made.media[0] ?? made;
    if (connection === undefined) return undefined;
    this.#origin ??= new LocalOrigin({ random: this.#random, host: connection.address });
    const isPlain = this.#profile.kind === 'rtp';
    const isKept = ({ name }: Attribute): boolean => !isPlain || !browsersOnly.has(name);
    return this.#origin.describe({
      connection: made.connection,
      attributes: [...(isPlain ? [] : bundleOf(made, offer)), ...made.attributes.filter(isKept)],
      media: made.media.map((line) => ({
        media: line.media,
        port: line.port,
        protocol: line.protocol,
        formats: line.formats,
        connection: line.connection,
        attributes: line.attributes.filter(isKept),
      })),
    });
  }
}

/** What a desk phone has no use for, and what tells it about the browser behind. */
const browsersOnly: ReadonlySet<string> = new Set([
  'extmap-allow-mixed',
  'group',
  'mid',
  'msid',
  'msid-semantic',
  'rtcp-rsize',
  'ssrc',
  'ssrc-group',
]);

// rtpengine takes the group away. A browser that wants all in one group is told so where there is only one line to be in it
// (RFC 9143 §7.3): each further line has ports of its own. In an answer only a group that was offered may stand.
function bundleOf(
  made: SessionDescription,
  offer: SessionDescription | undefined,
): readonly Attribute[] {
  const used = made.media.filter(({ port }) => port !== 0);
  const mid = used.length === 1 ? used[0]?.attribute('mid') : undefined;
  const isKnown =
    offer === undefined ||
    groupsOf(offer).some(
      ({ semantics, mids }) => semantics === 'BUNDLE' && mids.includes(mid ?? ''),
    );
  return mid !== undefined && isKnown ? [{ name: 'group', value: `BUNDLE ${mid}` }] : [];
}
