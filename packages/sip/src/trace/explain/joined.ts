// Changes that say the same at both ends of a hop as one, and steps that follow each other as one path.
import type { RunningTimer } from '../../base/machine.ts';
import type { Change } from '../correlate/labelled.ts';

/** A change as it is told: several steps of one machine in a row make one path. */
export interface Told extends Change {
  readonly through: readonly string[];
}

/** Equal steps of both ends as one, and steps that follow each other as one path. */
export function joined(changes: readonly Change[]): readonly Told[] {
  const merged: Told[] = [];
  for (const change of changes) {
    const before = merged.findIndex((other) => isContinued(other, change));
    const start = merged[before];
    if (start !== undefined) {
      merged[before] = {
        ...change,
        before: start.before,
        through: [...start.through, start.after],
      };
      continue;
    }
    const index = merged.findIndex((other) => isSame(other, change));
    const other = merged[index];
    if (other === undefined) {
      merged.push({ ...change, through: [] });
      continue;
    }
    const subject =
      other.subject === change.subject
        ? other.subject
        : `${other.subject}, ${roleOf(change.subject)}`;
    merged[index] = {
      ...other,
      subject,
      endpoints: [...other.endpoints, ...change.endpoints],
      started:
        other.label?.lane === 'T' ? [...other.started, ...moved(change, other.at)] : other.started,
    };
  }
  return merged;
}

/** The timers of a change as if it had been at another time. */
function moved({ started, at }: Change, to: number): readonly RunningTimer[] {
  return started.map(({ name, due }) => ({ name, due: due - at + to }));
}

function isSame(one: Change, other: Change): boolean {
  return (
    one.label?.lane === other.label?.lane &&
    one.label?.number === other.label?.number &&
    one.before?.toLowerCase() === other.before?.toLowerCase() &&
    one.after.toLowerCase() === other.after.toLowerCase() &&
    one.stray === other.stray &&
    isPair(one.subject, other.subject) &&
    one.endpoints[0] !== other.endpoints[0]
  );
}

function isContinued(one: Change, other: Change): boolean {
  return (
    one.label?.lane === other.label?.lane &&
    one.subject === other.subject &&
    one.before !== undefined &&
    one.after === other.before &&
    !one.stray &&
    !other.stray &&
    one.endpoints.length === 1 &&
    one.endpoints[0] === other.endpoints[0]
  );
}

function isPair(one: string, other: string): boolean {
  return one === other || (isTransaction(one) && isTransaction(other));
}

function isTransaction(subject: string): boolean {
  return subject.endsWith(' client') || subject.endsWith(' server');
}

function roleOf(subject: string): string {
  return subject.slice(subject.lastIndexOf(' ') + 1);
}
