// What a notifier must have been doing, also that of a REFER (RFC 6665 §4.2).
import { expires } from '../../message/header/expires.ts';
import { referSub } from '../../message/header/refer-sub.ts';
import { endsSubscription } from '../../subscription/end.ts';
import { formatEvent } from '../../subscription/event.ts';
import { toMilliseconds } from '../../subscription/interval.ts';
import { notifierFigure } from '../../subscription/notifier.figure.ts';
import type { NotifierEvent } from '../../subscription/notifier.figure.ts';
import { readState } from '../../subscription/state.ts';
import { exchangesOf, failureOf } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { fails, succeeds } from './party-message.ts';
import type { PartyMessage } from './party-message.ts';
import { inOrder, runScore } from './run.ts';
import type { Cue } from './run.ts';
import type { SubscriptionToReplay } from './subscriber.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

type NotifierCue = Cue<NotifierEvent, 'expiry'>;

/** Runs the figure over its answers and notifications; undefined when this side took nothing. */
export function replayNotifier(seen: SubscriptionToReplay): Replayed | undefined {
  const { party, label, messages, event, until } = seen;
  const exchanges = exchangesOf(messages);
  const asks = exchanges.filter(
    ({ request, final }) => !request.sent && final !== undefined && succeeds(final),
  );
  const notifications = exchanges.filter(
    ({ request }) => request.sent && request.method === 'NOTIFY',
  );
  // Whether a refusal came from a notifier or from before it, nobody sees.
  const [first, ...refreshes] = asks;
  // RFC 4488 §4: without a subscription nobody is told.
  const isNone = first?.final?.message?.get(referSub)?.value.toLowerCase() === 'false';
  if (first?.final === undefined || isNone) return undefined;
  const terms = termsOf(first, refreshes, notifications);
  const cues = inOrder([
    ...beginning(first, notifications),
    ...refreshes.map(refreshCue),
    ...notificationCues(notifications, first, refreshes, until),
  ]);
  const run = runScore(
    {
      figure: notifierFigure,
      start: 'Resp wait',
      length: (_timer, _resets, _state, at) => {
        const due = terms.findLast((term) => term.at <= at)?.due;
        return due === undefined ? undefined : Math.max(due - at, 0);
      },
      shown: ['expiry'],
    },
    { birth: { at: first.request.at, message: undefined }, cues, until },
  );
  const subject = `notifier ${formatEvent(event)}`.slice(0, 49);
  return tell(run, { figure: 'notifier', party, label, subject });
}

/** When it was taken, and until when it lasts; in the order of time. */
function termsOf(
  first: Exchange,
  refreshes: readonly Exchange[],
  [notification]: readonly Exchange[],
): readonly { readonly at: number; readonly due: number }[] {
  const told = notification?.request.message;
  return [first, ...refreshes].flatMap((ask) => {
    const { at } = ask === first ? takenBy(first, notification) : ask.request;
    const seconds =
      grantedIn(ask) ??
      (ask === first && told !== undefined ? readState(told)?.expiresSeconds : undefined);
    return seconds === undefined ? [] : { at, due: at + toMilliseconds(seconds) };
  });
}

/** RFC 6665 §4.2.1.1: what the answer says, never more than was asked for; nothing is said of a REFER. */
function grantedIn({ request, final }: Exchange): number | undefined {
  return final?.message?.get(expires) ?? request.message?.get(expires);
}

/** What shows first that it was taken: a NOTIFY may overtake its answer. */
function takenBy({ request, final }: Exchange, notification: Exchange | undefined): PartyMessage {
  const answer = final ?? request;
  return notification !== undefined && notification.request.at < answer.at
    ? notification.request
    : answer;
}

function beginning(first: Exchange, [notification]: readonly Exchange[]): readonly NotifierCue[] {
  const { at, number } = takenBy(first, notification);
  const cue = { at, message: number, optional: true } as const;
  if (grantedIn(first) === 0) return [{ ...cue, event: 'fetch' }];
  const isPending = stateIn(notification) === 'pending';
  return [{ ...cue, event: isPending ? 'accept pending' : 'accept' }];
}

function refreshCue(ask: Exchange): NotifierCue {
  const { at, number } = ask.request;
  const event = grantedIn(ask) === 0 ? 'unsubscribe' : 'SUBSCRIBE';
  return { at, message: number, event, optional: true };
}

function stateIn(notification: Exchange | undefined): string | undefined {
  const message = notification?.request.message;
  return message === undefined ? undefined : readState(message)?.state;
}

function notificationCues(
  notifications: readonly Exchange[],
  first: Exchange,
  refreshes: readonly Exchange[],
  until: number,
): readonly NotifierCue[] {
  // Each answer to a SUBSCRIBE brings a NOTIFY by itself (RFC 6665 §4.2.1.2).
  const owing = [first, ...refreshes].map(({ request }) => request.at);
  const over = [first, ...refreshes].find((ask) => grantedIn(ask) === 0)?.request.at;
  let state = stateIn(notifications[0]);
  const cues: NotifierCue[] = [];
  for (const [index, exchange] of notifications.entries()) {
    const next = notifications[index + 1];
    const { at, number } = exchange.request;
    const cue = { at, message: number, optional: true } as const;
    const isOwed = (owing[0] ?? Infinity) <= at;
    while ((owing[0] ?? Infinity) <= at) owing.shift();
    const told = stateIn(exchange);
    const last = notifications[index - 1];
    const isAgain =
      last !== undefined && failureOf(last, exchange, until) === undefined && isFailure(last);
    if (!isAgain) {
      if (told === 'terminated') {
        if ((over ?? Infinity) > at) cues.push({ ...cue, shows: ['expiry'], event: 'close' });
      } else if (told === 'active' && state === 'pending') cues.push({ ...cue, event: 'grant' });
      else if (!isOwed) cues.push({ ...cue, event: 'notify' });
    }
    state = told ?? state;
    cues.push(...answerCues(exchange, next, until));
  }
  return cues;
}

function isFailure({ final }: Exchange): boolean {
  return final === undefined || fails(final);
}

function answerCues(
  exchange: Exchange,
  next: Exchange | undefined,
  until: number,
): readonly NotifierCue[] {
  const { final } = exchange;
  const failure = failureOf(exchange, next, until);
  // RFC 6665 §4.2.2: 408 is silence.
  if (failure !== undefined && (failure.status === 408 || endsSubscription(failure.status)))
    return [{ at: failure.at, message: failure.message, event: 'gone', optional: true }];
  const isHeard = final !== undefined && (succeeds(final) || failure !== undefined);
  // What changed meanwhile goes with the next, at once.
  if (!isHeard || (next?.request.at ?? Infinity) <= final.at) return [];
  return [{ at: final.at, message: final.number, event: 'NOTIFY answered', optional: true }];
}
