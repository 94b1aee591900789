// What happened in a call, as the protocol saw it: the records of this phone's own machines, kept for a while, drawn as a ladder.
import type { Observation, Tap } from '@offhook/sip';
import { Correlator, ladder } from '@offhook/sip/trace';
import type { Labelled } from '@offhook/sip/trace';
import type { CallStory } from '../phone.ts';

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

  /** The story of the call with this Call-ID; undefined when nothing of it is known any more. */
  of(callId: string): CallStory | undefined {
    const sessions = new Set<string>();
    const named = new RegExp(
      String.raw`^(?:Call-ID|i)[ \t]*:[ \t]*${literal(callId)}[ \t]*\r?$`,
      'im',
    );
    const own = this.#kept.filter((one) => {
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
    const correlator = new Correlator();
    const rows = new Map<number, Labelled>();
    for (const observation of own)
      for (const row of correlator.add(observation)) rows.set(row.id, row);
    const call = correlator.calls.find((one) => one.callId === callId);
    if (call === undefined) return undefined;
    const inOrder = [...rows.values()].sort((one, other) => one.at - other.at || one.id - other.id);
    return { call, rows: inOrder, text: ladder(own, { width: 100, unicode: true }) };
  }
}

function literal(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
}
