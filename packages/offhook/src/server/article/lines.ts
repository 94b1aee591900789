// The bad lines of the guided call: one for Alice's messages, one for the media of each of her calls.
import { impairedPair, impairedUdp } from '@offhook/sip/testing/node';
import type { ImpairedPair, Line, LineWeather } from '@offhook/sip/testing/node';

/** How bad it is now. Shares from 0 to 1, times in milliseconds. */
export interface ArticleWeather {
  /** Share of Alice's messages that are lost, each way. */
  readonly messageLoss: number;
  /** Share of the packets to Alice that are lost. */
  readonly mediaLoss: number;
  /** Packets to Alice come up to so much later. */
  readonly mediaJitter: number;
}

/** What of it is to change. */
export type WeatherChange = { readonly [Name in keyof ArticleWeather]?: number | undefined };

/** Nothing is wrong. */
export const fairWeather: ArticleWeather = { messageLoss: 0, mediaLoss: 0, mediaJitter: 0 };

/** With this seed and 40 % loss three INVITEs are lost in a row, and the fourth comes through. */
const seed = 99;

/** The line for the media of a call: a pair for RTP, and one for RTCP beside it. */
export interface MediaLine {
  readonly rtp: ImpairedPair;
  readonly rtcp: ImpairedPair;
}

/** The lines that are open. */
export class ArticleLines {
  readonly #media = new Set<ImpairedPair>();
  readonly #signalling: Line;
  #weather = fairWeather;

  private constructor(signalling: Line) {
    this.#signalling = signalling;
  }

  /** Opens the line to the system's own SIP address. */
  static async open(target: {
    readonly host: string;
    readonly port: number;
  }): Promise<ArticleLines> {
    return new ArticleLines(await impairedUdp({ target, seed, local: { host: target.host } }));
  }

  /** Where Alice sends her requests. */
  get entry(): { readonly host: string; readonly port: number } {
    return this.#signalling.local;
  }

  get weather(): ArticleWeather {
    return this.#weather;
  }

  /** Makes it better or worse from now on. */
  change({ messageLoss, mediaLoss, mediaJitter }: WeatherChange): void {
    const before = this.#weather;
    this.#weather = {
      messageLoss: messageLoss ?? before.messageLoss,
      mediaLoss: mediaLoss ?? before.mediaLoss,
      mediaJitter: mediaJitter ?? before.mediaJitter,
    };
    this.#signalling.change({ loss: this.#weather.messageLoss });
    if (messageLoss !== undefined) this.#signalling.reseed(seed);
    for (const pair of this.#media) pair.change(mediaWeather(this.#weather), 'client');
  }

  /** As a NAT box that was switched off and on: Alice is seen at another port. */
  rebind(): void {
    this.#signalling.rebind();
  }

  /** Nothing comes through, until `resume`. */
  stall(): void {
    for (const line of [this.#signalling, ...this.#media]) line.stall();
  }

  resume(): void {
    for (const line of [this.#signalling, ...this.#media]) line.resume();
  }

  /** A line for the media of a call, with her end at `host`; what comes to her is spoiled. Closed by `closeMedia`. */
  async forMedia(host: string): Promise<MediaLine> {
    const toClient = mediaWeather(this.#weather);
    const pair = (own: number): Promise<ImpairedPair> =>
      impairedPair({ seed: own, host, toClient });
    const [rtp, rtcp] = await Promise.all([pair(seed), pair(seed + 1)]);
    this.#media.add(rtp).add(rtcp);
    return { rtp, rtcp };
  }

  /** The media on this line is over. */
  async closeMedia({ rtp, rtcp }: MediaLine): Promise<void> {
    await Promise.all(
      [rtp, rtcp].map((pair) => {
        this.#media.delete(pair);
        return pair.close();
      }),
    );
  }

  async close(): Promise<void> {
    await Promise.all([this.#signalling, ...this.#media].map((line) => line.close()));
    this.#media.clear();
  }
}

function mediaWeather({ mediaLoss, mediaJitter }: ArticleWeather): Partial<LineWeather> {
  return { loss: mediaLoss, latency: mediaJitter === 0 ? 0 : [0, mediaJitter] };
}
