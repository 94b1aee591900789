// Where each arrow of each figure is written: by its event, and by its state too where another section says it.
import type { TimerEvent } from '../../base/figure.ts';
import type { DialogEvent } from '../../dialog/dialog.figure.ts';
import type { RegistrationEvent } from '../../registration/registration.figure.ts';
import type { OfferAnswerEvent } from '../../sdp/offer-answer.figure.ts';
import type { IncomingEvent, IncomingTimer } from '../../session/incoming.figure.ts';
import type { OutgoingEvent } from '../../session/outgoing.figure.ts';
import type { ProvisionalEvent, ProvisionalTimer } from '../../session/provisional.figure.ts';
import type { SessionEvent, SessionTimer } from '../../session/session.figure.ts';
import type {
  TimerEvent as SessionTimerEvent,
  TimerName as SessionTimerName,
} from '../../session/timer.figure.ts';
import type { NotifierEvent } from '../../subscription/notifier.figure.ts';
import type { PublicationEvent } from '../../subscription/publication.figure.ts';
import type { SubscriberEvent, SubscriberTimer } from '../../subscription/subscriber.figure.ts';
import type {
  InviteClientEvent,
  InviteClientTimer,
} from '../../transaction/invite-client.figure.ts';
import type {
  InviteServerEvent,
  InviteServerTimer,
} from '../../transaction/invite-server.figure.ts';
import type {
  NonInviteClientEvent,
  NonInviteClientTimer,
} from '../../transaction/non-invite-client.figure.ts';
import type {
  NonInviteServerEvent,
  NonInviteServerTimer,
} from '../../transaction/non-invite-server.figure.ts';
import type { FigureName } from '../correlate/labelled.ts';

type Sections<Event extends string, TimerName extends string = never> = {
  readonly [E in 'created' | Event | TimerEvent<TimerName>]: string;
};

const inviteClient: Sections<InviteClientEvent, InviteClientTimer> = {
  created: 'RFC 3261 §17.1.1.2',
  '1xx': 'RFC 3261 §17.1.1.2',
  '2xx': 'RFC 6026 §8.4',
  '300-699': 'RFC 3261 §17.1.1.3',
  'transport err.': 'RFC 3261 §17.1.4',
  'cancel from TU': 'RFC 3261 §9.1',
  'Timer A fires': 'RFC 3261 §17.1.1.2',
  'Timer B fires': 'RFC 3261 §17.1.1.2',
  'Timer D fires': 'RFC 3261 §17.1.1.2',
  'Timer M fires': 'RFC 6026 §8.4',
  'Timer cancel fires': 'RFC 3261 §9.1',
};

const nonInviteClient: Sections<NonInviteClientEvent, NonInviteClientTimer> = {
  created: 'RFC 3261 §17.1.2.2',
  '1xx': 'RFC 3261 §17.1.2.2',
  '200-699': 'RFC 3261 §17.1.2.2',
  'transport err.': 'RFC 3261 §17.1.4',
  'Timer E fires': 'RFC 3261 §17.1.2.2',
  'Timer F fires': 'RFC 3261 §17.1.2.2',
  'Timer K fires': 'RFC 3261 §17.1.2.2',
};

const inviteServer: Sections<InviteServerEvent, InviteServerTimer> = {
  created: 'RFC 3261 §17.2.1',
  INVITE: 'RFC 3261 §17.2.1',
  ACK: 'RFC 3261 §17.2.1',
  '100 from TU': 'RFC 3261 §17.2.1',
  '101-199 from TU': 'RFC 3261 §17.2.1',
  '2xx from TU': 'RFC 6026 §7.1',
  '300-699 from TU': 'RFC 3261 §17.2.1',
  'transport err.': 'RFC 6026 §8.8',
  'Timer 100 fires': 'RFC 3261 §17.2.1',
  'Timer G fires': 'RFC 3261 §17.2.1',
  'Timer H fires': 'RFC 3261 §17.2.1',
  'Timer I fires': 'RFC 3261 §17.2.1',
  'Timer L fires': 'RFC 6026 §7.1',
};

