// What the story tells of an SDP body: media lines, codecs, directions; and what two of them agree on.
import { meet, receives, sends } from '../../sdp/direction.ts';
import type { Direction } from '../../sdp/negotiator.ts';
import type { MediaDescription } from '../../sdp/description.ts';
import { usesIce } from '../../sdp/match.ts';
import { isCompanion } from '../../sdp/payload.ts';
import { cryptosOf, isSecure } from '../../sdp/security.ts';
import { clip, textHash } from './identity.ts';
import type { MediaFlow, SdpLine } from './labelled.ts';
import { readDescription } from './read-text.ts';

/** One media line, with its direction as a word of RFC 8866 §6.7. */
export interface SdpFactsLine extends SdpLine {
  readonly direction: Direction;
  /** True when it brings keys for SRTP, or says that there are some. */
  readonly secure: boolean;
}

/** An SDP body as it is kept. */
export interface SdpFacts {
  /** Equal for equal bodies. */
  readonly hash: number;
  readonly lines: readonly SdpFactsLine[];
}

/** How many media lines of one body are told. */
const shownLines = 8;

/** Reads SDP; undefined when it is malformed. */
export function readSdp(text: string): SdpFacts | undefined {
  const parsed = readDescription(text);
  if (!parsed.ok) return undefined;
  const lines = parsed.value.media.slice(0, shownLines).map((line): SdpFactsLine => {
    const host = line.connection?.address;
    return {
      media: clip(line.media, 20),
      port: line.port,
      codecs: line
        .rtpFormats()
        .filter((format) => !isCompanion(format))
        .slice(0, 8)
        .map((format) => clip(format.name, 24)),
      direction: isHeldByAddress(line) ? withoutReceiving(line.direction) : line.direction,
      ptime: line.ptime,
      // RFC 5764 §8: over DTLS the keys are not in the description.
      secure:
        line.protocol.startsWith('UDP/TLS/') ||
        isSecure(line.protocol) ||
        cryptosOf(line).length > 0,
      host: host === undefined ? undefined : clip(host, 64),
    };
  });
  return { hash: textHash(text), lines };
}

/** RFC 3264 §6.1: what flows after `answer` met `offer`, line by line; refused lines are left out. */
export function agree(offer: SdpFacts, answer: SdpFacts): readonly MediaFlow[] {
  const flows: MediaFlow[] = [];
  for (const [index, answered] of answer.lines.entries()) {
    const offered = offer.lines[index];
    if (offered === undefined || offered.port === 0 || answered.port === 0) continue;
    const direction = meet(answered.direction, offered.direction);
    flows.push({
      media: answered.media,
      codec: answered.codecs[0],
      ptime: answered.ptime ?? offered.ptime,
      forth: receives(direction),
      back: sends(direction),
      encrypted: offered.secure && answered.secure,
    });
  }
  return flows;
}

// RFC 3264 §8.4: the address 0.0.0.0 is how RFC 2543 put a peer on hold; with ICE it says nothing of the kind.
function isHeldByAddress(line: MediaDescription): boolean {
  return line.connection?.address === '0.0.0.0' && !usesIce(line);
}

function withoutReceiving(direction: Direction): Direction {
  return sends(direction) ? 'sendonly' : 'inactive';
}
