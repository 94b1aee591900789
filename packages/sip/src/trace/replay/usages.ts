// Registrations, publications and subscriptions of a call at those of their ends that did not record (RFC 3261 §10, RFC 3903, RFC 6665).
import type { Label } from '../correlate/labelled.ts';
import type { DialogDocument, MessageDocument } from '../document/document.ts';
import { hopsOf } from '../document/heard.ts';
import type { CallToReplay } from './call.ts';
import { replayNotifier } from './notifier.ts';
import { replayPublication } from './publication.ts';
import { replayRegistration } from './registration.ts';
import { parsedOf, partyMessages } from './seen-by.ts';
import { replaySubscriber } from './subscriber.ts';
import { subscriptionsIn } from './subscriptions.ts';
import type { Subscription } from './subscriptions.ts';
import type { Replayed } from './tell.ts';

/** The machine of one party. */
export interface ReplayedUsage {
  readonly party: number;
  readonly leg: number;
  /** Number of the dialog that it uses. */
  readonly dialog: number | undefined;
  readonly replayed: Replayed;
}

/** What is known of the call. */
export interface UsagesToReplay {
  readonly messages: readonly MessageDocument[];
  readonly dialogs: readonly DialogDocument[];
  /** Ids of the parties that did not record. */
  readonly foreign: ReadonlySet<number>;
  readonly until: number;
}

/** Of so many registrations and publications of one call the machines are found. */
const mostClients = 100;

/** Runs their figures. */
export function replayUsages(seen: UsagesToReplay): readonly ReplayedUsage[] {
  return [
    ...clientsOf(seen, 'REGISTER', replayRegistration),
    ...clientsOf(seen, 'PUBLISH', replayPublication),
    ...subscriptionsIn(seen.messages).flatMap((one) => [
      ...subscriberOf(seen, one),
      ...notifierOf(seen, one),
    ]),
  ];
}

function clientsOf(
  { messages, foreign, until }: UsagesToReplay,
  method: string,
  replay: (client: CallToReplay) => Replayed | undefined,
): readonly ReplayedUsage[] {
  const own = messages.filter((message) => message.method === method);
  // By its From tag: who connects anew has another port, and counts as another party.
  const clients = new Map<string, { readonly leg: number; readonly parties: Set<number> }>();
  for (const message of own) {
    const { leg, from } = message;
    if (!foreign.has(from) || !isFirstHop(message)) continue;
    const key = `${leg} ${parsedOf(message)?.fromTag ?? ''}`;
    const client = clients.get(key) ?? { leg, parties: new Set() };
    if (clients.size < mostClients || clients.has(key)) clients.set(key, client);
    client.parties.add(from);
  }
  return [...clients.values()].flatMap(({ leg, parties }) => {
    const its = own.filter((message) => message.leg === leg);
    const [party] = parties;
    if (party === undefined) return [];
    const seen = its.flatMap((message) =>
      [...parties].flatMap((one) => partyMessages(message, one)),
    );
    const replayed = replay({ party, label: undefined, messages: seen, until });
    return replayed === undefined ? [] : { party, leg, dialog: undefined, replayed };
  });
}

function subscriberOf(seen: UsagesToReplay, one: Subscription): readonly ReplayedUsage[] {
  const asking = one.messages.find((message) => message.method !== 'NOTIFY' && isFirstHop(message));
  if (asking === undefined || !seen.foreign.has(asking.from)) return [];
  // RFC 6665 §4.4.1: for who asked the first NOTIFY makes the dialog, for who answers his answer does.
  return usageOf(seen, one, asking.from, { replay: replaySubscriber, tag: one.notifierTag });
}

function notifierOf(seen: UsagesToReplay, one: Subscription): readonly ReplayedUsage[] {
  const telling = one.messages.find(
    (message) => message.method === 'NOTIFY' && isFirstHop(message),
  );
  const askers = new Set(
    one.messages.flatMap(({ method, status, from }) =>
      method !== 'NOTIFY' && status === undefined ? from : [],
    ),
  );
  // A proxy sends on what it is asked, a notifier does not.
  const answering = one.messages.find(
    ({ method, status = 0, from }) => method !== 'NOTIFY' && status >= 200 && !askers.has(from),
  );
  const party = telling?.from ?? answering?.from;
  if (party === undefined || !seen.foreign.has(party)) return [];
  const tag = one.notifierTag ?? one.acceptedBy;
  return usageOf(seen, one, party, { replay: replayNotifier, tag });
}

function usageOf(
  { dialogs, until }: UsagesToReplay,
  one: Subscription,
  party: number,
  { replay, tag }: { readonly replay: typeof replaySubscriber; readonly tag: string | undefined },
): readonly ReplayedUsage[] {
  const { leg, event, isFork, subscriberTag } = one;
  const dialog = dialogs.find(
    ({ ends, ...rest }) =>
      rest.leg === leg &&
      ends.some((end) => end.tag === subscriberTag) &&
      ends.some((end) => end.tag === tag),
  );
  const label: Label | undefined =
    dialog === undefined ? undefined : { lane: 'D', number: dialog.number, source: dialog.source };
  const messages = one.messages.flatMap((message) => partyMessages(message, party));
  const replayed = replay({ party, label, messages, until, event, isFork });
  return replayed === undefined ? [] : [{ party, leg, dialog: dialog?.number, replayed }];
}

/** A request that its sender made itself: what proxies pass on has more than one Via. */
function isFirstHop(document: MessageDocument): boolean {
  if (document.status !== undefined) return false;
  const message = parsedOf(document);
  return message !== undefined && hopsOf(message) === 1;
}
