// What a check of divergences says: who, at which message, what it did and what our stack does.
import type { CallFacts } from '../../explain/facts.ts';
import type { SeenMessage } from '../../explain/seen-message.ts';

/** One place where our stack would have done otherwise. */
export interface Departure {
  readonly party: number | undefined;
  /** The message that differs, or after which one is missing. */
  readonly message: SeenMessage;
  readonly theirs: string;
  readonly ours: string;
  readonly section: string;
}

/** A check looks at a whole call. */
export type Check = (facts: CallFacts) => readonly Departure[];

/** Whether a message has just one Via: who sent the request made it. */
export function isOriginal({ message }: SeenMessage): boolean {
  return (
    message !== undefined &&
    message.rows('Via').length === 1 &&
    !message.rows('Via')[0]?.includes(',')
  );
}

/** How long was looked, as far as the document tells: the last thing known of the call, or a timer that was waited for. */
export function lookedUntil({ endedAt, document }: CallFacts): number {
  return document.steps.reduce((last, { at }) => Math.max(last, at), endedAt);
}
