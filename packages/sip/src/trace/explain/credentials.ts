// Who asked whom for a password, and what came of it (RFC 3261 §22, RFC 7616 §3).
import { authorization } from '../../message/header/authorization.ts';
import type { Challenge, Credentials } from '../../message/header/authentication.ts';
import { proxyAuthenticate } from '../../message/header/proxy-authenticate.ts';
import { proxyAuthorization } from '../../message/header/proxy-authorization.ts';
import { wwwAuthenticate } from '../../message/header/www-authenticate.ts';
import type { CallFacts } from './facts.ts';
import type { SeenMessage } from './seen-message.ts';
import type { SeenTransaction } from './seen-transaction.ts';

/** One try of a request, and the answer to it when it was a challenge or a success. */
export interface Try {
  readonly transaction: SeenTransaction;
  readonly request: SeenMessage;
  readonly final: SeenMessage;
  /** What it carried for the realm that the answer asks for, else whatever it carried. */
  readonly credentials: Credentials | undefined;
  /** Set when the answer is 401 or 407. */
  readonly challenge: Challenge | undefined;
  /** True when the challenge says that just the nonce was too old (RFC 7616 §3.3). */
  readonly stale: boolean;
  /** True when credentials for the realm of the challenge were there and did not do. */
  readonly refused: boolean;
}

/** The tries of one request by one party, in order: those of one method with the same tags. */
export function triesOf(facts: CallFacts): readonly (readonly Try[])[] {
  const groups = new Map<string, Try[]>();
  for (const transaction of facts.roots()) {
    const { request, final, row } = transaction;
    if (request?.request === undefined || final?.response === undefined) continue;
    const { fromTag, toTag } = request.request;
    // A REGISTER may come with a new From tag each time.
    const who = row.method === 'REGISTER' ? '' : `${fromTag} ${toTag}`;
    const key = `${row.leg} ${row.method} ${transaction.client} ${who}`;
    const group = groups.get(key) ?? [];
    group.push(tryOf(transaction, request, final));
    groups.set(key, group);
  }
  return [...groups.values()];
}

function tryOf(transaction: SeenTransaction, request: SeenMessage, final: SeenMessage): Try {
  const given = [
    ...(request.request?.get(authorization) ?? []),
    ...(request.request?.get(proxyAuthorization) ?? []),
  ];
  const wanted = challengesIn(final);
  const realms = new Set(wanted.map(({ parameters }) => parameters.get('realm')));
  const fitting = given.find(({ parameters }) => realms.has(parameters.get('realm')));
  // Some servers say it in the reason phrase only.
  const stale =
    wanted.some(({ parameters }) => parameters.get('stale')?.toLowerCase() === 'true') ||
    (wanted.length > 0 && /\bnonce\b/i.test(final.response?.reason ?? ''));
  return {
    transaction,
    request,
    final,
    credentials: fitting ?? given[0],
    challenge: wanted[0],
    stale: stale && given.length > 0,
    refused: fitting !== undefined && !stale,
  };
}

function challengesIn({ status, response }: SeenMessage): readonly Challenge[] {
  if (status === 401) return response?.get(wwwAuthenticate) ?? [];
  return status === 407 ? (response?.get(proxyAuthenticate) ?? []) : [];
}

/** Whether a try was asked for credentials. */
export function isAsked({ final }: Try): boolean {
  return final.status === 401 || final.status === 407;
}

/** The tries after the last that was taken. */
export function sinceSuccess(tries: readonly Try[]): readonly Try[] {
  const last = tries.findLastIndex(({ final }) => (final.status ?? 999) < 300);
  return tries.slice(last + 1);
}
