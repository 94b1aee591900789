// Which figure of the stack the machine of a step runs.
import type { Observation, SessionStepped, Stepped } from '../../base/tap.ts';
import { outgoingFigure } from '../../session/outgoing.figure.ts';
import { sessionFigure } from '../../session/session.figure.ts';
import type { FigureName } from './labelled.ts';

/** The observations that are steps of machines. */
export type SteppedObservation = Extract<Observation, Stepped>;

/** The figure that the machine of a step runs. */
export function figureOf(step: SteppedObservation): FigureName {
  switch (step.kind) {
    case 'transaction':
      return step.figure;
    case 'dialog':
    case 'offer-answer':
    case 'registration':
      return step.kind;
    case 'session':
      return step.part === '1xx'
        ? 'provisional'
        : step.part === 'timer'
          ? 'session-timer'
          : figureOfCall(step);
    case 'subscription':
      return step.role === 'publisher' ? 'publication' : step.role;
  }
}

/** A call runs three figures one after the other, and tells of them by one id: their states are told apart. */
function figureOfCall({ before, after }: SessionStepped): FigureName {
  const state = before ?? after;
  if (Object.hasOwn(sessionFigure, state)) return 'session';
  return Object.hasOwn(outgoingFigure, state) ? 'outgoing' : 'incoming';
}
