// What a registering client must have been doing: its binding, the refreshes of it, and its end (RFC 3261 §10.2).
import { grantedIn } from '../../registration/granted.ts';
import { refreshAfter, retryWithin } from '../../registration/interval.ts';
import { registrationFigure } from '../../registration/registration.figure.ts';
import type { RegistrationEvent } from '../../registration/registration.figure.ts';
import { unquote } from '../../message/scan.ts';
import { contact } from '../../message/header/contact.ts';
import type { Contact } from '../../message/header/contact.ts';
import { expires } from '../../message/header/expires.ts';
import { formatUri } from '../../message/uri.ts';
import { clip } from '../correlate/identity.ts';
import type { CallToReplay } from './call.ts';
import { exchangesOf, failureOf, isOneWish } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { succeeds } from './party-message.ts';
import type { PartyMessage } from './party-message.ts';
import { inOrder, runScore } from './run.ts';
import type { Cue } from './run.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

type RegistrationCue = Cue<RegistrationEvent, 'refresh' | 'retry'>;

/** Runs the figure over the REGISTERs of one Call-ID; undefined when none of them asks for a binding or takes one away. */
export function replayRegistration({
  party,
  label,
  messages,
  until,
}: CallToReplay): Replayed | undefined {
  const exchanges = exchangesOf(messages).filter(({ request }) => wishOf(request) !== undefined);
  const [first] = exchanges;
  if (first?.request.message === undefined) return undefined;
  const cues = inOrder(
    exchanges.flatMap((exchange, index) => [
      ...askingCues(exchange, exchanges[index - 1]),
      ...answerCues(exchange, exchanges[index + 1], until),
    ]),
  );
  const grants = exchanges.flatMap((exchange) => grantOf(exchange));
  const run = runScore(
    {
      figure: registrationFigure,
      // A capture may begin after the binding was made.
      start: wishOf(first.request) === 'removal' ? 'Registered' : 'Unregistered',
      length: (timer, _resets, _state, at) => {
        if (timer === 'retry') return longestRetry(cues, at);
        const seconds = grants.findLast((grant) => grant.at <= at)?.seconds;
        return seconds === undefined ? undefined : refreshAfter(seconds);
      },
      shown: ['refresh', 'retry'],
      // A phone may be gone before either.
      patient: ['refresh', 'retry'],
    },
    { birth: { at: first.request.at, message: undefined }, cues, until },
  );
  const aor = clip(formatUri(first.request.message.to.uri), 80);
  return tell(run, { figure: 'registration', party, label, subject: `registration ${aor}` });
}

/** What a REGISTER is for; undefined for a question, which lists no address (RFC 3261 §10.2.3). */
function wishOf({ message }: PartyMessage): 'binding' | 'removal' | undefined {
  const values = message?.get(contact) ?? [];
  if (message === undefined || values.length === 0) return undefined;
  const usual = message.get(expires);
  const lasts = values.some((value) => value !== '*' && (value.expires ?? usual) !== 0);
  return lasts ? 'binding' : 'removal';
}

function askingCues(
  { request }: Exchange,
  before: Exchange | undefined,
): readonly RegistrationCue[] {
  const { at, number } = request;
  const cue = { at, message: number, optional: true } as const;
  if (before !== undefined && isOneWish(before, request, mendable)) return [];
  if (wishOf(request) === 'removal') return [{ ...cue, event: 'unregister' }];
  return [
    { ...cue, shows: ['retry'] },
    { ...cue, shows: ['refresh'], event: 'register' },
  ];
}

/** Answers after which another REGISTER goes out at once: with a longer interval, without outbound. */
const mendable: ReadonlySet<number> = new Set([423, 439]);

function answerCues(
  exchange: Exchange,
  next: Exchange | undefined,
  until: number,
): readonly RegistrationCue[] {
  const { final } = exchange;
  if (final !== undefined && succeeds(final))
    return [{ at: final.at, message: final.number, event: '2xx', optional: true }];
  const failure = failureOf(exchange, next, until);
  if (failure === undefined) return [];
  const { at, message, status } = failure;
  return [{ at, message, event: eventOf(status, next !== undefined), optional: true }];
}

function eventOf(status: number, goesOn: boolean): RegistrationEvent {
  if (status === 423 && goesOn) return '423';
  if (status === 439 && goesOn) return '439';
  return (status >= 500 && status < 600) || status === 408 || status === 430
    ? 'unavailable'
    : 'refused';
}

/** How long the binding lasts that an answer tells of (RFC 3261 §10.2.4). */
function grantOf({ request, final }: Exchange): readonly { at: number; seconds: number }[] {
  const response = final?.message;
  if (final === undefined || !succeeds(final) || response?.kind !== 'response') return [];
  const own = request.message?.get(contact)?.find((value) => value !== '*');
  if (own === undefined) return [];
  const asked = own.expires ?? request.message?.get(expires) ?? 3600;
  const { expiresSeconds } = grantedIn(response, {
    contactUri: formatUri(own.uri),
    instance: parameter(own, '+sip.instance')?.replace(/^<|>$/g, ''),
    regId: Number(parameter(own, 'reg-id') ?? Number.NaN),
    asked,
  });
  return [{ at: final.at, seconds: expiresSeconds }];
}

function parameter({ parameters }: Contact, name: string): string | undefined {
  const value = parameters.get(name);
  return value === undefined ? undefined : unquote(value);
}

/** RFC 5626 §4.5: the longest time to wait, of which a random part may be left out. */
function longestRetry(cues: readonly RegistrationCue[], at: number): number {
  let failures = 0;
  for (const { event, ...cue } of cues) {
    if (cue.at > at) break;
    if (event === '2xx') failures = 0;
    if (event === 'unavailable') failures += 1;
  }
  return retryWithin({ failures, otherStands: false, inCall: false, way: undefined });
}
