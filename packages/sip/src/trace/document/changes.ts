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

/** The recorded machines of one item of a lane, in the order of their first steps. */
export function machinesOf(
  item: Label,
  changes: readonly Change[],
  parties: PartyList,
): readonly MachineDocument[] {
  const machines = new Map<string, Change[]>();
  for (const change of changes) {
    if (change.label !== item || change.machine === undefined) continue;
    const steps = machines.get(change.machine.key) ?? [];
    machines.set(change.machine.key, steps);
    steps.push(change);
  }
  return [...machines.values()].flatMap((steps) => {
    steps.sort((one, other) => one.at - other.at);
    const [first] = steps;
    if (first?.machine?.figure === undefined) return [];
    const [endpoint] = first.endpoints;
    return {
      party: endpoint === undefined ? undefined : parties.named(endpoint),
      figure: first.machine.figure,
      source: 'recorded' as const,
      states: statesOf(steps),
      timers: timersOf(steps),
    };
  });
}
