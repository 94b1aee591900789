// What no message shows: a party's own wishes, and what became of its packets and connections.
import type { Observation } from '../../packages/sip/src/base/tap.ts';
import type { FigureName } from '../../packages/sip/src/trace/correlate/labelled.ts';
import type { StateSpan } from '../../packages/sip/src/trace/document/document.ts';

/** What a party does or meets that no message shows, with the time of it: what its machine did from then on is not compared. */
const unseen: readonly {
  readonly why: string;
  readonly figures?: readonly FigureName[];
  readonly from: (
    states: readonly StateSpan[],
    observed: readonly Observation[],
  ) => number | undefined;
}[] = [
  {
    why: 'a connection that breaks or cannot be opened is no message',
    from: (_states, observed) => brokenAt(observed),
  },
  {
    why: 'what could not be sent is no message',
    figures: ['outgoing'],
    from: (_states, observed) => {
      const sent = observed.find(({ kind }) => kind === 'message')?.at ?? Infinity;
      return (brokenAt(observed) ?? Infinity) < sent ? -Infinity : undefined;
    },
  },
  {
    why: 'a 2xx that crosses a CANCEL is acknowledged and hung up without a session',
    figures: ['session'],
    from: (states, observed) =>
      states.length === 0 &&
      observed.some((seen) => seen.kind === 'message' && seen.text.startsWith('CANCEL '))
        ? 0
        : undefined,
  },
  {
    why: 'we look at an offer no sooner than it is to be answered, and never at one that is refused unread',
    figures: ['offer-answer'],
    from: (states) => (states.length === 0 ? 0 : undefined),
  },
  {
    why: 'who changes their mind while an answer is awaited keeps that for themselves until it comes',
    figures: ['registration', 'publication', 'subscriber'],
    from: entering('Leaving', 'Returning'),
  },
  {
    why: 'who drops a subscription says nothing, and its dialog is over with it',
    figures: ['subscriber', 'notifier', 'publication', 'dialog'],
    from: (_states, observed) =>
      observed.find((seen) => seen.kind === 'subscription' && seen.event === 'drop')?.at,
  },
  {
    why: 'a wish to hang up waits for an ACK, one to give up for a 1xx or until a re-INVITE has rung too long',
    figures: ['session', 'offer-answer', 'outgoing'],
    from: (_states, observed) => wishBefore(observed),
  },
  {
    why: 'a change of our own is made before it is sent, and a 2xx of ours waits for a PRACK',
    figures: ['session', 'incoming'],
    from: entering('Offering', 'Confirming'),
  },
  {
    why: 'whether an offer in a 1xx is declined or the call given up looks the same',
    figures: ['outgoing'],
    from: entering('Declining', 'Giving up'),
  },
  {
    why: 'what refuses an INVITE before there is a call is no machine',
    figures: ['incoming'],
    from: (states) => (states.length === 0 ? 0 : undefined),
  },
  {
    why: 'a fork that answers after the first is acknowledged and hung up without a session',
    figures: ['session', 'offer-answer'],
    from: (states, observed) =>
      states.length === 0 && tagsIn(observed, /^SIP\/2.0 2/) > 1 ? 0 : undefined,
  },
  {
    why: 'of very many forks the first 64 are followed',
    figures: ['dialog'],
    from: (states, observed) =>
      states.length === 0 && tagsIn(observed, /^SIP/) > 64 ? 0 : undefined,
  },
  {
    why: 'whether the media engine can use a description it keeps for itself',
    figures: ['offer-answer', 'incoming'],
    from: (states) =>
      states.find(
        ({ state, to }, index) =>
          (state === 'LocalOffer' && states[index + 1]?.state === 'Ended') ||
          (state === 'Answering' && to !== undefined && states[index + 1]?.state === 'Ended'),
      )?.from,
  },
  {
    why: 'who connects anew has another port, and counts as another party in a capture',
    from: (_states, observed) => secondPlace(observed),
  },
  {
    why: 'a response over another connection counts as one to somebody else, who has not called',
    figures: ['outgoing'],
    from: (_states, observed) => (secondPlace(observed) === undefined ? undefined : -Infinity),
  },
  {
    why: 'a BYE that cannot be sent is no message',
    from: (_states, observed) =>
      observed.find(
        ({ kind, at, ...seen }) =>
          kind === 'dialog' &&
          'event' in seen &&
          seen.event === 'local-bye' &&
          !observed.some(
            (other) =>
              other.kind === 'message' &&
              other.direction === 'out' &&
              other.text.startsWith('BYE ') &&
              Math.abs(other.at - at) < 1,
          ),
      )?.at,
  },
  {
    why: 'whether a notifier refused, or somebody before it, is not said',
    figures: ['notifier'],
    from: (states) => (taking('refuse')(states) === undefined ? undefined : 0),
  },
  {
    why: 'what a notifier has to say waits while a NOTIFY is unanswered, and is seen with the next',
    figures: ['notifier'],
    from: (states, observed) =>
      states.find(
        ({ event, from }) =>
          (event === 'close' || event === 'grant') &&
          lastBefore(from, observed, /^NOTIFY /) >
            lastBefore(from, observed, /^SIP[^]*\r\nCSeq: \d+ NOTIFY\r\n/),
      )?.from,
  },
];

