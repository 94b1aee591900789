// A replayed run as the document tells it: a machine, and its steps at the messages that caused them or alone.
import type { FigureName, Label } from '../correlate/labelled.ts';
import type { ChangeDocument, MachineDocument } from '../document/document.ts';
import type { ReplayedStep, Run } from './run.ts';
import { sectionOf } from './sections.ts';

/** What a machine must have been doing, all of it inferred. */
export interface Replayed {
  readonly machine: MachineDocument;
  /** Steps at messages, by the number of the message; more than one where one message caused several. */
  readonly changes: readonly { readonly message: number; readonly change: ChangeDocument }[];
  /** Steps that no message caused: timers. */
  readonly steps: readonly { readonly at: number; readonly change: ChangeDocument }[];
}

/** Whose machine it is. */
export interface Told {
  readonly figure: FigureName;
  readonly party: number | undefined;
  readonly label: Label | undefined;
  /** `INVITE client`, `dialog`, `session`. */
  readonly subject: string;
}

/** The document's view of a run. */
export function tell(run: Run, told: Told): Replayed {
  const { figure, party } = told;
  const changes: { message: number; change: ChangeDocument }[] = [];
  const steps: { at: number; change: ChangeDocument }[] = [];
  for (const step of run.steps) {
    const change = changeOf(step, told);
    if (step.message === undefined) steps.push({ at: step.at, change });
    else changes.push({ message: step.message, change });
  }
  const machine: MachineDocument = {
    party,
    figure,
    source: 'inferred',
    states: run.states,
    timers: run.timers,
  };
  return { machine, changes, steps };
}

function changeOf(step: ReplayedStep, { figure, party, label, subject }: Told): ChangeDocument {
  const { event, before, after, actions, timers, started, stray } = step;
  return {
    label,
    figure,
    subject,
    party,
    event,
    before,
    after,
    actions,
    section: sectionOf(figure, event, before),
    timers,
    started,
    stray,
    source: 'inferred',
  };
}
