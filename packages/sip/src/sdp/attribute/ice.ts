// The names and passwords of ICE, of a media line or of the whole (RFC 8839 §5.4, §5.6).
import type { MediaDescription, SessionDescription } from '../description.ts';

/** What ICE needs to prove its checks. */
export interface IceCredentials {
  readonly ufrag: string;
  readonly password: string;
}

/** The credentials of a media line, else those of the session; undefined when either is absent or malformed. */
export function iceCredentials(
  media: MediaDescription,
  session: SessionDescription,
): IceCredentials | undefined {
  const ufrag = media.attribute('ice-ufrag') ?? session.attribute('ice-ufrag') ?? '';
  const password = media.attribute('ice-pwd') ?? session.attribute('ice-pwd') ?? '';
  // RFC 8839 §5.4: at least 24 bits and 128 bits of chance, six to a character.
  if (!/^[A-Za-z0-9+/]{4,256}$/.test(ufrag) || !/^[A-Za-z0-9+/]{22,256}$/.test(password))
    return undefined;
  return { ufrag, password };
}

/** The options of ICE that the speaker knows, such as `trickle`. */
export function iceOptions(described: MediaDescription | SessionDescription): readonly string[] {
  return (described.attribute('ice-options') ?? '').split(' ').filter((option) => option !== '');
}
