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
  return { width, parties: placed, legs, room: Math.min(room, 2 * margin), x };
}

/** As much of `whole`, a text of others, as has room in `width` CSS pixels, at `letter` pixels each. */
export function fitting(whole: string, width: number, letter: number): string {
  const text = visibleText(whole);
  const most = Math.floor(width / letter);
  if (text.length <= most) return text;
  return most < 2 ? '' : `${text.slice(0, most - 1)}…`;
}
