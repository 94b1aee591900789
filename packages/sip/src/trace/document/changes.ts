// Steps as a document tells them, and the machines that took them.
import { sectionOf } from '../replay/sections.ts';
import type { Change, Label } from '../correlate/labelled.ts';
import type { ChangeDocument, MachineDocument } from './document.ts';
import type { LaneNumbers } from './lane-numbers.ts';
import type { PartyList } from './party-list.ts';
import { statesOf, timersOf } from './spans.ts';

/** One change as plain data. */
export function changeDocument(
  change: Change,
  lanes: LaneNumbers,
  parties: PartyList,
): ChangeDocument {
  const [endpoint] = change.endpoints;
  return {
    label: change.label === undefined ? undefined : lanes.label(change.label),
    figure: change.machine?.figure,
    subject: change.subject,
    party: endpoint === undefined ? undefined : parties.named(endpoint),
    event: change.event,
    before: change.before,
    after: change.after,
    actions: change.actions,
    section:
      change.machine?.figure === undefined
        ? undefined
        : sectionOf(change.machine.figure, change.event, change.before),
    timers: change.timers,
    started: change.started,
    stray: change.stray,
    source: change.source,
  };
}

/**
 * The recorded machines of one item of a lane, or of none, in the order of their first steps. A subscription has no dialog
 * before its first NOTIFY, and is its dialog's all the same.
 */
export function machinesOf(
  item: Label | undefined,
  changes: readonly Change[],
  parties: PartyList,
): readonly MachineDocument[] {
  const machines = new Map<string, Change[]>();
  const others = new Set<string>();
  for (const { label, machine } of changes) {
    if (machine === undefined) continue;
    if (label === item) machines.set(machine.key, []);
    else if (label !== undefined) others.add(machine.key);
  }
  for (const change of changes) {
    const { label, machine } = change;
    if (machine === undefined || (label !== item && label !== undefined)) continue;
    if (item !== undefined || !others.has(machine.key)) machines.get(machine.key)?.push(change);
  }
  return [...machines.values()].flatMap((steps) => {
    const taken = inTurn(steps);
    const [first] = taken;
    if (first?.machine?.figure === undefined) return [];
    const [endpoint] = first.endpoints;
    return {
      party: endpoint === undefined ? undefined : parties.named(endpoint),
      figure: first.machine.figure,
      source: 'recorded' as const,
      states: statesOf(taken),
      timers: timersOf(taken),
    };
  });
}

/** In the order of time; of one moment each goes on where the one before it ended, whatever messages they stand at. */
function inTurn(steps: readonly Change[]): readonly Change[] {
  const left = steps.toSorted((one, other) => one.at - other.at);
  const taken: Change[] = [];
  while (left.length > 0) {
    const later = left.findIndex(({ at }) => at !== left[0]?.at);
    const now = left.slice(0, later < 0 ? undefined : later);
    const state = taken.at(-1)?.after;
    const goesOn = now.findIndex(({ before }) => before === state);
    const begins = now.findIndex(({ before }) => now.every(({ after }) => after !== before));
    taken.push(...left.splice(goesOn >= 0 ? goesOn : Math.max(begins, 0), 1));
  }
  return taken;
}