const nonInviteServer: Sections<NonInviteServerEvent, NonInviteServerTimer> = {
  created: 'RFC 3261 §17.2.2',
  request: 'RFC 3261 §17.2.2',
  '100 from TU, reliable': 'RFC 4320 §4.1',
  '100 from TU, unreliable': 'RFC 4320 §4.1',
  '101-199 from TU': 'RFC 4320 §4.1',
  '408 from TU': 'RFC 4320 §4.2',
  '200-699 from TU': 'RFC 3261 §17.2.2',
  'transport err.': 'RFC 6026 §8.8',
  'Timer 100 fires': 'RFC 4320 §4.1',
  'Timer J fires': 'RFC 3261 §17.2.2',
};

const dialog: Sections<DialogEvent> = {
  created: 'RFC 3261 §12.1',
  '1xx-notag': 'RFC 4235 §3.7.1',
  '1xx-tag': 'RFC 3261 §12.1',
  '2xx': 'RFC 3261 §12.1',
  rejected: 'RFC 3261 §12.3',
  cancelled: 'RFC 4235 §3.7.1',
  replaced: 'RFC 4235 §3.7.1',
  timeout: 'RFC 3261 §12.2.1.2',
  error: 'RFC 3261 §12.2.1.2',
  'local-bye': 'RFC 3261 §15.1.1',
  'remote-bye': 'RFC 3261 §15.1.2',
  NOTIFY: 'RFC 6665 §4.4.1',
  'last usage': 'RFC 5057 §4.1',
};

const outgoing: Sections<OutgoingEvent, 'ring'> = {
  created: 'RFC 3261 §13.2.1',
  'offer ready': 'RFC 3261 §13.2.1',
  'offer failed': 'RFC 3261 §13.2.1',
  '1xx': 'RFC 3261 §13.2.2.1',
  'reliable 1xx': 'RFC 3262 §4',
  'early offer failed': 'RFC 3262 §5',
  '2xx': 'RFC 3261 §13.2.2.4',
  'interval too small': 'RFC 4028 §7.3',
  failure: 'RFC 3261 §13.2.2.3',
  abort: 'RFC 3261 §9.1',
  'transaction ended': 'RFC 3261 §13.2.2.4',
  'Timer ring fires': 'RFC 3261 §9.1',
};

const incoming: Sections<IncomingEvent, IncomingTimer> = {
  created: 'RFC 3261 §13.3.1',
  ring: 'RFC 3261 §13.3.1.1',
  preview: 'RFC 3261 §13.3.1.1',
  accept: 'RFC 3261 §13.3.1.4',
  reject: 'RFC 3261 §13.3.1.3',
  'answer ready': 'RFC 3261 §13.3.1.4',
  'answer ready for PRACK': 'RFC 3262 §5',
  'answer failed': 'RFC 3261 §13.3.1.3',
  PRACK: 'RFC 3262 §3',
  'PRACK with answer': 'RFC 3262 §5',
  'PRACK missing': 'RFC 3262 §3',
  CANCEL: 'RFC 3261 §9.2',
  BYE: 'RFC 3261 §15',
  'Timer expires fires': 'RFC 3261 §13.3.1',
  'Timer repeat fires': 'RFC 3261 §13.3.1.1',
  'Timer ring fires': 'RFC 3261 §13.3.1.3',
};

