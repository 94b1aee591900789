// Our 2xx to an INVITE until its ACK comes (RFC 3261 §13.3.1.4).
import type { Request, Response } from '../message/message.ts';
import type { InviteServer } from '../transaction/invite-server.ts';

/** A 2xx of ours that waits for its ACK. */
export interface Answered {
  readonly transaction: InviteServer;
  readonly response: Response;
  readonly cseq: number;
  /** True when it carries our offer, so that the ACK must bring the answer. */
  readonly offered: boolean;
}

/** Repeats the last 2xx of one dialog, and knows its ACK. */
export class AnswerKeeper {
  #answered: Answered | undefined;
  /** How often it was sent again. */
  #repeats = 0;

  /** True while its ACK has not come. */
  get waiting(): boolean {
    return this.#answered !== undefined;
  }

  /** A 2xx went out; nothing is waited for when there was none. */
  expect(answered: Answered | undefined): void {
    this.#answered = answered;
    this.#repeats = 0;
  }

  /** Sends it again, on every transport. */
  repeat(): void {
    if (this.#answered === undefined) return;
    this.#repeats += 1;
    this.#answered.transaction.respond(this.#answered.response);
  }

  /** RFC 3261 §13.3.1.4: T1, doubling up to T2. */
  untilRepeat({ t1, t2 }: { readonly t1: number; readonly t2: number }): number {
    return Math.min(t1 * 2 ** this.#repeats, t2);
  }

  /** The event that an ACK is; undefined when it is not for this 2xx. */
  take(ack: Request): 'ACK' | 'ACK with answer' | undefined {
    const answered = this.#answered;
    if (answered === undefined || ack.cseq.number !== answered.cseq) return undefined;
    this.#answered = undefined;
    return answered.offered ? 'ACK with answer' : 'ACK';
  }

  /** RFC 3261 §14.1: who sends another INVITE has had our 2xx, and only its ACK was lost. False when that was to bring an answer. */
  takeImplied(): boolean {
    if (this.#answered?.offered !== false) return false;
    this.#answered = undefined;
    return true;
  }
}
