// What two descriptions of media over DTLS-SRTP agree on, line by line (RFC 3264 §6.1, RFC 5763 §5).
import { hostOf, isUnspecified } from '../sdp/address.ts';
import type { MediaDescription, SessionDescription } from '../sdp/description.ts';
import { meet } from '../sdp/direction.ts';
import { commonFormats, leadFormat } from '../sdp/match.ts';
import type { AgreedStream } from '../sdp/negotiator.ts';

/** Both descriptions in force. */
export interface Agreed {
  readonly local: SessionDescription;
  readonly remote: SessionDescription;
}

/** The streams of an agreement, in the order of its media lines. */
export function agreedStreams({ local, remote }: Agreed): readonly AgreedStream[] {
  return local.media.map((ours, line) => agreedStream(ours, remote.media[line]));
}

/** True when a browser can speak with who described `media`: it names codecs, and a certificate to check (RFC 5763 §5). */
export function isForBrowsers(description: SessionDescription): boolean {
  return description.media.some(
    (media) => media.port !== 0 && sessionOrMedia(description, media, 'fingerprint') !== undefined,
  );
}

/** What tells one description's ICE agent from another's (RFC 8839 §5.4). */
export function iceName(description: SessionDescription): string {
  const [first] = description.media;
  return first === undefined ? '' : (sessionOrMedia(description, first, 'ice-ufrag') ?? '');
}

function sessionOrMedia(
  description: SessionDescription,
  media: MediaDescription,
  name: string,
): string | undefined {
  return media.attribute(name) ?? description.attribute(name);
}

function agreedStream(ours: MediaDescription, theirs: MediaDescription | undefined): AgreedStream {
  const { media } = ours;
  const isRefused = theirs === undefined || ours.port === 0 || theirs.port === 0;
  const codec = isRefused ? undefined : leadFormat(commonFormats(theirs, ours), ours);
  if (isRefused || codec === undefined)
    return { media, codec: undefined, direction: 'inactive', local: undefined, remote: undefined };
  return {
    media,
    codec: codec.name,
    direction: meet(ours.direction, theirs.direction),
    crypto: { suite: 'DTLS-SRTP' },
    local: placeOf(ours),
    remote: placeOf(theirs),
  };
}

// The default candidate, of which ICE may make another (RFC 8839 §4.2.1.2).
function placeOf({ connection, port }: MediaDescription): AgreedStream['local'] {
  if (connection === undefined || isUnspecified(connection)) return undefined;
  const host = hostOf(connection);
  return host === undefined ? undefined : { host, port };
}
