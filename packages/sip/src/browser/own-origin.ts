// The o= line of what a browser describes: browsers count each description they make, RFC 3264 §8 only those that differ.
import type { Random } from '../base/random.ts';
import type { SessionDescription } from '../sdp/description.ts';
import { NoCommonMedia } from '../sdp/negotiator.ts';
import { parseSdp } from '../sdp/parse.ts';

/** The origin of one side of one call, whichever of its peer connections made a description. */
export class OwnOrigin {
  readonly #sessionId: string;
  #version = 0;
  #last: string | undefined;

  constructor(random: Random) {
    let number = 0;
    for (const byte of random.bytes(6)) number = number * 256 + byte;
    this.#sessionId = String(number);
  }

  /** A description of the browser's under our origin: the version is one more than before when anything else differs. */
  describe(sdp: string): SessionDescription {
    if (sdp !== this.#last?.replace(originLine, originOf(sdp))) this.#version += 1;
    const own = `o=- ${this.#sessionId} ${this.#version} IN IP4 127.0.0.1`;
    this.#last = sdp.replace(originLine, own);
    const parsed = parseSdp(this.#last);
    if (!parsed.ok) throw new NoCommonMedia(`The browser's description: ${parsed.error.text}`);
    return parsed.value;
  }
}

const originLine = /^o=[^\r\n]*/m;

function originOf(sdp: string): string {
  return originLine.exec(sdp)?.[0] ?? '';
}