/** The place of the last message before `until` that begins so. */
function lastBefore(until: number, observed: readonly Observation[], begins: RegExp): number {
  return observed.findLastIndex(
    (seen) => seen.kind === 'message' && seen.at < until && begins.test(seen.text),
  );
}

function secondPlace(observed: readonly Observation[]): number | undefined {
  const places = new Set<string>();
  return observed.find(
    (seen) => seen.kind === 'message' && places.add(placeOf(seen.local)).size > 1,
  )?.at;
}

function brokenAt(observed: readonly Observation[]): number | undefined {
  return observed.find(
    (seen) =>
      (seen.kind === 'flow' && seen.event !== 'opened') ||
      (seen.kind === 'transaction' && seen.event === 'transport err.'),
  )?.at;
}

/** When somebody wished to end a call and could not yet. */
function wishBefore(observed: readonly Observation[]): number | undefined {
  return observed.find(
    (seen) =>
      seen.kind === 'session' &&
      (seen.after === 'Leaving' ||
        seen.after === 'Withdrawing' ||
        (seen.event === 'abort' && !observed.some((other) => isCancelAt(other, seen.at)))),
  )?.at;
}

function isCancelAt(seen: Observation, at: number): boolean {
  return seen.kind === 'message' && seen.text.startsWith('CANCEL ') && Math.abs(seen.at - at) < 1;
}

/** How many To tags the answers to INVITEs have that begin so. */
function tagsIn(observed: readonly Observation[], begins: RegExp): number {
  return new Set(
    observed.flatMap((seen) =>
      seen.kind === 'message' &&
      begins.test(seen.text) &&
      /\r\nCSeq: \d+ INVITE\r\n/.test(seen.text)
        ? (/\r\nTo: .*;tag=(\S+)/.exec(seen.text)?.[1] ?? [])
        : [],
    ),
  ).size;
}

function entering(...names: readonly string[]) {
  return (states: readonly StateSpan[]): number | undefined =>
    states.find(({ state }) => names.includes(state))?.from;
}

function taking(name: string) {
  return (states: readonly StateSpan[]): number | undefined =>
    states.find(({ event }) => event === name)?.from;
}

/** From when on the states of a machine cannot be known from messages alone; Infinity when they always can. */
export function unseenFrom(
  figure: string,
  states: readonly StateSpan[],
  observed: readonly Observation[],
): number {
  const times = unseen
    .filter(({ figures }) => figures === undefined || figures.some((one) => one === figure))
    .flatMap(({ from }) => from(states, observed) ?? []);
  return Math.min(...times, Infinity);
}

/** An address as text. */
export function placeOf({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
