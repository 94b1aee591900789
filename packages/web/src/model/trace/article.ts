// The guided call as its page sees it: how it stands, what can be pressed, and which of its calls is looked at.
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { Clock } from '@offhook/sip';

/** What can be asked of the guided call. */
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

/** How bad its lines are: shares from 0 to 1, and milliseconds. */
export interface ArticleWeather {
  readonly messageLoss: number;
  readonly mediaLoss: number;
  readonly mediaJitter: number;
}

/** How the server says that it stands. */
export interface ArticleState {
  readonly phase: 'idle' | 'calling' | 'talking' | 'held';
  readonly callId?: string;
  readonly weather: ArticleWeather;
  readonly isCut: boolean;
  readonly trouble?: string;
}

/** `GET` and `POST /api/article`. Rejects where it is not had, as for browsers of other machines. */
export interface ArticleServer {
  state(): Promise<ArticleState>;
  ask(wish: {
    readonly do?: ArticleVerb;
    readonly weather?: Partial<ArticleWeather>;
  }): Promise<ArticleState>;
}

/** How often it is asked how it stands, while somebody looks. */
const lookMilliseconds = 700;

/** The guided call. */
export class ArticleCall {
  /** Undefined until the server has said that there is one. */
  readonly state: Signal<ArticleState | undefined> = signal(undefined);
  /** What was pressed last. */
  readonly pressed: Signal<ArticleVerb | undefined> = signal(undefined);
  /** True while a press is under way. */
  readonly isBusy: Signal<boolean> = signal(false);
  /** True when the server did not answer the last press. */
  readonly isLost: Signal<boolean> = signal(false);
  /** True while its buttons are shown. */
  readonly isOpen: Signal<boolean> = signal(false);
  readonly #server: ArticleServer;
  readonly #clock: Clock;
  readonly #show: (callId: string) => void;
  #shown: string | undefined;
  #timer: { cancel(): void } | undefined;

  /** `show` is called with the Call-ID of each new call. */
  constructor(server: ArticleServer, clock: Clock, show: (callId: string) => void) {
    this.#server = server;
    this.#clock = clock;
    this.#show = show;
  }

  /** Asks whether there is a guided call here. */
  async look(): Promise<void> {
    this.state.value = await this.#server.state().catch(() => undefined);
  }

  open(): void {
    this.isOpen.value = true;
    this.#again();
  }

  close(): void {
    this.isOpen.value = false;
    this.#timer?.cancel();
  }

  /** Presses a button. */
  async act(verb: ArticleVerb): Promise<void> {
    if (this.isBusy.peek()) return;
    this.isBusy.value = true;
    this.pressed.value = verb;
    await this.#ask({ do: verb });
    this.isBusy.value = false;
  }

  /** Makes the lines better or worse. */
  async weather(weather: Partial<ArticleWeather>): Promise<void> {
    await this.#ask({ weather });
  }

  async #ask(wish: Parameters<ArticleServer['ask']>[0]): Promise<void> {
    try {
      this.#take(await this.#server.ask(wish));
      this.isLost.value = false;
    } catch {
      this.isLost.value = true;
    }
  }

  #take(state: ArticleState): void {
    this.state.value = state;
    if (state.callId === undefined || state.callId === this.#shown) return;
    this.#shown = state.callId;
    this.#show(state.callId);
  }

  #again(): void {
    this.#timer?.cancel();
    if (!this.isOpen.peek()) return;
    this.#timer = this.#clock.after(lookMilliseconds, () => {
      void this.#server
        .state()
        .then((state) => {
          if (!this.isBusy.peek()) this.state.value = state;
        })
        .catch(() => undefined)
        .finally(() => this.#again());
    });
  }
}
