// What is done, and left undone, once a call is answered: targets, ACKs that are not taken, refreshes that were promised.
import type { CallFacts } from '../../explain/facts.ts';
import type { SeenMessage } from '../../explain/seen-message.ts';
import { quoted, times } from '../../explain/say.ts';
import { contact } from '../../../message/header/contact.ts';
import { formatUri } from '../../../message/uri.ts';
import type { Uri } from '../../../message/uri.ts';
import type { Departure } from './departure.ts';
import { isOriginal } from './departure.ts';

/** How many repeats are no crossing on the way any more. */
const enough = 3;

/** Repeats that go on although what they wait for has come. */
export function deafness(facts: CallFacts): readonly Departure[] {
  return facts.transactions.flatMap((transaction): readonly Departure[] => {
    const { method, requests, provisionals, final, finals, client, server, acks } = transaction;
    const heard = method === 'INVITE' ? (provisionals[0] ?? final) : final;
    const deaf = heard === undefined ? [] : requests.filter(({ number }) => number > heard.number);
    const [request] = deaf;
    if (heard !== undefined && request !== undefined && deaf.length >= enough)
      return [
        {
          party: client,
          message: request,
          theirs: `sends ${method} again ${times(deaf.length)} after the ${heard.status} has come`,
          ours: `repeats nothing after the ${heard.status}`,
          section: method === 'INVITE' ? 'RFC 3261 §17.1.1.2' : 'RFC 3261 §17.1.2.2',
        },
      ];
    if (method !== 'INVITE' || final?.status === undefined) return [];
    const [ack] =
      final.status < 300 ? facts.acksOf(final).filter(({ row }) => row.to === server) : acks;
    // Another tag is another fork's answer, and waits for an ACK of its own (RFC 3261 §13.2.2.4).
    const again =
      ack === undefined || transaction.downstream.length > 0
        ? []
        : finals.filter(
            ({ number, response }) =>
              number > ack.number && response?.toTag === final.response?.toTag,
          );
    const [response] = again;
    if (response === undefined || again.length < enough) return [];
    return [
      {
        party: server,
        message: response,
        theirs: `sends ${final.status} again ${times(again.length)} after the ACK has come`,
        ours: 'stops with the ACK',
        section: final.status < 300 ? 'RFC 3261 §13.3.1.4' : 'RFC 3261 §17.2.1',
      },
    ];
  });
}

/** Requests that go elsewhere than the Contact of the 2xx says; with routes in between the servers find the way. */
export function targetsOf(facts: CallFacts): readonly Departure[] {
  return facts.invitations.flatMap(({ final, client }): readonly Departure[] => {
    const answer = final?.response;
    if (final === undefined || answer === undefined || (final.status ?? 0) >= 300) return [];
    if (answer.rows('Record-Route').length > 0) return [];
    const [value] = answer.get(contact) ?? [];
    if (value === undefined || value === '*') return [];
    const wrong = facts.messages.find((seen) => {
      const { request, row, number } = seen;
      if (request === undefined || row.from !== client || number < final.number) return false;
      if (request.toTag !== answer.toTag || request.fromTag !== answer.fromTag) return false;
      if (isRefreshed(facts, final, seen) || request.rows('Route').length > 0) return false;
      return isOriginal(seen) && placeOf(request.uri) !== placeOf(value.uri);
    });
    if (wrong?.request === undefined) return [];
    return [
      {
        party: client,
        message: wrong,
        theirs: `sends ${wrong.method} to ${quoted(formatUri(wrong.request.uri))}`,
        ours: `sends it to the Contact of the ${final.status}, ${quoted(formatUri(value.uri))}`,
        section: 'RFC 3261 §12.2.1.1',
      },
    ];
  });
}

/** Whether the callee may have said a new target in between. */
function isRefreshed(facts: CallFacts, answer: SeenMessage, seen: SeenMessage): boolean {
  return facts.messages.some(
    ({ number, method, row }) =>
      number > answer.number &&
      number < seen.number &&
      row.from !== seen.row.from &&
      row.resend === 0 &&
      (method === 'INVITE' || method === 'UPDATE'),
  );
}

function placeOf(uri: Uri): string {
  if (!('host' in uri)) return formatUri(uri);
  return `${uri.host.toLowerCase()}:${uri.port ?? 5060}`;
}

/** Refreshes that a side has taken upon itself, and never sends (RFC 4028). */
export function refreshesOf(facts: CallFacts): readonly Departure[] {
  return facts.document.sessions.flatMap(({ machines, number }) =>
    machines.flatMap(({ figure, party, states, timers }): readonly Departure[] => {
      if (figure !== 'session-timer' || states.at(-1)?.state !== 'Over') return [];
      const isOurs = states.at(-2)?.state === 'Ours';
      if (!isOurs || !timers.some(({ name, fired }) => name === 'expiry' && fired)) return [];
      const message = facts.messages.findLast(({ row }) =>
        row.changes.some(
          ({ event, label, ...change }) =>
            change.party === party &&
            label?.lane === 'S' &&
            label.number === number &&
            event === 'we refresh',
        ),
      );
      if (message === undefined) return [];
      return [
        {
          party,
          message,
          theirs: 'is to refresh the session, and does not before it expires',
          ours: 'refreshes it after half of the interval',
          section: 'RFC 4028 §10',
        },
      ];
    }),
  );
}
