// What happened in a call, as the protocol saw it: the records of this phone's own machines, kept for a while.
import type { Observation, Tap } from '@offhook/sip';

/** More records than this are not kept; the oldest go. */
const most = 6000;

/** Keeps the records of the last calls. */
export class Story implements Tap {
  readonly #also: Tap | undefined;
  #kept: Observation[] = [];

  constructor(also: Tap | undefined) {
    this.#also = also;
  }

  observe(observation: Observation): void {
    this.#also?.observe(observation);
    this.#kept.push(observation);
    if (this.#kept.length > most * 1.25) this.#shrink();
  }

  /** The records of the call with this Call-ID; empty when nothing of it is known any more. */
  of(callId: string): readonly Observation[] {
    const sessions = new Set<string>();
    const named = new RegExp(
      String.raw`^(?:Call-ID|i)[ \t]*:[ \t]*${literal(callId)}[ \t]*\r?$`,
      'im',
    );
    return this.#kept.filter((one) => {
      switch (one.kind) {
        case 'message':
          return named.test(one.text);
        case 'session':
          if (one.callId === callId) sessions.add(one.id);
          return one.callId === callId;
        case 'transaction':
        case 'dialog':
        case 'subscription':
          return one.callId === callId;
        case 'offer-answer':
        case 'media':
          return sessions.has(one.session);
        case 'dropped':
        case 'flow':
        case 'registration':
          return false;
      }
    });
  }

  // In a long call the counters of every second would push out how it began: every other one goes first.
  #shrink(): void {
    let isOther = false;
    const thinned = this.#kept.filter((one) => {
      if (one.kind !== 'media' || one.interim !== true) return true;
      isOther = !isOther;
      return isOther;
    });
    this.#kept = thinned.slice(-most);
  }
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
