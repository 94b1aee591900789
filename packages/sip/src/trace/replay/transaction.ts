// What the client's or the server's transaction must have been doing, from the messages seen between them (RFC 3261 §17).
import type { TransactionKind } from '../../base/tap.ts';
import {
  inviteClientEvent,
  inviteServerEvent,
  nonInviteClientEvent,
  nonInviteServerEvent,
} from '../../transaction/events.ts';
import { inviteClient } from '../../transaction/invite-client.figure.ts';
import { inviteServer } from '../../transaction/invite-server.figure.ts';
import { nonInviteClient } from '../../transaction/non-invite-client.figure.ts';
import { nonInviteServer } from '../../transaction/non-invite-server.figure.ts';
import {
  inviteClientTimers,
  inviteServerTimers,
  lengths,
  nonInviteClientTimers,
  nonInviteServerTimers,
  repeatAnswersApart,
} from '../../transaction/timers.ts';
import type { Label } from '../correlate/labelled.ts';
import { settingsOf } from './repeat-interval.ts';
import { runScore } from './run.ts';
import type { Cue, Run } from './run.ts';
import { tell } from './tell.ts';
import type { Replayed } from './tell.ts';

/** A message of a transaction on its hop; in the order of time. */
export interface TransactionMessage {
  /** Number of the message in its document. */
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of the request itself; of CSeq in a response. */
  readonly method: string;
  readonly status: number | undefined;
  /** True when the same bytes were seen before. */
  readonly repeated: boolean;
}

/** One transaction at one of its ends. */
export interface TransactionToReplay {
  readonly figure: TransactionKind;
  /** Id of the party whose machine it is. */
  readonly party: number | undefined;
  readonly method: string;
  readonly label: Label | undefined;
  /** Whether its transport repeats by itself: TCP, TLS and WebSocket do. */
  readonly reliable: boolean;
  /** Of an INVITE also its CANCEL, as the client sent it. */
  readonly messages: readonly TransactionMessage[];
  /** How long was looked, in milliseconds since 1970. */
  readonly until: number;
}

/** Runs the figure over the messages; undefined when the request itself was not seen. */
export function replayTransaction(seen: TransactionToReplay): Replayed | undefined {
  const { figure, party, method, label } = seen;
  const run = runTransaction(seen);
  if (run === undefined) return undefined;
  const role = figure.endsWith('client') ? 'client' : 'server';
  return tell(run, { figure, party, label, subject: `${method} ${role}` });
}

/** The same, with how late each repeat was. */
export function runTransaction(seen: TransactionToReplay): Run | undefined {
  const { figure, messages, until, reliable } = seen;
  const start = messages.findIndex(
    ({ status, method }) => status === undefined && method === seen.method,
  );
  const request = messages[start];
  // An ACK has no figure of its own (RFC 3261 §17.1.1.3).
  if (request === undefined || seen.method === 'ACK') return undefined;
  const rest = messages.slice(start + 1);
  const birth = { at: request.at, message: request.number };
  const settings = settingsOf(sendingsOf(seen, request));
  switch (figure) {
    case 'invite-client':
      return runScore(
        {
          figure: inviteClient,
          start: 'Calling',
          length: lengths(inviteClientTimers, reliable, settings),
          shown: ['A'],
        },
        { birth, until, cues: rest.flatMap(inviteClientCue) },
      );
    case 'non-invite-client':
      return runScore(
        {
          figure: nonInviteClient,
          start: 'Trying',
          length: lengths(nonInviteClientTimers, reliable, settings),
          shown: ['E'],
        },
        { birth, until, cues: rest.map(nonInviteClientCue) },
      );
    case 'invite-server':
      return runScore(
        {
          figure: inviteServer,
          start: 'Proceeding, silent',
          length: lengths(inviteServerTimers, reliable, settings),
          shown: ['G', '100'],
          patient: ['100'],
        },
        { birth, until, cues: withoutAnswersToRepeats(request, rest).map(inviteServerCue) },
      );
    case 'non-invite-server':
      return runScore(
        {
          figure: nonInviteServer,
          start: 'Trying',
          length: lengths(nonInviteServerTimers, reliable, settings),
          shown: ['100'],
          patient: ['100'],
        },
        {
          birth,
          until,
          cues: withoutAnswersToRepeats(request, rest).map((message) =>
            nonInviteServerCue(message, reliable),
          ),
        },
      );
  }
}

