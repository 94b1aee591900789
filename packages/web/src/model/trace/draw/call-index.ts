// Ways to find things in the document of a call: by number, by frame, by lane.
import type {
  CallDocument,
  LegDocument,
  MessageDocument,
  NoteDocument,
  PartyDocument,
  StepDocument,
  StreamDocument,
} from '@offhook/sip/trace';
import type { LaneChoice } from '../selection.ts';

/** One row of the ladder. */
export type CallItem =
  | {
      readonly kind: 'message';
      readonly frame: number;
      readonly at: number;
      readonly of: MessageDocument;
    }
  | {
      readonly kind: 'step';
      readonly frame: number;
      readonly at: number;
      readonly of: StepDocument;
    }
  | {
      readonly kind: 'note';
      readonly frame: number;
      readonly at: number;
      readonly of: NoteDocument;
    };

/** A document, searchable. */
export interface CallIndex {
  /** Messages, steps and notes in the order of time. */
  readonly items: readonly CallItem[];
  itemOf(frame: number | undefined): CallItem | undefined;
  message(number: number | undefined): MessageDocument | undefined;
  party(id: number | undefined): PartyDocument | undefined;
  /** What a party is called in a sentence. */
  nameOf(id: number | undefined): string;
  leg(number: number | undefined): LegDocument | undefined;
  /** The RTP stream that `frame` is of, if it is of one. */
  stream(frame: number): StreamDocument | undefined;
  /** How often a message was sent again, by its number. */
  resent(message: number): number;
}

/** The index of `document`. */
export function indexCall(document: CallDocument): CallIndex {
  const items = itemsOf(document);
  const frames = new Map(items.map((item) => [item.frame, item]));
  const messages = new Map(document.messages.map((message) => [message.number, message]));
  const parties = new Map(document.parties.map((party) => [party.id, party]));
  const resent = new Map<number, number>();
  for (const { resendOf } of document.messages) {
    if (resendOf !== undefined) resent.set(resendOf, (resent.get(resendOf) ?? 0) + 1);
  }
  return {
    items,
    itemOf: (frame) => (frame === undefined ? undefined : frames.get(frame)),
    message: (number) => (number === undefined ? undefined : messages.get(number)),
    party: (id) => (id === undefined ? undefined : parties.get(id)),
    nameOf: (id) => (id === undefined ? 'both ends' : nameOf(parties.get(id), id)),
    leg: (number) => document.legs.find((leg) => leg.number === number),
    stream: (frame) =>
      document.streams.find(
        ({ firstFrame, lastFrame, gaps, events, report }) =>
          frame === firstFrame ||
          frame === lastFrame ||
          frame === report?.frame ||
          [...gaps, ...events].some((one) => one.frame === frame),
      ),
    resent: (message) => resent.get(message) ?? 0,
  };
}

/** Whether `item` belongs to what `choice` names. */
export function isIn(item: CallItem, choice: LaneChoice): boolean {
  switch (item.kind) {
    case 'message':
      return item.of.labels.some(
        (label) => label.lane === choice.lane && label.number === choice.number,
      );
    case 'step':
      return (
        item.of.change.label?.lane === choice.lane && item.of.change.label.number === choice.number
      );
    case 'note':
      return choice.lane === 'S' && item.of.session === choice.number;
  }
}

function nameOf(party: PartyDocument | undefined, id: number): string {
  return party?.name ?? party?.addresses[0] ?? `party ${id}`;
}

function itemsOf({ messages, steps, notes }: CallDocument): readonly CallItem[] {
  return [
    ...messages.map((of) => ({ kind: 'message', frame: of.frame, at: of.at, of }) as const),
    ...steps.map((of) => ({ kind: 'step', frame: of.frame, at: of.at, of }) as const),
    ...notes.map((of) => ({ kind: 'note', frame: of.frame, at: of.at, of }) as const),
  ].toSorted((a, b) => a.at - b.at || a.frame - b.frame);
}
