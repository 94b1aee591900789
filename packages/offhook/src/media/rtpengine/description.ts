// What rtpengine made of a description, made into one of this side's own: one o= line for a party, and nothing that is only for browsers.
import { isIP, isIPv6 } from 'node:net';
import type { Random } from '@offhook/sip';
import {
  codecKey,
  groupsOf,
  iceCredentials,
  isCompanion,
  isUnspecified,
  LocalOrigin,
  parseCandidate,
  parseSdp,
} from '@offhook/sip/sdp';
import type { Attribute, MediaDescription, SessionDescription } from '@offhook/sip/sdp';
import type { PartyProfile } from '../bridge.ts';

/**
 * The text of what a party said, for rtpengine: that takes 0.0.0.0 for a hold (RFC 3264 §8.4), while with ICE it says that an
 * address is not known yet (RFC 8840 §4.1.1), or known to the candidates alone.
 */
export function heardText(said: SessionDescription): string {
  const lines = said.media.flatMap((line) => (isOpen(line, said) ? shown(line) : line.lines));
  return [...said.lines, ...lines].map((line) => `${line}\r\n`).join('');
}

function isOpen(line: MediaDescription, said: SessionDescription): boolean {
  const { connection, port } = line;
  const isHidden = connection !== undefined && isUnspecified(connection);
  return isHidden && port !== 0 && iceCredentials(line, said) !== undefined;
}

function shown(line: MediaDescription): readonly string[] {
  const found = line.attributes
    .map(({ name, value = '' }) => (name === 'candidate' ? parseCandidate(value) : undefined))
    .find(
      (candidate) => candidate?.transport.toLowerCase() === 'udp' && isIP(candidate.address) !== 0,
    );
  const { address, port } = found ?? nowhere;
  const [first = '', ...others] = line.lines;
  const rest = others.filter((other) => !other.startsWith('c='));
  const connection = `c=IN IP${isIPv6(address) ? 6 : 4} ${address}`;
  return [first.replace(/^(m=\S+ )\d+/, `$1${port}`), connection, ...rest];
}

/** Of those addresses that lead nowhere (RFC 5737), with the port that drops what comes. */
const nowhere = { address: '192.0.2.1', port: 9 };

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

/** True when an answer has a codec of the offer on each sound line that it takes: rtpengine leaves that to who answers. */
export function answers(answer: SessionDescription, offer: SessionDescription): boolean {
  return answer.media.every((line, index) => {
    if (line.media !== 'audio' || line.port === 0) return true;
    const offered = new Set((offer.media[index]?.rtpFormats() ?? []).map(codecKey));
    return line
      .rtpFormats()
      .some((format) => !isCompanion(format) && offered.has(codecKey(format)));
  });
}

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