const session: Sections<SessionEvent, SessionTimer> = {
  created: 'RFC 3261 §13.2.2.4',
  'media ready': 'RFC 3261 §13.2.2.4',
  'media failed': 'RFC 3261 §13.2.2.4',
  ACK: 'RFC 3261 §13.3.1.4',
  'ACK with answer': 'RFC 3261 §13.2.1',
  modify: 'RFC 3261 §14.1',
  refresh: 'RFC 4028 §10',
  'hang up': 'RFC 3261 §15',
  drop: 'RFC 3261 §15',
  'offer ready': 'RFC 3261 §14.1',
  'offer failed': 'RFC 3261 §14.1',
  '2xx': 'RFC 3261 §14.1',
  '491': 'RFC 3261 §14.1',
  refused: 'RFC 3261 §14.1',
  gone: 'RFC 3261 §12.2.1.2',
  INVITE: 'RFC 3261 §14.2',
  'offer in UPDATE': 'RFC 3311 §5.2',
  CANCEL: 'RFC 3261 §9.2',
  'answer ready': 'RFC 3261 §14.2',
  'answer failed': 'RFC 3261 §14.2',
  BYE: 'RFC 3261 §15.1.2',
  'BYE answered': 'RFC 3261 §15.1.1',
  'Timer 2xx fires': 'RFC 3261 §13.3.1.4',
  'Timer ACK fires': 'RFC 3261 §13.3.1.4',
  'Timer glare fires': 'RFC 3261 §14.1',
  'Timer length fires': 'RFC 3261 §15',
  'Timer media fires': 'RFC 3261 §13.2.2.4',
  'Timer answer fires': 'RFC 3261 §14.1',
};

const offerAnswer: Sections<OfferAnswerEvent> = {
  created: 'RFC 3264 §4',
  'offer sent': 'RFC 3264 §5',
  'offer received': 'RFC 3264 §6',
  'early answer sent': 'RFC 6337 §3.1.1',
  'early answer received': 'RFC 6337 §3.1.1',
  'answer sent': 'RFC 3264 §6',
  'answer received': 'RFC 3264 §7',
  'exchange confirmed': 'RFC 6337 §3.1.1',
  'offer refused by peer': 'RFC 6337 §3.4',
  'offer refused by us': 'RFC 6337 §3.4',
  'session ended': 'RFC 3261 §15',
};

const provisional: Sections<ProvisionalEvent, ProvisionalTimer> = {
  created: 'RFC 3262 §3',
  'reliable 1xx': 'RFC 3262 §3',
  PRACK: 'RFC 3262 §3',
  final: 'RFC 3262 §3',
  'Timer 1xx fires': 'RFC 3262 §3',
  'Timer PRACK fires': 'RFC 3262 §3',
};

const sessionTimer: Sections<SessionTimerEvent, SessionTimerName> = {
  created: 'RFC 4028 §7.2',
  'we refresh': 'RFC 4028 §7.2',
  'peer refreshes': 'RFC 4028 §9',
  'no timer': 'RFC 4028 §7.2',
  refused: 'RFC 4028 §7.3',
  'session ended': 'RFC 4028 §10',
  'Timer refresh fires': 'RFC 4028 §10',
  'Timer retry fires': 'RFC 4028 §10',
  'Timer expiry fires': 'RFC 4028 §10',
};

const subscriber: Sections<SubscriberEvent, SubscriberTimer> = {
  created: 'RFC 6665 §4.1.2',
  'NOTIFY active': 'RFC 6665 §4.1.3',
  'NOTIFY pending': 'RFC 6665 §4.1.3',
  'NOTIFY terminated': 'RFC 6665 §4.1.3',
  '2xx': 'RFC 6665 §4.1.2.1',
  '423': 'RFC 3261 §21.4.17',
  gone: 'RFC 6665 §4.1.2.2',
  failed: 'RFC 6665 §4.1.2.2',
  refresh: 'RFC 6665 §4.1.2.2',
  unsubscribe: 'RFC 6665 §4.1.2.3',
  drop: 'RFC 6665 §4.1.2.3',
  'Timer N fires': 'RFC 6665 §4.1.2.4',
  'Timer refresh fires': 'RFC 6665 §4.1.2.2',
  'Timer expiry fires': 'RFC 6665 §4.1.2.2',
};

const notifier: Sections<NotifierEvent, 'expiry'> = {
  created: 'RFC 6665 §4.2.1.1',
  accept: 'RFC 6665 §4.2.1.2',
  'accept pending': 'RFC 6665 §4.2.1.3',
  fetch: 'RFC 6665 §4.4.3',
  refuse: 'RFC 6665 §4.2.1.3',
  SUBSCRIBE: 'RFC 6665 §4.2.1.2',
  unsubscribe: 'RFC 6665 §4.2.1.4',
  grant: 'RFC 6665 §4.2.2',
  notify: 'RFC 6665 §4.2.2',
  close: 'RFC 6665 §4.2.2',
  drop: 'RFC 6665 §4.2.2',
  'NOTIFY answered': 'RFC 6665 §4.4.1',
  gone: 'RFC 6665 §4.2.2',
  'Timer expiry fires': 'RFC 6665 §4.2.1.4',
};

