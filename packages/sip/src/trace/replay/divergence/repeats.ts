// Requests and responses that are repeated when they need not be, at another time, or not at all (RFC 3261 §17).
import { defaultSettings } from '../../../transaction/timers.ts';
import type { TransactionKind } from '../../../base/tap.ts';
import type { CallFacts } from '../../explain/facts.ts';
import { time } from '../../explain/say.ts';
import type { SeenTransaction } from '../../explain/seen-transaction.ts';
import type { ReplayedStep } from '../run.ts';
import { runTransaction } from '../transaction.ts';
import type { Departure } from './departure.ts';
import { lookedUntil } from './departure.ts';

/** A repeat may be so much off its time, in milliseconds and as a share of its interval, before it counts as another schedule. */
export const tolerance = { least: 150, share: 0.3 } as const;

/** How long nothing is repeated before it counts as not repeating: by then our stack has sent three repeats. */
const patience = 4000;

/** Repeats of one transaction, at both its ends. */
export function repeatsOf(facts: CallFacts): readonly Departure[] {
  return facts.transactions.flatMap((transaction) =>
    transaction.method === 'ACK'
      ? []
      : [...wrongRepeats(facts, transaction), ...missingRepeats(facts, transaction)],
  );
}

function wrongRepeats(facts: CallFacts, transaction: SeenTransaction): readonly Departure[] {
  const kind = transaction.method === 'INVITE' ? 'invite' : 'non-invite';
  return (['client', 'server'] as const).flatMap((role) => {
    const figure: TransactionKind = `${kind}-${role}`;
    const run = runTransaction({
      figure,
      party: undefined,
      method: transaction.method,
      label: undefined,
      reliable: isReliable(transaction),
      messages: transaction.all.map(({ row }) => {
        const { number, at, method, status, resend } = row;
        return { number, at, method, status, repeated: resend > 0 };
      }),
      until: lookedUntil(facts),
    });
    const party = role === 'client' ? transaction.client : transaction.server;
    const steps = run?.steps ?? [];
    return steps.flatMap((step) => departureOf(step, facts, transaction, party, role));
  });
}

function departureOf(
  step: ReplayedStep,
  facts: CallFacts,
  transaction: SeenTransaction,
  party: number | undefined,
  role: 'client' | 'server',
): readonly Departure[] {
  const message = facts.message(step.message);
  if (message === undefined) return [];
  const what = message.status === undefined ? message.method : String(message.status);
  if (step.stray && step.event.endsWith(' sent again')) {
    const sending = message.method === 'INVITE' ? 'RFC 3261 §17.1.1.2' : 'RFC 3261 §17.1.2.2';
    const section = role === 'client' ? sending : 'RFC 3261 §17.2.1';
    if (isReliable(transaction))
      return [
        {
          party,
          message,
          theirs: `sends ${what} again over ${message.row.protocol}`,
          ours: `sends it once: ${message.row.protocol} repeats by itself what is lost`,
          section,
        },
      ];
    const since = step.at - (transaction.request?.at ?? step.at);
    // Timers that are each a little late add up.
    if (step.after !== 'Terminated' || since < 64 * defaultSettings.t1 + 1000) return [];
    return [
      {
        party,
        message,
        theirs: `still sends ${what} ${time(since)} after the first time`,
        ours: 'gives up after 64*T1, which is 32 s',
        section,
      },
    ];
  }
  if (step.late === undefined || !/^Timer [AEG] fires$/.test(step.event)) return [];
  const before = previousOf(message.number, transaction);
  const interval = message.at - before;
  const due = interval - step.late;
  if (Math.abs(step.late) <= Math.max(tolerance.least, due * tolerance.share)) return [];
  return [
    {
      party,
      message,
      theirs: `sends ${what} again ${time(interval)} after the last time`,
      ours: `waits ${time(due)} for that`,
      section: role === 'client' ? clientSection(transaction) : 'RFC 3261 §17.2.1',
    },
  ];
}

/** When the same was sent before. */
function previousOf(number: number, { all }: SeenTransaction): number {
  const message = all.find((one) => one.number === number);
  const before = all.findLast(
    (one) =>
      one.number < number && one.status === message?.status && one.method === message?.method,
  );
  return before?.at ?? message?.at ?? 0;
}

function missingRepeats(facts: CallFacts, transaction: SeenTransaction): readonly Departure[] {
  if (isReliable(transaction)) return [];
  const { request, requests, final, finals, provisionals, acks, method } = transaction;
  const until = lookedUntil(facts);
  const departures: Departure[] = [];
  const heardAt = (provisionals[0] ?? final)?.at ?? until;
  if (request !== undefined && requests.length === 1 && heardAt - request.at > patience) {
    departures.push({
      party: transaction.client,
      message: request,
      theirs: `sends ${method} once and hears nothing for ${time(heardAt - request.at)}`,
      ours: `repeats it after ${method === 'INVITE' ? '0.5, 1.5, 3.5 s and so on' : '0.5, 1.5, 3.5 s, then every 4 s'}`,
      section: clientSection(transaction),
    });
  }
  if (method !== 'INVITE' || final === undefined || finals.length > 1) return departures;
  const success = (final.status ?? 0) < 300;
  const acknowledged = success ? facts.acksOf(final) : acks;
  const waited = (acknowledged[0]?.at ?? endOf(facts, transaction, until)) - final.at;
  if (waited > patience) {
    departures.push({
      party: transaction.server,
      message: final,
      theirs: `sends ${final.status} once and gets no ACK for ${time(waited)}`,
      ours: 'repeats it after 0.5, 1.5, 3.5 s, then every 4 s, until ACK comes',
      section: success ? 'RFC 3261 §13.3.1.4' : 'RFC 3261 §17.2.1',
    });
  }
  return departures;
}

/** A BYE ends the wait for the ACK. */
function endOf(facts: CallFacts, transaction: SeenTransaction, until: number): number {
  const bye = facts.messages.find(
    ({ method, status, at }) =>
      method === 'BYE' && status === undefined && at > (transaction.final?.at ?? 0),
  );
  return bye?.at ?? until;
}

function isReliable({ all }: SeenTransaction): boolean {
  return all.every(({ row }) => row.protocol !== 'UDP');
}

function clientSection({ method }: SeenTransaction): string {
  return method === 'INVITE' ? 'RFC 3261 §17.1.1.2' : 'RFC 3261 §17.1.2.2';
}
