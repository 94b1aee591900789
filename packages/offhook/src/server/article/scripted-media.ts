// The media of the guided call: plain RTP, whose packets can be led through a bad line, and whose answer to a hold can be wrong on demand.
import { formatSdp, parseSdp } from '@offhook/sip/sdp';
import type {
  AgreedStream,
  MediaWish,
  Negotiator,
  SessionDescription,
  StreamReport,
} from '@offhook/sip/sdp';
import type { ImpairedPair } from '@offhook/sip/testing/node';
import type { RtpEngine, RtpSession } from '../../media/rtp-negotiator.ts';
import type { ArticleLines } from './lines.ts';

/** How the media of one party is scripted. */
export interface MediaScript {
  /** Its packets go through these. */
  readonly lines?: ArticleLines | undefined;
  /** True while an offer to hold is answered with `sendonly`, which RFC 3264 §6.1 does not allow. */
  readonly breaksHolds?: () => boolean;
}

/** A media engine with a script. */
export function scriptedMedia(engine: RtpEngine, script: MediaScript): { open(): ScriptedMedia } {
  return { open: () => new ScriptedMedia(engine.open(), script) };
}

/** The media of one call. */
export class ScriptedMedia implements Negotiator {
  /** What speaks and hears. */
  readonly sound: RtpSession;
  readonly #script: MediaScript;
  #pair: ImpairedPair | undefined;

  constructor(sound: RtpSession, script: MediaScript) {
    this.sound = sound;
    this.#script = script;
  }

  async createOffer(wish: MediaWish): Promise<SessionDescription> {
    return this.#outward(await this.sound.createOffer(wish));
  }

  async createAnswer(offer: SessionDescription, wish: MediaWish): Promise<SessionDescription> {
    const answer = await this.sound.createAnswer(await this.#inward(offer), wish);
    const isHold = offer.media.some(({ direction }) => direction === 'sendonly');
    const told =
      isHold && this.#script.breaksHolds?.() === true
        ? edited(answer, (text) => text.replaceAll('a=recvonly', 'a=sendonly'))
        : answer;
    return this.#outward(told);
  }

  async applyAnswer(answer: SessionDescription): Promise<void> {
    await this.sound.applyAnswer(await this.#inward(answer));
  }

  rollback(): void {
    this.sound.rollback();
  }

  get streams(): readonly AgreedStream[] {
    return this.sound.streams;
  }

  reportTo(listener: (reports: readonly StreamReport[]) => void): void {
    this.sound.reportTo(listener);
  }

  async close(): Promise<readonly StreamReport[]> {
    const reports = await this.sound.close();
    if (this.#pair !== undefined) await this.#script.lines?.closeMedia(this.#pair);
    return reports;
  }

  /** What we say, with the far end of the line in place of our own address. */
  async #outward(description: SessionDescription): Promise<SessionDescription> {
    const place = placeIn(description);
    const pair = await this.#line(place);
    if (place === undefined || pair === undefined) return description;
    pair.client = place;
    return at(description, pair.far.port, place.port);
  }

  /** What the peer says, with the near end of the line in place of its address. */
  async #inward(description: SessionDescription): Promise<SessionDescription> {
    const place = placeIn(description);
    const pair = await this.#line(place);
    if (place === undefined || pair === undefined) return description;
    pair.target = place;
    return at(description, pair.near.port, place.port);
  }

  async #line(place: Place | undefined): Promise<ImpairedPair | undefined> {
    const { lines } = this.#script;
    if (lines === undefined || place === undefined) return undefined;
    this.#pair ??= await lines.forMedia(place.host);
    return this.#pair;
  }
}

interface Place {
  readonly host: string;
  readonly port: number;
}

/** Where the first media line wants its packets; undefined when it wants none. */
function placeIn({ media }: SessionDescription): Place | undefined {
  const [line] = media;
  const host = line?.connection?.address;
  return line === undefined || host === undefined || line.port === 0
    ? undefined
    : { host, port: line.port };
}

/** The description with another port; RTCP goes straight, beside the port that there was (RFC 3605). */
function at(description: SessionDescription, port: number, before: number): SessionDescription {
  return edited(description, (text) =>
    text.replace(/^m=audio \d+ ([^\r\n]*)$/m, `m=audio ${port} $1\r\na=rtcp:${before + 1}`),
  );
}

function edited(
  description: SessionDescription,
  edit: (text: string) => string,
): SessionDescription {
  const parsed = parseSdp(edit(formatSdp(description)));
  if (!parsed.ok) throw new TypeError(`The script made no description: ${parsed.error.text}`);
  return parsed.value;
}
