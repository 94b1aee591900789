// What a publishing client must have been doing: its state at a server, the refreshes, and the end (RFC 3903 §4).
import { expires } from '../../message/header/expires.ts';
import { eventOf } from '../../subscription/event.ts';
import { refreshMilliseconds } from '../../subscription/interval.ts';
import { publicationFigure } from '../../subscription/publication.figure.ts';
import type { PublicationEvent } from '../../subscription/publication.figure.ts';
import type { CallToReplay } from './call.ts';
import { exchangesOf, failureOf, isOneWish } from './exchange.ts';
import type { Exchange } from './exchange.ts';
import { succeeds } from './party-message.ts';
import type { PartyMessage } from './party-message.ts';
import { inOrder, runScore } from './run.ts';
import type { Cue } from './run.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

type PublicationCue = Cue<PublicationEvent, 'refresh' | 'retry'>;

/** Runs the figure over the PUBLISHes of one Call-ID; undefined when there is none. */
export function replayPublication({
  party,
  label,
  messages,
  until,
}: CallToReplay): Replayed | undefined {
  const exchanges = exchangesOf(messages);
  const [first] = exchanges;
  if (first?.request.message === undefined) return undefined;
  const grants = exchanges.flatMap((exchange) => grantOf(exchange));
  const run = runScore(
    {
      figure: publicationFigure,
      // A capture may begin after the first of them.
      start: wishOf(first.request) === 'publish' ? 'Unpublished' : 'Published',
      length: (timer, _resets, _state, at) => {
        // Our own back-off is random; of another one nothing is known.
        if (timer === 'retry') return longestRetry;
        const seconds = grants.findLast((grant) => grant.at <= at)?.seconds;
        return seconds === undefined ? undefined : Math.max(refreshMilliseconds(seconds), 1000);
      },
      shown: ['refresh', 'retry'],
      // A phone may be gone before either.
      patient: ['refresh', 'retry'],
    },
    {
      birth: { at: first.request.at, message: undefined },
      cues: inOrder(
        exchanges.flatMap((exchange, index) => [
          ...askingCues(exchange, exchanges[index - 1]),
          ...answerCues(exchange, exchanges[index + 1], until),
        ]),
      ),
      until,
    },
  );
  const about = eventOf(first.request.message)?.package ?? '';
  return tell(run, {
    figure: 'publication',
    party,
    label,
    subject: `publisher ${about}`.trimEnd(),
  });
}

/** Half an hour: no server is left alone for longer (RFC 5626 §4.5 has the same of registrars). */
const longestRetry = 1_800_000;

/** RFC 3903 §4.1, table 1: by its body, its SIP-If-Match and its Expires. */
function wishOf({ message }: PartyMessage): 'publish' | 'refresh' | 'remove' {
  if (message?.get(expires) === 0) return 'remove';
  return (message?.body.length ?? 0) > 0 ? 'publish' : 'refresh';
}

function askingCues(
  { request }: Exchange,
  before: Exchange | undefined,
): readonly PublicationCue[] {
  if (before !== undefined && isOneWish(before, request, mendable)) return [];
  const { at, number } = request;
  const cue = { at, message: number, optional: true } as const;
  switch (wishOf(request)) {
    case 'remove':
      return [{ ...cue, event: 'remove' }];
    case 'refresh':
      return [{ ...cue, shows: ['refresh'] }];
    case 'publish':
      return [{ ...cue, shows: ['retry'], anytime: true, event: 'publish' }];
  }
}

/** Answers after which another PUBLISH goes out at once: anew, with a longer interval. */
const mendable: ReadonlySet<number> = new Set([412, 423]);

function answerCues(
  exchange: Exchange,
  next: Exchange | undefined,
  until: number,
): readonly PublicationCue[] {
  const { final } = exchange;
  if (final !== undefined && succeeds(final))
    return [{ at: final.at, message: final.number, event: '2xx', optional: true }];
  const failure = failureOf(exchange, next, until);
  if (failure === undefined) return [];
  const { at, message, status } = failure;
  const event = message === undefined ? 'unavailable' : refusalOf(status, next !== undefined);
  return [{ at, message, event, optional: true }];
}

function refusalOf(status: number, goesOn: boolean): PublicationEvent {
  if (status === 412 && goesOn) return '412';
  if (status === 423 && goesOn) return '423';
  return status >= 500 && status < 600 ? 'unavailable' : 'refused';
}

/** How long the server keeps the state (RFC 3903 §4.1). */
function grantOf({ request, final }: Exchange): readonly { at: number; seconds: number }[] {
  if (final === undefined || !succeeds(final)) return [];
  const asked = request.message?.get(expires) ?? 3600;
  return [{ at: final.at, seconds: final.message?.get(expires) ?? asked }];
}
