// Requests within dialogs: with numbers, tags and answers that our stack would not send (RFC 3261 §12.2).
import type { CallFacts } from '../../explain/facts.ts';
import { quoted } from '../../explain/say.ts';
import type { SeenMessage } from '../../explain/seen-message.ts';
import type { Departure } from './departure.ts';
import { isOriginal } from './departure.ts';

/** Sequence numbers that do not rise. */
export function numbersOf(facts: CallFacts): readonly Departure[] {
  const highest = new Map<string, number>();
  const departures: Departure[] = [];
  for (const seen of facts.messages) {
    const { request, row, method } = seen;
    if (request?.toTag === undefined || row.resend > 0 || !isOriginal(seen)) continue;
    if (method === 'ACK' || method === 'CANCEL') continue;
    const key = `${row.leg} ${row.from} ${request.fromTag ?? ''} ${request.toTag}`;
    const last = highest.get(key) ?? beginningOf(facts, seen);
    const { number } = request.cseq;
    if (last !== undefined && number <= last) {
      departures.push({
        party: row.from,
        message: seen,
        theirs: `sends ${method} with CSeq ${number} after CSeq ${last}`,
        ours: `counts on: CSeq ${last + 1}`,
        section: 'RFC 3261 §12.2.1.1',
      });
    }
    highest.set(key, Math.max(number, last ?? 0));
  }
  return departures;
}

/** The number of the request that its sender began the dialog with. */
function beginningOf(facts: CallFacts, seen: SeenMessage): number | undefined {
  const first = facts.messages.findLast(
    ({ request, row, number }) =>
      number < seen.number &&
      row.from === seen.row.from &&
      row.leg === seen.row.leg &&
      request !== undefined &&
      request.toTag === undefined &&
      request.fromTag === seen.request?.fromTag &&
      request.method !== 'CANCEL' &&
      request.method !== 'ACK',
  );
  return first?.request?.cseq.number;
}

/** Requests with tags that no dialog of the call has. */
export function tagsOf(facts: CallFacts): readonly Departure[] {
  const pairs = new Map<number, Set<string>>();
  const begun = new Set<number>();
  const departures: Departure[] = [];
  for (const seen of facts.messages) {
    const { message, row, request, status } = seen;
    if (message === undefined) continue;
    const { fromTag = '', toTag } = message;
    const known = pairs.get(row.leg) ?? new Set();
    pairs.set(row.leg, known);
    if (request !== undefined && toTag === undefined && makesDialog(request.method))
      begun.add(row.leg);
    if (toTag === undefined) continue;
    const pair = [fromTag, toTag].toSorted().join(' ');
    if (status !== undefined || seen.method === 'NOTIFY' || seen.method === 'ACK') {
      if (status === undefined || status < 300 || !isWithin(facts, seen)) known.add(pair);
      continue;
    }
    if (known.has(pair) || !begun.has(row.leg) || known.size === 0 || !isOriginal(seen)) continue;
    departures.push({
      party: row.from,
      message: seen,
      theirs: `sends ${seen.method} with the tags ${quoted(fromTag)} and ${quoted(toTag)}, which no dialog of this call has`,
      ours: 'sends it with the tags of the 2xx',
      section: 'RFC 3261 §12.2.1.1',
    });
    const answer = facts.transactionOf(seen)?.final;
    if (answer?.status !== undefined && answer.status < 300 && answer.row.from === row.to)
      departures.push({
        party: answer.row.from,
        message: answer,
        theirs: `answers ${seen.method} of an unknown dialog with ${answer.status}`,
        ours: 'answers 481',
        section: 'RFC 3261 §12.2.2',
      });
  }
  return departures;
}

function makesDialog(method: string): boolean {
  return method === 'INVITE' || method === 'SUBSCRIBE' || method === 'REFER';
}

function isWithin(facts: CallFacts, seen: SeenMessage): boolean {
  return facts.transactionOf(seen)?.request?.request?.toTag !== undefined;
}

/** Reliable responses that nobody acknowledges by PRACK (RFC 3262 §4). */
export function pracksOf(facts: CallFacts): readonly Departure[] {
  return facts.invitations.flatMap((invite): readonly Departure[] => {
    const reliable = invite.provisionals.find(
      ({ response }) =>
        (response?.rows('RSeq').length ?? 0) > 0 &&
        (response?.rows('Require') ?? []).some((row) => row.includes('100rel')),
    );
    if (reliable === undefined) return [];
    const repeats = facts.messages.filter(
      ({ row, status }) => row.resendOf === reliable.number && status === reliable.status,
    );
    const isAcknowledged = facts.messages.some(
      ({ method, row }) => method === 'PRACK' && row.leg === reliable.row.leg,
    );
    if (isAcknowledged || repeats.length < 2) return [];
    return [
      {
        party: invite.client,
        message: reliable,
        theirs: `sends no PRACK to the reliable ${reliable.status}`,
        ours: 'sends PRACK at once',
        section: 'RFC 3262 §4',
      },
    ];
  });
}
