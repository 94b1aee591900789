// Answers that the figures do not have: after the final one, of a kind that must not be, or none at all.
import type { CallFacts } from '../../explain/facts.ts';
import { time, times } from '../../explain/say.ts';
import type { SeenTransaction } from '../../explain/seen-transaction.ts';
import type { Departure } from './departure.ts';
import { isOriginal, lookedUntil } from './departure.ts';

/** Answers of one transaction's server. */
export function answersOf(facts: CallFacts): readonly Departure[] {
  return facts.transactions.flatMap((transaction) => [
    ...afterFinal(transaction),
    ...forbidden(transaction),
    ...silence(facts, transaction),
  ]);
}

function afterFinal(transaction: SeenTransaction): readonly Departure[] {
  const { final, server, provisionals, finals } = transaction;
  // A proxy passes on what forks answer (RFC 3261 §16.7).
  if (final === undefined || transaction.downstream.length > 0) return [];
  const later = [...provisionals, ...finals.filter(({ status }) => status !== final.status)].find(
    (response) => response.number > final.number && response.at > final.at,
  );
  if (later === undefined) return [];
  return [
    {
      party: server,
      message: later,
      theirs: `answers ${later.status} after its ${final.status}`,
      ours: `says nothing more to that ${transaction.method}: the ${final.status} was final`,
      section: transaction.method === 'INVITE' ? 'RFC 3261 §17.2.1' : 'RFC 3261 §17.2.2',
    },
  ];
}

function forbidden({ method, provisionals, final, server }: SeenTransaction): readonly Departure[] {
  if (method === 'INVITE' || method === 'ACK') return [];
  const ringing = provisionals.find(({ status }) => status !== 100);
  if (ringing !== undefined)
    return [
      {
        party: server,
        message: ringing,
        theirs: `answers ${method} with ${ringing.status}`,
        ours: 'answers what is no INVITE with nothing but 100 before the final response',
        section: 'RFC 4320 §4.1',
      },
    ];
  if (final?.status !== 408) return [];
  return [
    {
      party: server,
      message: final,
      theirs: `answers ${method} with 408`,
      ours: 'says nothing: by now the client has given up by itself',
      section: 'RFC 4320 §4.2',
    },
  ];
}

/** Who is there, since it said something before, and does not answer. */
function silence(facts: CallFacts, transaction: SeenTransaction): readonly Departure[] {
  const { requests, final, provisionals, server, method, request } = transaction;
  const last = requests.at(-1);
  if (request === undefined || last === undefined || method === 'ACK') return [];
  if (final !== undefined || provisionals.length > 0 || requests.length < 4) return [];
  if (lookedUntil(facts) - request.at < 8000) return [];
  const isThere = facts.messages.some(
    ({ row, number }) => row.from === server && number < last.number,
  );
  if (!isThere || transaction.downstream.length > 0) return [];
  return [
    {
      party: server,
      message: request,
      theirs: `gives no answer to ${method}, which is sent ${times(requests.length)} in ${time(last.at - request.at)}`,
      ours:
        method === 'INVITE' ? 'answers 100 within 0.2 s' : 'answers each request that reaches it',
      section: method === 'INVITE' ? 'RFC 3261 §17.2.1' : 'RFC 3261 §8.2.6.1',
    },
  ];
}

/** ACKs that are missing, or that go with the wrong branch. */
export function acksOf(facts: CallFacts): readonly Departure[] {
  return facts.transactions.flatMap((invite): readonly Departure[] => {
    const { method, final, finals, acks, client, request, downstream, upstream } = invite;
    if (method !== 'INVITE' || final?.status === undefined || request === undefined) return [];
    const success = final.status < 300;
    const acknowledged = success
      ? facts.acksOf(final).filter(({ row }) => row.from === client)
      : acks;
    const [ack] = acknowledged;
    if (ack !== undefined) {
      if (!success || upstream !== undefined || !isOriginal(ack)) return [];
      if (ack.message?.branch !== request.message?.branch) return [];
      return [
        {
          party: client,
          message: ack,
          theirs: 'sends the ACK to a 2xx with the branch of the INVITE',
          ours: 'gives it a branch of its own: it is a transaction of its own',
          section: 'RFC 3261 §13.2.2.4',
        },
      ];
    }
    // The final response may not have come through: a repeat or a whole second tells.
    const isTold =
      finals.length > 2 ||
      (invite.all.every(({ row }) => row.protocol !== 'UDP') &&
        lookedUntil(facts) - final.at > 1000);
    if (!isTold || (success && (upstream !== undefined || downstream.length > 0))) return [];
    return [
      {
        party: client,
        message: final,
        theirs: `no ACK to the ${final.status} is seen${finals.length > 1 ? `, which comes ${times(finals.length)}` : ''}`,
        ours: 'sends ACK at once, and again for each repeat',
        section: success ? 'RFC 3261 §13.2.2.4' : 'RFC 3261 §17.1.1.3',
      },
    ];
  });
}

/** Answers of other forks that are never acknowledged. */
export function forksOf(facts: CallFacts): readonly Departure[] {
  return facts.transactions.flatMap(({ method, final, finals, client, upstream, downstream }) => {
    if (method !== 'INVITE' || upstream !== undefined || downstream.length > 0) return [];
    const others = finals.filter(
      ({ status = 0, response }) => status < 300 && response?.toTag !== final?.response?.toTag,
    );
    const [other] = others;
    if (other === undefined || others.length < 3 || facts.acksOf(other).length > 0) return [];
    return [
      {
        party: client,
        message: other,
        theirs: `no ACK to the second ${other.status} is seen, which comes ${times(others.length)}`,
        ours: 'sends ACK to each, and BYE to the one that it does not want',
        section: 'RFC 3261 §13.2.2.4',
      },
    ];
  });
}

/** A CANCEL before anything was heard. */
export function cancelsOf(facts: CallFacts): readonly Departure[] {
  return facts.transactions.flatMap((invite): readonly Departure[] => {
    if (invite.method !== 'INVITE') return [];
    const cancel = facts.cancelOf(invite)?.request;
    const [heard] = invite.provisionals;
    if (cancel === undefined || (heard !== undefined && heard.number < cancel.number)) return [];
    if (invite.final !== undefined && invite.final.number < cancel.number) return [];
    return [
      {
        party: invite.client,
        message: cancel,
        theirs: 'sends CANCEL before any response to the INVITE has come',
        ours: 'waits with it for the first provisional response',
        section: 'RFC 3261 §9.1',
      },
    ];
  });
}
