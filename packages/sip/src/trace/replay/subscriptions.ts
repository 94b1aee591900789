// The subscriptions among the messages of a call: what asked for each, its refreshes and its notifications (RFC 6665 §4.4.1).
import type { Message } from '../../message/message.ts';
import { eventOf, sameEvent } from '../../subscription/event.ts';
import type { EventId } from '../../subscription/event.ts';
import type { MessageDocument } from '../document/document.ts';
import { parsedOf } from './seen-by.ts';

/** One subscription, which has both ends. */
export interface Subscription {
  readonly leg: number;
  readonly event: EventId;
  readonly subscriberTag: string;
  /** Of its first NOTIFY; undefined when none came. */
  readonly notifierTag: string | undefined;
  /** Of the answer that took it; undefined when nobody did. */
  readonly acceptedBy: string | undefined;
  /** True when it was asked for in a dialog that was there before. */
  readonly isWithin: boolean;
  /** True when another notifier got the same request, and its NOTIFY came first. */
  readonly isFork: boolean;
  /** With the answers; what asked for it first, also where it is a fork. */
  readonly messages: readonly MessageDocument[];
}

/** Of so many subscriptions of one call the machines are found. */
const mostSubscriptions = 100;

interface Known {
  readonly leg: number;
  event: EventId;
  readonly subscriberTag: string;
  notifierTag: string | undefined;
  acceptedBy: string | undefined;
  readonly isWithin: boolean;
  readonly isFork: boolean;
  readonly messages: MessageDocument[];
  /** Numbers of the CSeq of its SUBSCRIBEs or REFERs, and of its NOTIFYs. */
  readonly asked: Set<number>;
  readonly told: Set<number>;
  /** True when what asked for it last was asked who it is, so that another may try again. */
  challenged: boolean;
}

/** Finds them; an unasked NOTIFY is of none. */
export function subscriptionsIn(messages: readonly MessageDocument[]): readonly Subscription[] {
  const known: Known[] = [];
  for (const document of messages) {
    const { method } = document;
    if (method !== 'SUBSCRIBE' && method !== 'REFER' && method !== 'NOTIFY') continue;
    const message = parsedOf(document);
    if (message === undefined) continue;
    if (method === 'NOTIFY') notification(known, document, message);
    else question(known, document, message);
  }
  return known;
}

function question(known: Known[], document: MessageDocument, message: Message): void {
  const { leg, status } = document;
  const { fromTag = '', toTag, cseq } = message;
  if (status !== undefined) {
    const of = known.findLast(
      (one) => one.leg === leg && one.subscriberTag === fromTag && one.asked.has(cseq.number),
    );
    if (of === undefined) return;
    of.messages.push(document);
    of.challenged = status === 401 || status === 407;
    if (status >= 200 && status < 300) of.acceptedBy ??= toTag;
    return;
  }
  const event = askedIn(message);
  const of = known.findLast(
    (one) =>
      one.leg === leg &&
      one.subscriberTag === fromTag &&
      (toTag === undefined
        ? !one.isWithin && !one.isFork
        : (one.notifierTag ?? one.acceptedBy ?? toTag) === toTag) &&
      (one.asked.has(cseq.number) || isSame(one, event, message)),
  );
  if (of !== undefined) {
    of.messages.push(document);
    if (!of.asked.has(cseq.number) && event.package === 'refer') of.event = event;
    of.asked.add(cseq.number);
  } else if (known.length < mostSubscriptions && !isForeign(event, message)) {
    known.push({
      leg,
      event,
      subscriberTag: fromTag,
      notifierTag: toTag,
      acceptedBy: undefined,
      isWithin: toTag !== undefined,
      isFork: false,
      messages: [document],
      asked: new Set([cseq.number]),
      told: new Set(),
      challenged: false,
    });
  }
}

/** RFC 3515 §2.4.6: a REFER asks for the event `refer`, whose id is its CSeq. */
function askedIn(message: Message): EventId {
  if (message.cseq.method === 'REFER') return { package: 'refer', id: String(message.cseq.number) };
  return eventOf(message) ?? { package: '' };
}

// RFC 3515 §2.4.4: only REFER makes a subscription to `refer`.
function isForeign(event: EventId, message: Message): boolean {
  return event.package === 'refer' && message.cseq.method !== 'REFER';
}

// Each REFER makes a subscription of its own, unless the one before it was challenged and this is another try.
function isSame(one: Known, event: EventId, message: Message): boolean {
  return message.cseq.method === 'REFER'
    ? one.event.package === 'refer' && one.challenged
    : isAbout(one, event);
}

function notification(known: Known[], document: MessageDocument, message: Message): void {
  const { leg, status } = document;
  const { fromTag = '', toTag = '', cseq } = message;
  const own = known.filter((one) => one.leg === leg && one.subscriberTag === toTag);
  if (status !== undefined) {
    own
      .find((one) => one.notifierTag === fromTag && one.told.has(cseq.number))
      ?.messages.push(document);
    return;
  }
  const event = eventOf(message);
  if (event === undefined) return;
  const about = own.filter((one) => isAbout(one, event));
  const first = about.find(({ isFork }) => !isFork);
  const of =
    about.find(({ notifierTag }) => notifierTag === fromTag) ??
    about.find(({ notifierTag }) => notifierTag === undefined) ??
    (first === undefined || first.isWithin || known.length >= mostSubscriptions
      ? undefined
      : forkOf(first, known));
  if (of === undefined) return;
  of.notifierTag ??= fromTag;
  of.told.add(cseq.number);
  of.messages.push(document);
}

// RFC 3515 §2.4.6: the first REFER of a dialog needs no id.
function isAbout({ event }: Known, told: EventId): boolean {
  if (sameEvent(event, told)) return true;
  return event.package === 'refer' && told.package === 'refer' && told.id === undefined;
}

function forkOf(first: Known, known: Known[]): Known {
  const [asking] = first.messages;
  const fork: Known = {
    ...first,
    notifierTag: undefined,
    acceptedBy: undefined,
    isFork: true,
    messages: asking === undefined ? [] : [asking],
    asked: new Set(),
    told: new Set(),
    challenged: false,
  };
  known.push(fork);
  return fork;
}
