// a=extmap: header extensions of RTP and the numbers under which they go (RFC 8285 §8).
import { asDirection } from '../direction.ts';
import type { Direction } from '../negotiator.ts';

/** One header extension. */
export interface ExtensionMap {
  /** 1 to 14 for short headers, up to 255 for long ones, more in an offer of too many. */
  readonly id: number;
  /** Undefined when it is as the line's. */
  readonly direction: Direction | undefined;
  readonly uri: string;
  readonly attributes: string | undefined;
}

/** Reads the value of an a=extmap line; undefined when it is malformed. */
export function parseExtensionMap(value: string): ExtensionMap | undefined {
  const found = /^([1-9]\d{0,3})(?:\/([a-z]+))? ([^\s]{1,256})(?: (.{1,256}))?$/.exec(value.trim());
  const direction = found?.[2] === undefined ? undefined : asDirection(found[2]);
  if (found === null || (found[2] !== undefined && direction === undefined)) return undefined;
  return { id: Number(found[1]), direction, uri: found[3] ?? '', attributes: found[4] };
}
