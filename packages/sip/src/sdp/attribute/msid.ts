// a=msid: which stream and track of a browser a media line carries (RFC 8830 §2).

/** A stream of media and one track in it. */
export interface Msid {
  /** `-` for a track without a stream. */
  readonly stream: string;
  readonly track: string | undefined;
}

/** Reads the value of an a=msid line; undefined when it is malformed. */
export function parseMsid(value: string): Msid | undefined {
  const [stream = '', track, ...rest] = value.trim().split(' ', 3);
  const isToken = (word: string): boolean => /^[\w!#$%&'*+.^`{|}~-]{1,64}$/.test(word);
  if (!isToken(stream) || rest.length > 0 || (track !== undefined && !isToken(track)))
    return undefined;
  return { stream, track };
}
