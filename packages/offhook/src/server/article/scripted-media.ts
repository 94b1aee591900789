// The media of the guided call: plain RTP, whose packets can be led through a bad line, and whose answer to a hold can be wrong on demand.
import type { Address } from '@offhook/sip';
import { formatSdp, parseSdp, rtcpOf } from '@offhook/sip/sdp';
import type {
  AgreedStream,
  MediaWish,
  Negotiator,
  SessionDescription,
  StreamReport,
} from '@offhook/sip/sdp';
import type { RtpEngine, RtpSession } from '../../media/rtp-negotiator.ts';
import type { ArticleLines, MediaLine } from './lines.ts';

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
  #open: MediaLine | undefined;

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
    if (this.#open !== undefined) await this.#script.lines?.closeMedia(this.#open);
    return reports;
  }

  /** What we say, with the far end of the line in place of our own address. */
  async #outward(description: SessionDescription): Promise<SessionDescription> {
    const place = placeIn(description);
    const line = await this.#line(place);
    if (place === undefined || line === undefined) return description;
    line.rtp.client = place.rtp;
    line.rtcp.client = place.rtcp;
    return at(description, line.rtp.far.port, line.rtcp.far.port);
  }

  /** What the peer says, with the near end of the line in place of its address. */
  async #inward(description: SessionDescription): Promise<SessionDescription> {
    const place = placeIn(description);
    const line = await this.#line(place);
    if (place === undefined || line === undefined) return description;
    line.rtp.target = place.rtp;
    line.rtcp.target = place.rtcp;
    return at(description, line.rtp.near.port, line.rtcp.near.port);
  }

  async #line(place: Place | undefined): Promise<MediaLine | undefined> {
    const { lines } = this.#script;
    if (lines === undefined || place === undefined) return undefined;
    this.#open ??= await lines.forMedia(place.rtp.host);
    return this.#open;
  }
}

interface Place {
  readonly rtp: Address;
  readonly rtcp: Address;
}

/** Where the first media line wants its packets; undefined when it wants none. */
function placeIn({ media }: SessionDescription): Place | undefined {
  const [line] = media;
  const host = line?.connection?.address;
  if (line === undefined || host === undefined || line.port === 0) return undefined;
  const rtp = { host, port: line.port };
  const rtcp = rtcpOf(line);
  return rtcp === undefined ? undefined : { rtp, rtcp };
}

/** The description with other ports for RTP and for RTCP (RFC 3605). */
function at(description: SessionDescription, rtp: number, rtcp: number): SessionDescription {
  return edited(description, (text) =>
    text
      .replace(/^a=rtcp:[^\r\n]*\r\n/m, '')
      .replace(/^m=audio \d+ ([^\r\n]*)$/m, `m=audio ${rtp} $1\r\na=rtcp:${rtcp}`),
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