type InviteClientCue = Cue<ReturnType<typeof inviteClientEvent> | 'cancel from TU', 'A'>;

function inviteClientCue(message: TransactionMessage): readonly InviteClientCue[] {
  const { at, number, status, method } = message;
  if (status !== undefined) return [{ at, message: number, event: inviteClientEvent(status) }];
  // The ACK is what the machine does at a 300-699, and no event of it.
  if (method === 'ACK') return [];
  if (method === 'CANCEL') {
    return message.repeated ? [] : [{ at, message: number, event: 'cancel from TU' }];
  }
  return [{ at, message: number, shows: ['A'], otherwise: 'INVITE sent again' }];
}

function nonInviteClientCue({
  at,
  number,
  status,
  method,
}: TransactionMessage): Cue<ReturnType<typeof nonInviteClientEvent>, 'E'> {
  return status === undefined
    ? { at, message: number, shows: ['E'], otherwise: `${method} sent again` }
    : { at, message: number, event: nonInviteClientEvent(status) };
}

type InviteServerCue = Cue<ReturnType<typeof inviteServerEvent> | 'INVITE' | 'ACK', 'G' | '100'>;

function inviteServerCue(message: TransactionMessage): InviteServerCue {
  const { at, number, status, method, repeated } = message;
  const cue = { at, message: number };
  if (status === undefined) return { ...cue, event: method === 'ACK' ? 'ACK' : 'INVITE' };
  const event = inviteServerEvent(status);
  if (status === 100) return { ...cue, shows: ['100'], event };
  // RFC 3261 §13.3.1.4: a 2xx is repeated by its user, and so is a reliable 1xx (RFC 3262 §3).
  if (!repeated || event !== '300-699 from TU') return { ...cue, event };
  return { ...cue, shows: ['G'], otherwise: `${status} sent again` };
}

type NonInviteServerCue = Cue<ReturnType<typeof nonInviteServerEvent> | 'request', '100'>;

function nonInviteServerCue(message: TransactionMessage, reliable: boolean): NonInviteServerCue {
  const { at, number, status, repeated } = message;
  const cue = { at, message: number };
  if (status === undefined) return { ...cue, event: 'request' };
  if (repeated) return { ...cue, otherwise: `${status} sent again` };
  const event = nonInviteServerEvent(status, reliable);
  return status === 100 ? { ...cue, shows: ['100'], event } : { ...cue, event };
}

/** How soon after a repeated request its answer is repeated, in milliseconds. */
const answerWithin = 400;

/**
 * What a server takes as events: a response that is repeated for a repeated request is what the machine does at that, and
 * of requests that come too fast one after the other it sees only some.
 */
function withoutAnswersToRepeats(
  request: TransactionMessage,
  messages: readonly TransactionMessage[],
): readonly TransactionMessage[] {
  let repeatedAt = Number.NEGATIVE_INFINITY;
  let owed = 0;
  return messages.filter(({ at, status, method, repeated }) => {
    if (method !== request.method && method !== 'ACK') return false;
    if (status !== undefined) {
      if (!repeated || owed === 0 || at - repeatedAt > answerWithin) return true;
      if (status >= 200 && status < 300 && method === 'INVITE') return true;
      owed -= 1;
      return false;
    }
    if (method === 'ACK') return true;
    if (Math.floor(at) - Math.floor(repeatedAt) < repeatAnswersApart) return false;
    repeatedAt = at;
    owed = 1;
    return true;
  });
}

function sendingsOf(
  { figure, messages }: TransactionToReplay,
  request: TransactionMessage,
): readonly number[] {
  if (figure.endsWith('client')) {
    const { method } = request;
    return messages
      .filter((message) => message.status === undefined && message.method === method)
      .map(({ at }) => at);
  }
  const asked = messages.filter(({ status, repeated }) => status === undefined && repeated);
  if (asked.some(({ method }) => method === request.method)) return [];
  return messages.flatMap(({ at, status }) => (status !== undefined && status >= 300 ? at : []));
}
