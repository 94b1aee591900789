// The teacher's view: transaction, dialog and session, one at a time, on this very call, each with a question.
import { useSignal } from '@preact/signals';
import type { Signal } from '@preact/signals';
import { Check, X } from 'lucide';
import type { ComponentChild } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import { lessonsOf } from '../../../model/trace/draw/lesson.ts';
import type { Answer, Lesson } from '../../../model/trace/draw/lesson.ts';
import { Icon } from '../../part/icon.tsx';
import { Ladder } from './ladder/ladder.tsx';
import { Lanes } from './lane/lanes.tsx';
import { FrameLink } from './part/frame-link.tsx';
import { SubjectContext, useSubject } from './part/subject.ts';

const lanes = { Transaction: 'T', Dialog: 'D', Session: 'S' } as const;

/** The teacher's view of the subject. */
export function TeacherView(): ComponentChild {
  const subject = useSubject();
  const { document, index } = subject;
  const lessons = useMemo(() => lessonsOf(document, index), [document, index]);
  const at = useSignal(0);
  const chosen = useSignal<Answer | undefined>(undefined);
  const lesson = lessons[at.value];
  const spotlight =
    chosen.value?.right === true ? (chosen.value.lane ?? lesson?.focus) : lesson?.focus;
  const taught = useMemo(() => ({ ...subject, spotlight }), [subject, spotlight]);
  const go = (to: number): void => {
    at.value = to;
    chosen.value = undefined;
  };
  if (lesson === undefined) return undefined;
  return (
    <div class="teacher">
      <section class="lesson" data-lane={lanes[lesson.word]} aria-label="Lesson" tabIndex={0}>
        <ol class="lesson-words">
          {lessons.map(({ word }, place) => (
            <li key={word}>
              <button
                type="button"
                data-lane={lanes[word]}
                aria-current={place === at.value ? 'step' : undefined}
                onClick={() => go(place)}
              >
                {word}
              </button>
            </li>
          ))}
        </ol>
        <Told of={lesson} />
        <Asked of={lesson} chosen={chosen} />
        <footer class="lesson-foot">
          <button
            type="button"
            class="button"
            disabled={at.value === 0}
            onClick={() => go(at.value - 1)}
          >
            Back
          </button>
          <span class="soft">
            {at.value + 1} of {lessons.length}
          </span>
          <button
            type="button"
            class="button main"
            onClick={() => {
              if (at.value < lessons.length - 1) go(at.value + 1);
              else subject.selection.view.value = 'engineer';
            }}
          >
            {at.value < lessons.length - 1
              ? `Next: ${lessons[at.value + 1]?.word ?? ''}`
              : 'See everything'}
          </button>
        </footer>
      </section>
      <SubjectContext.Provider value={taught}>
        <div class="lesson-call">
          <Lanes />
          <Ladder />
        </div>
      </SubjectContext.Provider>
    </div>
  );
}

function Told({ of }: { readonly of: Lesson }): ComponentChild {
  return (
    <>
      <h3 class="lesson-title">{of.word}</h3>
      {of.means.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      <p class="here">
        <bdi>{of.here}</bdi>{' '}
        <span class="frames">
          {of.frames.map((frame) => (
            <FrameLink key={frame} frame={frame} />
          ))}
        </span>
      </p>
    </>
  );
}

function Asked({
  of,
  chosen,
}: {
  readonly of: Lesson;
  readonly chosen: Signal<Answer | undefined>;
}): ComponentChild {
  const { selection } = useSubject();
  const { question } = of;
  const answer = chosen.value;
  useEffect(() => {
    if (answer?.right === true && answer.frame !== undefined) selection.frame.value = answer.frame;
  }, [answer]);
  return (
    <section class="question" aria-label="Question">
      <p class="asked">
        <bdi>{question.text}</bdi>
      </p>
      <div class="answers" role="group" aria-label="Answers">
        {question.answers.map((one) => (
          <button
            key={one.text}
            type="button"
            class="answer"
            aria-pressed={one === answer}
            data-right={one === answer ? one.right : undefined}
            onClick={() => {
              chosen.value = one;
            }}
          >
            <bdi>{one.text}</bdi>
            {one === answer && <Icon of={one.right ? Check : X} />}
          </button>
        ))}
      </div>
      <p class="reply" role="status">
        {answer === undefined
          ? ''
          : answer.right
            ? question.because
            : 'Not that one. Look at the colours of the rows, and try again.'}
      </p>
    </section>
  );
}
