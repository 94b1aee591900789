// "Explain this call": what the server knows of a call and what this phone saw of it, told as one; and the fault of each call that ended.
import type { Observation } from '@offhook/sip';
import type { ToldCall } from '../trace/ask.ts';
import type { Explainer } from '../trace/explainer.ts';

/** What explaining takes. */
export interface ExplainingOptions {
  /** Loaded when it is first needed. */
  readonly explainer: () => Promise<Explainer>;
  /** All records that the server has of a call, one a line; rejects where it has none. */
  readonly atServer: (callId: string) => Promise<string>;
  /** The records of this phone alone. */
  readonly ownRecords: (callId: string) => readonly Observation[];
}

/** Explains the calls of this phone. */
export class Explaining {
  readonly #options: ExplainingOptions;

  constructor(options: ExplainingOptions) {
    this.#options = options;
  }

  /** The call as both sides saw it; as this phone alone did where the server keeps nothing. Undefined when nobody knows it. */
  async tell(callId: string): Promise<ToldCall | undefined> {
    const { explainer, atServer } = this.#options;
    const [explain, lines] = await Promise.all([
      explainer().catch(() => undefined),
      atServer(callId).catch(() => undefined),
    ]);
    if (explain === undefined) return undefined;
    const whole = lines === undefined ? undefined : explain.ofLines(lines, callId);
    const own = explain.ofRecords(this.#options.ownRecords(callId), callId);
    // What the server has may lack our last moments, or be of a part of the call alone.
    const isMore = (own?.document.messages.length ?? 0) > (whole?.document.messages.length ?? 0);
    return isMore ? own : whole;
  }

  /** Number of the weightiest fault that this phone can tell of a call; undefined for a healthy one. */
  async faultOf(callId: string): Promise<number | undefined> {
    const explain = await this.#options.explainer().catch(() => undefined);
    const told = explain?.ofRecords(this.#options.ownRecords(callId), callId);
    return told?.explanation.verdict.finding?.fault;
  }
}
