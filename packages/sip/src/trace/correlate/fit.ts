// Which message caused a recorded step: the one that the event's name speaks of, seen by the same endpoint at the same moment.
import type { Stepped } from '../../base/tap.ts';
import type { MessageRowRecord, Side } from './rows.ts';

/** Milliseconds within which a step and its message are recorded. */
export const sameMoment = 20;

/** The same where both name one transaction: a process may halt between the two. */
export const sameTransaction = 500;

/** What an event's name says of the message that raised it; undefined when it says nothing. */
export interface Cause {
  readonly from: number;
  readonly to: number;
  readonly methods: readonly string[];
}

const methods =
  /\b(INVITE|ACK|BYE|CANCEL|REGISTER|OPTIONS|PRACK|UPDATE|REFER|NOTIFY|SUBSCRIBE|MESSAGE|INFO|PUBLISH)\b/i;

/** Reads `2xx from TU`, `300-699`, `ACK`, `remote-bye`. */
export function causeOf(event: string): Cause | undefined {
  const classes = /([1-6])xx(?:-([1-6])xx)?/.exec(event);
  if (classes !== null) {
    const from = Number(classes[1]);
    return { from: from * 100, to: Number(classes[2] ?? from) * 100 + 99, methods: [] };
  }
  const range = /\b([1-6]\d\d)(?:-([1-6]\d\d))?\b/.exec(event);
  if (range !== null)
    return { from: Number(range[1]), to: Number(range[2] ?? range[1]), methods: [] };
  const method = methods.exec(event)?.[1];
  if (method !== undefined) return { from: 0, to: 0, methods: [method.toUpperCase()] };
  if (event === 'rejected') return { from: 300, to: 699, methods: [] };
  if (event === 'cancelled') return { from: 487, to: 487, methods: ['CANCEL'] };
  return undefined;
}

/** Whether a step that a timer raised; such a step never waits for a message. */
export function isTimer(event: string): boolean {
  return event.startsWith('Timer ') && event.endsWith(' fires');
}

/** How well a row that `step`'s endpoint saw fits as its cause: 2 by name, 1 by time alone, 0 not at all. */
export function fitness(
  step: Stepped,
  row: MessageRowRecord,
  side: Side,
  within: number = sameMoment,
): 0 | 1 | 2 {
  if (Math.abs(step.at - side.at) > within) return 0;
  if (isTimer(step.event)) return side.direction === 'out' ? 1 : 0;
  const cause = causeOf(step.event);
  if (cause === undefined) return 1;
  if (row.status === undefined) return cause.methods.includes(row.title.toUpperCase()) ? 2 : 0;
  return row.status >= cause.from && row.status <= cause.to ? 2 : 0;
}

/** Whether `row` is what the step's actions sent, such as `send CANCEL` or `send 487`. */
export function isSentBy(step: Stepped, row: MessageRowRecord, side: Side): boolean {
  if (side.direction !== 'out' || Math.abs(step.at - side.at) > sameMoment) return false;
  const title = row.status === undefined ? row.title : String(row.status);
  return step.actions.some((action) => action === `send ${title}`);
}

/** The same for the first record of a transaction, whatever its event is called: the request itself. */
export function isBirth(row: MessageRowRecord, side: Side, role: 'client' | 'server'): boolean {
  return row.status === undefined && side.direction === (role === 'client' ? 'out' : 'in');
}
