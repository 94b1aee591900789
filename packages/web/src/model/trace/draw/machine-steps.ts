// The steps of state machines that an item of a call caused: as they were told, or from the states that the machines were in.
import type {
  CallDocument,
  ChangeDocument,
  FigureName,
  Label,
  MachineDocument,
  MessageDocument,
} from '@offhook/sip/trace';
import type { CallItem } from './call-index.ts';

/** One step, ready to be drawn into its figure. */
export interface MachineStep {
  readonly label: Label | undefined;
  readonly figure: FigureName | undefined;
  readonly subject: string;
  /** Id of the party. */
  readonly party: number | undefined;
  readonly event: string;
  readonly before: string | undefined;
  readonly after: string;
  readonly actions: readonly string[];
  readonly section: string | undefined;
  readonly stray: boolean;
  readonly source: 'recorded' | 'inferred';
  readonly timers: readonly { readonly name: string; readonly due: number }[];
}

/** The steps of `item`; those whose figure can be drawn first. */
export function machineSteps(document: CallDocument, item: CallItem): readonly MachineStep[] {
  switch (item.kind) {
    case 'note':
      return [];
    case 'step':
      return [item.of.change];
    case 'message': {
      const told: readonly ChangeDocument[] = item.of.changes;
      const drawn = told.filter(({ figure }) => figure !== undefined);
      const found = foundSteps(document, item.of).filter(
        (step) =>
          !drawn.some(
            ({ figure, party }) => figure === step.figure && (party ?? step.party) === step.party,
          ),
      );
      const rest = told.filter(({ figure }) => figure === undefined);
      return [...drawn.toSorted((a, b) => rank(a) - rank(b)), ...found, ...rest];
    }
  }
}

/** The transaction first, as messages are its business; then the dialog, then the session with its parts. */
function rank({ figure }: MachineStep): number {
  if (figure === undefined) return 9;
  if (figure.includes('client') || figure.includes('server')) return 0;
  return figure === 'dialog' ? 1 : figure === 'offer-answer' ? 2 : figure === 'session' ? 3 : 4;
}

/** Two moments are one when they are this close, in milliseconds. */
const oneMoment = 0.6;

function foundSteps(document: CallDocument, message: MessageDocument): readonly MachineStep[] {
  return message.labels.flatMap((label) =>
    machinesOf(document, label).flatMap((machine) => {
      const moment =
        (machine.party === message.to ? message.receivedAt : message.sentAt) ?? message.at;
      return machine.states.flatMap(({ state, from, event }, at): readonly MachineStep[] =>
        Math.abs(from - moment) > oneMoment
          ? []
          : [
              {
                label,
                figure: machine.figure,
                subject: machine.figure,
                party: machine.party,
                event: event ?? 'created',
                before: machine.states[at - 1]?.state,
                after: state,
                actions: [],
                section: undefined,
                stray: false,
                source: machine.source,
                timers: machine.timers.filter(
                  (timer) => timer.from <= from + oneMoment && (timer.to ?? Infinity) > from,
                ),
              },
            ],
      );
    }),
  );
}

function machinesOf(document: CallDocument, { lane, number }: Label): readonly MachineDocument[] {
  const lanes = { T: document.transactions, D: document.dialogs, S: document.sessions };
  return lanes[lane].find((one) => one.number === number)?.machines ?? [];
}

/** Every timer that ran at `moment`, with whose it was. */
export function timersAt(
  document: CallDocument,
  moment: number,
): readonly {
  readonly name: string;
  readonly due: number;
  readonly from: number;
  readonly party: number | undefined;
  readonly label: Label;
}[] {
  const lanes = [
    ['T', document.transactions],
    ['D', document.dialogs],
    ['S', document.sessions],
  ] as const;
  return lanes.flatMap(([lane, all]) =>
    all.flatMap(({ number, source, machines }) =>
      machines.flatMap(({ party, timers }) =>
        timers
          .filter(({ from, to, due }) => from <= moment && (to ?? due) > moment)
          .map(({ name, due, from }) => ({
            name,
            due,
            from,
            party,
            label: { lane, number, source },
          })),
      ),
    ),
  );
}
