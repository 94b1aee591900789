// The media of the guided call: plain RTP, whose packets can be led through a bad line, and whose answer to a hold can be wrong on demand.
import type { Logger } from '@offhook/sip';
import { formatSdp, parseSdp } from '@offhook/sip/sdp';
import type {
  AgreedStream,
  MediaWish,
  Negotiator,
  SessionDescription,
  StreamReport,
} from '@offhook/sip/sdp';
import type { Line } from '@offhook/sip/testing/node';
import type { RtpEngine, RtpSession } from '../../media/rtp-negotiator.ts';
import type { ArticleLines } from './lines.ts';

/** How the media of one party is scripted. */
export interface MediaScript {
  /** What comes to it goes through these. */
  readonly lines?: ArticleLines | undefined;
  /** True while an offer to hold is answered with `sendonly`, which RFC 3264 §6.1 does not allow. */
  readonly breaksHolds?: () => boolean;
  readonly log: Logger;
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
  #line: Line | undefined;
  #leadsTo = 0;

  constructor(sound: RtpSession, script: MediaScript) {
    this.sound = sound;
    this.#script = script;
  }

  async createOffer(wish: MediaWish): Promise<SessionDescription> {
    return this.#led(await this.sound.createOffer(wish));
  }

  async createAnswer(offer: SessionDescription, wish: MediaWish): Promise<SessionDescription> {
    const answer = await this.#led(await this.sound.createAnswer(offer, wish));
    const isHold = offer.media.some(({ direction }) => direction === 'sendonly');
    return isHold && this.#script.breaksHolds?.() === true
      ? edited(answer, (text) => text.replaceAll('a=recvonly', 'a=sendonly'))
      : answer;
  }

  applyAnswer(answer: SessionDescription): Promise<void> {
    return this.sound.applyAnswer(answer);
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
    if (this.#line !== undefined) await this.#script.lines?.closeMedia(this.#line);
    return reports;
  }

  /** The description with the line's port in place of our own; RTCP comes straight (RFC 3605). */
  async #led(description: SessionDescription): Promise<SessionDescription> {
    const { lines } = this.#script;
    const [media] = description.media;
    const host = media?.connection?.address;
    if (lines === undefined || media === undefined || host === undefined || media.port === 0)
      return description;
    const { port } = media;
    if (this.#leadsTo !== port) {
      if (this.#line !== undefined) await lines.closeMedia(this.#line);
      this.#line = await lines.toMedia({ host, port });
      this.#leadsTo = port;
    }
    const through = this.#line?.local.port ?? port;
    return edited(description, (text) =>
      text.replace(
        /^m=audio \d+ (.*)$/m,
        `m=audio ${through} $1\r\na=rtcp:${port + 1}`.replace('\r\r', '\r'),
      ),
    );
  }
}

function edited(
  description: SessionDescription,
  edit: (text: string) => string,
): SessionDescription {
  const parsed = parseSdp(edit(formatSdp(description)));
  return parsed.ok ? parsed.value : description;
}
