// The order of columns: caller left, then servers, then callee, as RFC 3665 draws it.
import type { Labelled, Party } from '../correlate/labelled.ts';

/**
 * `order` with the parties of `chain`, which goes from the one who asks to the one who answers. Who is new comes left of
 * the first known party behind it in the chain, else at the right end.
 */
export function placed(order: readonly Party[], chain: readonly Party[]): readonly Party[] {
  const stands = order.every((party) => party.current === party);
  if (stands && chain.every((party) => order.includes(party.current))) return order;
  const columns = [...new Set(order.map((party) => party.current))];
  const parties = chain.map((party) => party.current);
  for (const [index, party] of parties.entries()) {
    if (columns.includes(party)) continue;
    const next = parties.slice(index + 1).find((other) => columns.includes(other));
    columns.splice(next === undefined ? columns.length : columns.indexOf(next), 0, party);
  }
  return columns;
}

/** The two parties of a row from the one who asks to the one who answers; none for what is no arrow. */
export function chainOf(row: Labelled): readonly Party[] {
  if (row.kind !== 'message') return row.kind === 'media' ? [row.from, row.to] : [];
  return row.status === undefined ? [row.from, row.to] : [row.to, row.from];
}
