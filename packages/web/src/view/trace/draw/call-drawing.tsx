// One call drawn: for everybody, for an engineer, or for somebody who learns.
import type { ReadonlySignal } from '@preact/signals';
import type { CallDocument, Explanation } from '@offhook/sip/trace';
import type { ComponentChild } from 'preact';
import { useMemo } from 'preact/hooks';
import { indexCall } from '../../../model/trace/draw/call-index.ts';
import type { Selection } from '../../../model/trace/selection.ts';
import { EngineerView } from './engineer-view.tsx';
import { SubjectContext } from './part/subject.ts';
import { PlainView } from './plain-view.tsx';
import { TeacherView } from './teacher-view.tsx';

/** A call as `selection` wants it; it fills the box around it. What is drawn is English and runs from left to right, as SIP does. */
export function CallDrawing({
  document,
  explanation,
  selection,
  now,
  live,
}: {
  readonly document: CallDocument;
  readonly explanation: Explanation;
  readonly selection: Selection;
  /** Milliseconds since 1970; moves once a second. */
  readonly now: ReadonlySignal<number>;
  /** It comes from where calls are made, so that one without an end goes on; in a capture it does not. */
  readonly live: boolean;
}): ComponentChild {
  const index = useMemo(() => indexCall(document), [document]);
  const subject = useMemo(
    () => ({
      document,
      explanation,
      index,
      selection,
      now,
      isLive: live && !document.outcome.over,
    }),
    [document, explanation, index, selection, now, live],
  );
  return (
    <SubjectContext.Provider value={subject}>
      <div class="drawn" lang="en" dir="ltr" data-view={selection.view.value}>
        <View of={selection.view.value} />
      </div>
    </SubjectContext.Provider>
  );
}

function View({ of }: { readonly of: 'plain' | 'engineer' | 'teacher' }): ComponentChild {
  switch (of) {
    case 'plain':
      return <PlainView />;
    case 'teacher':
      return <TeacherView />;
    case 'engineer':
      return <EngineerView />;
  }
}
