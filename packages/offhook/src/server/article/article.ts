// "Call the article": what can be done in the guided call, and how it stands.
import type { Call, Clock, OutgoingCall } from '@offhook/sip';
import { articleNames, Cast, speak } from './cast.ts';
import type { CastOptions } from './cast.ts';
import { fairWeather } from './lines.ts';
import type { ArticleWeather, WeatherChange } from './lines.ts';
import type { ScriptedMedia } from './scripted-media.ts';

/** What can be done. `lose` and `fork` make a call of their own; `kill` cuts the line for five seconds. */
export type ArticleVerb =
  | 'call'
  | 'lose'
  | 'fork'
  | 'hold'
  | 'resume'
  | 'break hold'
  | 'hang up'
  | 'calm'
  | 'rebind'
  | 'kill';

const articleVerbs: readonly ArticleVerb[] = [
  'call',
  'lose',
  'fork',
  'hold',
  'resume',
  'break hold',
  'hang up',
  'calm',
  'rebind',
  'kill',
];

/** How the guided call stands. */
export interface ArticleState {
  readonly phase: 'idle' | 'calling' | 'talking' | 'held';
  /** Call-ID of the latest call; undefined before the first. */
  readonly callId: string | undefined;
  readonly weather: ArticleWeather;
  /** True while the line is cut. */
  readonly isCut: boolean;
  /** What the last verb came to when it failed, in plain words. */
  readonly trouble: string | undefined;
}

/** Nobody has touched it for so long: its sockets are closed. */
const idleMilliseconds = 10 * 60_000;
/** A guided call goes on for so long at most. */
const longestMilliseconds = 5 * 60_000;
const cutMilliseconds = 5000;
const lostShare = 0.4;

/** The guided call. One for all who look at it. */
export class Article {
  readonly #options: CastOptions;
  readonly #clock: Clock;
  #cast: Promise<Cast> | undefined;
  #outgoing: OutgoingCall<ScriptedMedia> | undefined;
  #call: Call<ScriptedMedia> | undefined;
  #callId: string | undefined;
  #weather = fairWeather;
  #isCut = false;
  #trouble: string | undefined;
  #idle: { cancel(): void } | undefined;
  #limit: { cancel(): void } | undefined;
  #closed = false;

  constructor(options: CastOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  /** What `act` takes. */
  readonly verbs: readonly ArticleVerb[] = articleVerbs;

  /** How it stands now. */
  get state(): ArticleState {
    const call = this.#call;
    const phase =
      call !== undefined
        ? call.direction === 'sendrecv'
          ? 'talking'
          : 'held'
        : this.#outgoing === undefined
          ? 'idle'
          : 'calling';
    return {
      phase,
      callId: this.#callId,
      weather: this.#weather,
      isCut: this.#isCut,
      trouble: this.#trouble,
    };
  }

  /** Does it; resolves once it is begun, or for a hold once it is answered. Never rejects: what fails is told in the state. */
  async act(verb: string): Promise<ArticleState> {
    const known = articleVerbs.find((one) => one === verb);
    if (this.#closed || known === undefined) return this.state;
    this.#trouble = undefined;
    try {
      await this.#act(known, await this.#gathered());
    } catch (error) {
      this.#trouble = error instanceof Error ? error.message : String(error);
    }
    return this.state;
  }

  /** Makes the lines better or worse; resolves with how it stands. */
  async weather(weather: WeatherChange): Promise<ArticleState> {
    if (this.#closed) return this.state;
    const { lines } = await this.#gathered();
    lines.change(weather);
    this.#weather = lines.weather;
    return this.state;
  }

  /** Hangs up and closes every socket. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#leave();
  }

  async #act(verb: ArticleVerb, cast: Cast): Promise<void> {
    switch (verb) {
      case 'call':
        return this.#dial(cast, articleNames.desk);
      case 'lose':
        cast.lines.change({ messageLoss: lostShare });
        this.#weather = cast.lines.weather;
        return this.#dial(cast, articleNames.desk);
      case 'fork':
        return this.#dial(cast, articleNames.everywhere);
      case 'hold':
        cast.breaksHolds = false;
        return this.#call?.hold();
      case 'resume':
        cast.breaksHolds = false;
        return this.#call?.resume();
      case 'break hold':
        cast.breaksHolds = true;
        return this.#call?.hold();
      case 'hang up':
        this.#hangUp();
        return;
      case 'calm':
        cast.lines.change(fairWeather);
        this.#weather = cast.lines.weather;
        return;
      case 'rebind':
        cast.lines.rebind();
        return;
      case 'kill':
        this.#cut(cast);
    }
  }

  #dial(cast: Cast, user: string): void {
    this.#hangUp();
    const { domain } = this.#options;
    const outgoing = cast.alice.call(
      `sip:${user}@${domain.includes(':') ? `[${domain}]` : domain}`,
    );
    this.#outgoing = outgoing;
    this.#callId = outgoing.callId;
    this.#limit?.cancel();
    this.#limit = this.#clock.after(longestMilliseconds, () => this.#hangUp());
    void this.#follow(outgoing);
  }

  async #follow(outgoing: OutgoingCall<ScriptedMedia>): Promise<void> {
    try {
      const call = await outgoing.answered;
      if (this.#outgoing !== outgoing) return void call.hangUp();
      this.#call = call;
      speak(call, this.#clock).catch((error: unknown) =>
        this.#options.log.debug('Alice of the guided call cannot speak', { reason: String(error) }),
      );
      await call.ended;
    } catch (error) {
      if (this.#outgoing === outgoing)
        this.#trouble = error instanceof Error ? error.message : String(error);
    } finally {
      if (this.#outgoing === outgoing) {
        this.#outgoing = undefined;
        this.#call = undefined;
      }
    }
  }

  #hangUp(): void {
    this.#limit?.cancel();
    if (this.#call !== undefined) void this.#call.hangUp();
    else this.#outgoing?.cancel();
    this.#call = undefined;
    this.#outgoing = undefined;
  }

  #cut({ lines }: Cast): void {
    lines.stall();
    this.#isCut = true;
    this.#clock.after(cutMilliseconds, () => {
      lines.resume();
      this.#isCut = false;
    });
  }

  #gathered(): Promise<Cast> {
    this.#idle?.cancel();
    this.#idle = this.#clock.after(idleMilliseconds, () => void this.#leave());
    this.#cast ??= Cast.gather(this.#options).catch((error: unknown) => {
      this.#cast = undefined;
      throw error;
    });
    return this.#cast;
  }

  async #leave(): Promise<void> {
    this.#idle?.cancel();
    this.#limit?.cancel();
    this.#hangUp();
    const gathered = this.#cast;
    this.#cast = undefined;
    this.#weather = fairWeather;
    const cast = await gathered?.catch(() => undefined);
    await cast?.close();
  }
}
