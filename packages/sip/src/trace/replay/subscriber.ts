// What a subscriber must have been doing, also that of a REFER (RFC 6665 §4.1.2, RFC 3515 §2.4.4).
import { expires } from '../../message/header/expires.ts';
import { referSub } from '../../message/header/refer-sub.ts';
import { endsSubscription } from '../../subscription/end.ts';
import { formatEvent } from '../../subscription/event.ts';
import type { EventId } from '../../subscription/event.ts';
import { refreshMilliseconds, toMilliseconds } from '../../subscription/interval.ts';
import { readState } from '../../subscription/state.ts';
import { subscriberFigure } from '../../subscription/subscriber.figure.ts';
import type { SubscriberEvent, SubscriberTimer } from '../../subscription/subscriber.figure.ts';
import type { CallToReplay } from './call.ts';
import { exchangesOf, failureOf, giveUp, isOneWish } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { fails, succeeds } from './party-message.ts';
import { inOrder, runScore } from './run.ts';
import type { Cue } from './run.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

type SubscriberCue = Cue<SubscriberEvent, SubscriberTimer>;

/** One side of a subscription. */
export interface SubscriptionToReplay extends CallToReplay {
  readonly event: EventId;
  /** True when another notifier was the first to answer the same request. */
  readonly isFork: boolean;
}

/** Runs the figure over its requests and notifications; undefined when what asked for it was not seen. */
export function replaySubscriber(seen: SubscriptionToReplay): Replayed | undefined {
  const { party, label, messages, event, isFork, until } = seen;
  const exchanges = exchangesOf(messages);
  const asks = exchanges.filter(({ request }) => request.sent);
  const notifications = exchanges.filter(
    ({ request }) => !request.sent && request.method === 'NOTIFY',
  );
  // RFC 6665 §4.1.4: each NOTIFY of another notifier makes a subscription of its own.
  const birth = isFork ? notifications[0] : asks[0];
  if (birth === undefined || (isFork && isRefused(birth))) return undefined;
  const terms = termsOf(asks, notifications);
  const own = isFork ? asks.slice(1) : asks;
  const cues = inOrder([
    ...own.flatMap((ask, index) => [
      ...askingCues(ask, own[index - 1], isFork),
      ...answerCues(ask, { next: own[index + 1], notifications, until }),
    ]),
    ...notifications.flatMap(notificationCues),
  ]);
  const run = runScore(
    {
      figure: subscriberFigure,
      start: 'Notify wait',
      length: (timer, _resets, _state, at) => length(timer, terms, at),
      shown: ['refresh'],
      // A phone may refresh when it likes, or be gone.
      patient: ['refresh'],
    },
    { birth: { at: birth.request.at, message: undefined }, cues, until },
  );
  const subject = `subscriber ${formatEvent(event)}`.slice(0, 51);
  return tell(run, { figure: 'subscriber', party, label, subject });
}

/** From when on it lasts how long, in the order of time. */
type Terms = readonly { readonly at: number; readonly due: number }[];

function length(timer: SubscriberTimer, terms: Terms, at: number): number | undefined {
  if (timer === 'N') return giveUp;
  const due = terms.findLast((term) => term.at <= at)?.due;
  // How long a REFER without any word of it lasts is its notifier's own matter.
  if (due === undefined) return undefined;
  const left = Math.max(due - at, 0);
  return timer === 'expiry' ? left : Math.max(refreshMilliseconds(left / 1000), 1000);
}

/** RFC 6665 §4.1.2.1: what answers and notifications grant, but never more than was asked for. */
function termsOf(asks: readonly Exchange[], notifications: readonly Exchange[]): Terms {
  const asked = asks.flatMap(({ request }) => {
    const seconds = request.message?.get(expires);
    return seconds === undefined || seconds === 0 ? [] : { at: request.at, seconds };
  });
  const told = [
    ...asks.flatMap(({ request, final }) => {
      if (final === undefined || !succeeds(final)) return [];
      const seconds = final.message?.get(expires) ?? request.message?.get(expires);
      return seconds === undefined ? [] : { at: final.at, seconds };
    }),
    ...notifications.flatMap(({ request: { at, message } }) => {
      const seconds = message === undefined ? undefined : readState(message)?.expiresSeconds;
      return seconds === undefined ? [] : { at, seconds };
    }),
  ];
  return told
    .toSorted((one, other) => one.at - other.at)
    .map(({ at, seconds }) => {
      const most = asked.findLast((ask) => ask.at <= at)?.seconds ?? seconds;
      return { at, due: at + toMilliseconds(Math.min(seconds, most)) };
    });
}

/** After this answer another request goes out at once, for a longer interval. */
const mendable: ReadonlySet<number> = new Set([423]);

function askingCues(
  { request }: Exchange,
  before: Exchange | undefined,
  isFork: boolean,
): readonly SubscriberCue[] {
  if (before === undefined ? !isFork : isOneWish(before, request, mendable)) return [];
  const cue = { at: request.at, message: request.number, optional: true } as const;
  return request.message?.get(expires) === 0
    ? [{ ...cue, event: 'unsubscribe' }]
    : [{ ...cue, shows: ['refresh'], event: 'refresh' }];
}

function answerCues(
  ask: Exchange,
  context: {
    readonly next: Exchange | undefined;
    readonly notifications: readonly Exchange[];
    readonly until: number;
  },
): readonly SubscriberCue[] {
  const { final } = ask;
  const { next, notifications, until } = context;
  const [first] = notifications;
  if (final !== undefined && succeeds(final)) {
    const { at, number, message } = final;
    // RFC 6665 §4.1.4: the one answer that comes back may be that of another fork.
    const isOthers =
      first !== undefined &&
      first.request.at <= at &&
      first.request.message?.fromTag !== message?.toTag;
    if (isOthers) return [];
    const cue = { at, message: number, optional: true } as const;
    // RFC 4488 §4: no subscription came of it.
    const refused = message?.get(referSub)?.value.toLowerCase() === 'false';
    return refused
      ? [
          { ...cue, event: '2xx' },
          { ...cue, event: 'drop' },
        ]
      : [{ ...cue, event: '2xx' }];
  }
  const failure = failureOf(ask, next, until);
  if (failure === undefined) return [];
  const { message, status } = failure;
  const isThere = first !== undefined && first.request.at <= failure.at;
  if (status === 423 && next !== undefined)
    return isThere ? [{ at: failure.at, message, event: '423', optional: true }] : [];
  // Its transaction gives up in the same moment as Timer N, and before it where both began together.
  const at = message === undefined && isThere ? failure.at - 0.001 : failure.at;
  const isGone = message !== undefined && (!isThere || endsSubscription(status));
  return [{ at, message, event: isGone ? 'gone' : 'failed', optional: true }];
}

function notificationCues({ request, final }: Exchange): readonly SubscriberCue[] {
  const { at, number, message } = request;
  const state = message === undefined ? undefined : readState(message)?.state;
  // What it refused has changed nothing.
  if (state === undefined || isRefused({ request, final })) return [];
  return [{ at, message: number, event: `NOTIFY ${state}`, optional: true }];
}

function isRefused({ final }: Exchange): boolean {
  return final !== undefined && fails(final);
}
