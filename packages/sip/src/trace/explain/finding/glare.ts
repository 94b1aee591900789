// Fault 16: both sides change the call at the same time, and refuse each other with 491 (RFC 3261 §14.1, §14.2).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { FindingParts, Rule } from '../found.ts';
import { modificationsOf } from '../modification.ts';
import type { Modification } from '../modification.ts';
import { count, say, time } from '../say.ts';

/** Re-INVITE glare. */
export const glare: Rule = (facts) => {
  const changes = modificationsOf(facts);
  const dialogs = new Set(changes.map(({ dialog }) => dialog));
  return [...dialogs].flatMap((dialog) =>
    glareIn(
      facts,
      changes.filter((change) => change.dialog === dialog),
    ),
  );
};

function glareIn(facts: CallFacts, changes: readonly Modification[]): readonly Finding[] {
  const refused = changes.filter(({ transaction }) => transaction.status === 491);
  const [first] = refused;
  const last = refused.at(-1);
  if (first === undefined || last === undefined) return [];
  const { dialog } = first;
  const sides = new Set(refused.map(({ side }) => side));
  const owner = 0;
  const names = [0, 1].map((side) => facts.name(dialog.row.ends[side === 0 ? 0 : 1].party));
  const [one = '', other = ''] = names;
  // RFC 3261 §14.1: each side that was refused tries again, and gets through.
  const solved = [...sides].every((side) =>
    changes.some(
      ({ transaction, request, side: by }) =>
        by === side &&
        request.number > (refused.findLast((each) => each.side === side)?.request.number ?? 0) &&
        transaction.status !== undefined &&
        transaction.status < 300,
    ),
  );
  const waits = refused.flatMap((each) => {
    const again = changes.find(
      ({ side, request }) => side === each.side && request.number > each.request.number,
    );
    const at = each.transaction.final?.at ?? each.request.at;
    return again === undefined
      ? []
      : [{ side: each.side, wait: again.request.at - at, proof: again.request }];
  });
  const early = waits.filter(({ side, wait }) => side === owner && (wait < 2050 || wait > 4100));
  const late = waits.filter(({ side, wait }) => side !== owner && wait > 2050);
  const waited = waits.map(
    ({ side, wait }) => `${names[side] ?? ''} tried again after ${time(wait)}`,
  );
  const parts: FindingParts = {
    rule: 'glare',
    title: solved ? 'Glare, got over' : 'Re-INVITE glare',
    happened: say(
      `${one} and ${other} changed the call at the same time: ${count(refused.length, 'request')} got 491 Request Pending${waited.length === 0 ? ', and nobody tried again' : `, ${waited.slice(0, 4).join(', ')}`}.`,
      refused.flatMap(({ request, transaction }) => [request, ...transaction.finals]),
      waits.map(({ proof }) => proof),
    ),
    why: say(
      waits.length === 0
        ? `Only one offer can be open at a time; after 491 the owner of the Call-ID (${one}) waits 2.1 to 4 s and the other (${other}) 0 to 2 s before the next try, and no next try came.`
        : early.length + late.length > 0
          ? `After 491 the owner of the Call-ID (${one}) has to wait 2.1 to 4 s and the other (${other}) 0 to 2 s, so that they do not meet again; ${[...early, ...late].map(({ side, wait }) => `${names[side] ?? ''} waited ${time(wait)}`).join(' and ')}.`
          : `Only one offer can be open at a time; both kept to their time (${one} 2.1 to 4 s, ${other} 0 to 2 s).`,
      refused.map(({ transaction }) => transaction.final),
      waits.map(({ proof }) => proof),
    ),
    whose: say(
      solved
        ? 'Nobody: the rules for this case were kept and the call went on.'
        : early.length > 0
          ? `${one}, who does not keep to its time.`
          : late.length > 0
            ? `${other}, who does not keep to its time.`
            : waits.length === 0
              ? `${[...sides].map((side) => names[side]).join(' and ')}, who gave up.`
              : 'Both.',
      refused.map(({ request }) => request),
    ),
    todo: say(
      solved
        ? 'Nothing.'
        : `Have ${[...sides].map((side) => names[side]).join(' and ')} try again after 491, each in its own time window.`,
      last.transaction.final,
    ),
    party: solved ? undefined : last.transaction.client,
    certainty: facts.certainty(last.transaction.client, last.transaction.server),
    section: 'RFC 3261 §14.1',
    about: facts.about(...refused.map(({ transaction }) => transaction)),
    weight: 68,
  };
  return [solved ? remark({ ...parts, weight: 15 }) : fault({ ...parts, fault: 16 })];
}
