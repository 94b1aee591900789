// What is drawn: one call with what is said of it, what of it is selected, and the time that it is now.
import type { ReadonlySignal } from '@preact/signals';
import type { CallDocument, Explanation } from '@offhook/sip/trace';
import { createContext } from 'preact';
import type { Context } from 'preact';
import { useContext } from 'preact/hooks';
import type { LaneChoice, Selection } from '../../../../model/trace/selection.ts';
import type { CallIndex } from '../../../../model/trace/draw/call-index.ts';

/** What every drawing of a call needs. */
export interface Subject {
  readonly document: CallDocument;
  readonly explanation: Explanation;
  readonly index: CallIndex;
  readonly selection: Selection;
  /** The call goes on while it is drawn: timers count, and what is open ends now. */
  readonly isLive: boolean;
  /** Milliseconds since 1970; moves once a second. */
  readonly now: ReadonlySignal<number>;
  /** What the teacher speaks of: all else steps back. */
  readonly spotlight?: LaneChoice | undefined;
}

/** Where drawings find their subject. */
export const SubjectContext: Context<Subject | undefined> = createContext<Subject | undefined>(
  undefined,
);

/** The subject of this drawing. */
export function useSubject(): Subject {
  const subject = useContext(SubjectContext);
  if (subject === undefined) throw new TypeError('A drawing has no call');
  return subject;
}
