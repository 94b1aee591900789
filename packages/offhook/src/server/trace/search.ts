// A search for calls as a query of the database.
import type { SqlValue, Statement } from '../storage/messages.ts';
import { callsFound } from './limits.ts';
import type { CallQuery } from './messages.ts';

/** The rows of the calls that are wanted, the newest first; one more than the limit, to know whether there are more. */
export function searchCalls(query: CallQuery): Statement {
  const conditions: string[] = ["call.summary <> ''"];
  const parameters: SqlValue[] = [];
  const where = (condition: string, ...values: readonly SqlValue[]): void => {
    conditions.push(condition);
    parameters.push(...values);
  };
  const { text, status, fault, since, until, before, user } = query;
  if (text !== undefined && text !== '')
    where(String.raw`call.search LIKE ? ESCAPE '\'`, `%${literal(text.toLowerCase())}%`);
  if (status !== undefined) {
    const { first, last } = statuses(status);
    where('call.status BETWEEN ? AND ?', first, last);
  }
  if (fault !== undefined)
    where(String.raw`call.faults LIKE ? ESCAPE '\'`, `% ${literal(fault)} %`);
  if (since !== undefined) where('call.started >= ?', since);
  if (until !== undefined) where('call.started < ?', until);
  if (before !== undefined) where('call.started < ?', before);
  if (user !== undefined)
    where('call.id IN (SELECT call FROM call_user WHERE call_user.user = ?)', user);
  return {
    sql: `SELECT call.* FROM call WHERE ${conditions.join(' AND ')} ORDER BY call.started DESC LIMIT ?`,
    parameters: [...parameters, limitOf(query) + 1],
  };
}

/** How many calls the answer may have. */
export function limitOf({ limit }: CallQuery): number {
  return Math.min(Math.max(1, limit), callsFound);
}

/** True for `486` and `4xx`. */
export function isStatus(text: string): boolean {
  return /^[1-6](?:\d\d|xx)$/i.test(text);
}

function statuses(text: string): { readonly first: number; readonly last: number } {
  const first = Number(text.toLowerCase().replace('xx', '00'));
  return { first, last: /xx$/i.test(text) ? first + 99 : first };
}

function literal(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`);
}
