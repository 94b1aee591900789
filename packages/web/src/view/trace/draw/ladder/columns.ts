// Where the parties' lines of a ladder stand, and how far each leg reaches.
import { visibleText } from '../part/shown-text.ts';
import type { CallDocument, LegDocument, PartyDocument } from '@offhook/sip/trace';

/** Lines of parties, in CSS pixels. */
export interface Wires {
  readonly width: number;
  readonly parties: readonly { readonly party: PartyDocument; readonly x: number }[];
  readonly legs: readonly {
    readonly leg: LegDocument;
    readonly from: number;
    readonly to: number;
  }[];
  /** Room for a party's name. */
  readonly room: number;
  /** Neighbours have their names on two lines, as there is too little room beside each other. */
  readonly isStaggered: boolean;
  x(party: number): number;
}

/** Puts the parties of `document` side by side in `width` CSS pixels. */
export function layWires(document: CallDocument, width: number): Wires {
  const { parties } = document;
  // Names of the outermost have room beside their lines; the rest is for the arrows.
  const margin = Math.min(84, width / (2 * Math.max(1, parties.length)));
  const room = parties.length < 2 ? width : (width - 2 * margin) / (parties.length - 1);
  const placed = parties.map((party, at) => ({
    party,
    x: Math.round(parties.length < 2 ? width / 2 : margin + at * room) + 0.5,
  }));
  const x = (id: number): number => placed.find(({ party }) => party.id === id)?.x ?? 0;
  const legs = document.legs.flatMap((leg) => {
    const ends = document.messages
      .filter((message) => message.leg === leg.number)
      .flatMap(({ from, to }) => [x(from), x(to)]);
    return ends.length === 0
      ? []
      : [{ leg, from: Math.min(...new Set(ends)), to: Math.max(...new Set(ends)) }];
  });
  const beside = Math.min(room, 2 * margin);
  const isStaggered = parties.length > 2 && beside < roomy;
  return {
    ...{ width, parties: placed, legs, x, isStaggered },
    room: isStaggered ? Math.min(2 * beside, most) : beside,
  };
}

/** Room that most names and addresses need, and more than any of them gets, in CSS pixels. */
const roomy = 108;
const most = 168;

/** Where `text` stands, at `letter` pixels each: around `middle`, and within the row where it is longer than its arrow. */
export function textAt(
  text: string,
  middle: number,
  { width }: Wires,
  letter: number,
): { readonly x: number; readonly text: string } {
  const shown = fitting(text, width - 4, letter);
  const half = Math.min((shown.length * letter) / 2, width / 2 - 2);
  return { x: Math.max(half + 2, Math.min(width - half - 2, middle)), text: shown };
}

/** As much of `whole`, a text of others, as has room in `width` CSS pixels, at `letter` pixels each. */
export function fitting(whole: string, width: number, letter: number): string {
  const text = visibleText(whole);
  const most = Math.floor(width / letter);
  if (text.length <= most) return text;
  return most < 2 ? '' : `${text.slice(0, most - 1)}…`;
}