const publication: Sections<PublicationEvent, 'refresh' | 'retry'> = {
  created: 'RFC 3903 §4',
  publish: 'RFC 3903 §4.2',
  remove: 'RFC 3903 §4.5',
  drop: 'RFC 3903 §4.5',
  '2xx': 'RFC 3903 §4.1',
  '412': 'RFC 3903 §4.4',
  '423': 'RFC 3903 §4.2',
  refused: 'RFC 3903 §4.2',
  unavailable: 'RFC 3903 §4.2',
  'Timer refresh fires': 'RFC 3903 §4.3',
  'Timer retry fires': 'RFC 3903 §4.3',
};

const registration: Sections<RegistrationEvent, 'refresh' | 'retry'> = {
  created: 'RFC 3261 §10.2',
  register: 'RFC 3261 §10.2',
  unregister: 'RFC 3261 §10.2.2',
  '2xx': 'RFC 3261 §10.2.4',
  '423': 'RFC 3261 §10.2.8',
  '439': 'RFC 5626 §11.6',
  refused: 'RFC 3261 §10.2.7',
  unavailable: 'RFC 5626 §4.5',
  'flow lost': 'RFC 5626 §4.5',
  'flow failed': 'RFC 5626 §4.5',
  'Timer refresh fires': 'RFC 3261 §10.2.4',
  'Timer retry fires': 'RFC 5626 §4.5',
};

/** By figure, where its events are looked up. */
const tables: {
  readonly [Name in FigureName]: { readonly [event: string]: string };
} = {
  'invite-client': inviteClient,
  'invite-server': inviteServer,
  'non-invite-client': nonInviteClient,
  'non-invite-server': nonInviteServer,
  dialog,
  outgoing,
  incoming,
  session,
  'offer-answer': offerAnswer,
  provisional,
  'session-timer': sessionTimer,
  subscriber,
  notifier,
  publication,
  registration,
};

/** What one state has elsewhere than the others: figure, state and event. */
const exceptions: ReadonlyMap<string, string> = new Map([
  ['invite-client|Calling, cancel wanted|1xx', 'RFC 3261 §9.1'],
  ['invite-client|Proceeding, cancelled|1xx', 'RFC 3261 §9.1'],
  ['invite-client|Accepted|2xx', 'RFC 6026 §7.2'],
  ['invite-server|Accepted|INVITE', 'RFC 6026 §7.1'],
  ['invite-server|Accepted|ACK', 'RFC 6026 §7.1'],
  ['dialog|Early|2xx', 'RFC 3261 §13.2.2.4'],
  ['dialog|Early|local-bye', 'RFC 3261 §15'],
  ['dialog|Early|remote-bye', 'RFC 3261 §15'],
  ['outgoing|Cancelling|2xx', 'RFC 3261 §9.1'],
  ['outgoing|Giving up|2xx', 'RFC 3261 §9.1'],
  ['session|Leaving|ACK', 'RFC 3261 §15'],
  ['session|Unacknowledged|hang up', 'RFC 3261 §15'],
  ['session|Unacknowledged|offer in UPDATE', 'RFC 6337 §4.3'],
  ['session|Revising|answer ready', 'RFC 3311 §5.2'],
  ['session|Revising|answer failed', 'RFC 3311 §5.2'],
  ['incoming|Previewing|answer ready', 'RFC 3261 §13.3.1.1'],
]);

/** Where the arrow is written that `event` takes out of `before`, such as `RFC 3261 §17.1.1.2`; undefined for what no figure has. */
export function sectionOf(
  figure: FigureName,
  event: string,
  before: string | undefined,
): string | undefined {
  const exception = exceptions.get(`${figure}|${before ?? ''}|${event}`);
  if (exception !== undefined) return exception;
  const table = tables[figure];
  return Object.hasOwn(table, event) ? table[event] : undefined;
}
