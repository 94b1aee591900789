// Recorded steps that look for the message that caused them: it may come before its step, or after it.
import type { Stepped } from '../../base/tap.ts';
import type { CallRecord } from './call.ts';
import { fitness, isBirth, isSentBy, isTimer, sameMoment, sameTransaction } from './fit.ts';
import type { Change } from './labelled.ts';
import type { MessageRowRecord, Side } from './rows.ts';

/** A recorded step on its way to the row that caused it. */
export interface Waiting {
  readonly step: Stepped;
  readonly call: CallRecord | undefined;
  readonly change: Change;
  /** Which rows it may belong to. */
  readonly carries: (row: MessageRowRecord, side: Side) => boolean;
  readonly role: 'client' | 'server' | undefined;
  /** True for a transaction, of which each message causes one step. */
  readonly once: boolean;
  readonly ends?: () => string;
}

/** Whether the message belongs to the INVITE usage of a dialog, or starts one (RFC 5057 §4.1). */
export function isOfInvite(row: MessageRowRecord): boolean {
  return ['INVITE', 'ACK', 'BYE', 'CANCEL', 'PRACK', 'UPDATE'].includes(row.method);
}

/** Whether the message belongs to a subscription or a publication. */
export function isOfSubscription(row: MessageRowRecord): boolean {
  return ['SUBSCRIBE', 'NOTIFY', 'REFER', 'PUBLISH'].includes(row.method);
}

/** Whether the step's event speaks of this very message. */
export function isNamed(step: Stepped, row: MessageRowRecord, side: Side): boolean {
  return fitness(step, row, side) === 2;
}

/** The machine of a step, unique in its call. */
export function machineKey({ step }: Waiting): string {
  return `${step.endpoint} ${step.id}`;
}

/** The row that fits best among the latest of the call; the newest of equals. */
export function bestRow(waiting: Waiting): MessageRowRecord | undefined {
  const { step, call } = waiting;
  let best: MessageRowRecord | undefined;
  let bestRank = 0;
  for (const row of call?.recent.toReversed() ?? []) {
    const side = row.sides.get(step.endpoint);
    const fit = side === undefined ? 0 : rank(waiting, row, side);
    if (fit > bestRank) {
      best = row;
      bestRank = fit;
    }
  }
  return best;
}

/** How well a row fits: 2 by name, 1 by time alone, 0 not at all. */
export function rank(waiting: Waiting, row: MessageRowRecord, side: Side): number {
  if (!waiting.once && isSentBy(waiting.step, row, side)) return 2;
  if (!waiting.carries(row, side)) return 0;
  if (waiting.once && row.caused.has(machineKey(waiting))) return 0;
  const named = waiting.once && side.transaction === waiting.step.id;
  const within = named && !isTimer(waiting.step.event) ? sameTransaction : sameMoment;
  if (waiting.role !== undefined) {
    return isBirth(row, side, waiting.role) && Math.abs(waiting.step.at - side.at) <= within
      ? 2
      : 0;
  }
  return fitness(waiting.step, row, side, within);
}
