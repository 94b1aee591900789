// Fault 16: both sides change the call at the same time, and refuse each other with 491 (RFC 3261 §14.1, §14.2).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { FindingParts, Rule } from '../found.ts';
import { modificationsOf } from '../modification.ts';
import type { Modification } from '../modification.ts';
import type { Side } from '../seen-dialog.ts';
import type { SeenMessage } from '../seen-message.ts';
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

/** What became of the glare of one dialog. */
interface Glare {
  readonly refused: readonly Modification[];
  /** Names of the two sides, the owner of the Call-ID first. */
  readonly names: readonly [string, string];
  readonly tries: readonly Try[];
  /** True when each side that was refused got through with a later try. */
  readonly solved: boolean;
  /** A try that was refused though the other side had nothing open of its own. */
  readonly groundless: Modification | undefined;
}

/** The next try after a 491: how long after it, in milliseconds. */
interface Try {
  readonly side: Side;
  readonly wait: number;
  readonly request: SeenMessage;
}

function glareIn(facts: CallFacts, changes: readonly Modification[]): readonly Finding[] {
  const refused = changes.filter(({ transaction }) => transaction.status === 491);
  const last = refused.at(-1);
  if (last === undefined) return [];
  const { dialog, transaction } = last;
  const names = [facts.name(dialog.party(0)), facts.name(dialog.party(1))] as const;
  const tries = refused.flatMap((each) => nextTry(each, changes));
  const solved = refused.every((each) => isThrough(each, changes));
  const groundless = refused.slice(1).find((each) => !isCrossed(each, changes));
  const cause = causeOf({ refused, names, tries, solved, groundless });
  const finals = refused.map((each) => each.transaction.final);
  const requests = tries.map(({ request }) => request);
  const waited = tries.map(({ side, wait }) => `${names[side]} tried again after ${time(wait)}`);
  const parts: FindingParts = {
    rule: 'glare',
    title: solved ? 'Glare, got over' : 'Re-INVITE glare',
    happened: say(
      `${names.join(' and ')} changed the call at the same time: ${count(refused.length, 'request')} got 491 Request Pending${waited.length === 0 ? ', and nobody tried again' : `, ${waited.slice(0, 4).join(', ')}`}.`,
      refused.map(({ request }) => request),
      finals,
      requests,
    ),
    why: say(cause.why, finals, requests),
    whose: say(
      cause.whose,
      refused.map(({ request }) => request),
    ),
    todo: say(cause.todo, transaction.final),
    party: solved ? undefined : (groundless?.transaction.server ?? transaction.client),
    certainty: facts.certainty(transaction.client, transaction.server),
    section: 'RFC 3261 §14.1',
    about: facts.about(...refused.map((each) => each.transaction)),
    weight: 68,
  };
  return [solved ? remark({ ...parts, weight: 15 }) : fault({ ...parts, fault: 16 })];
}

function nextTry(refused: Modification, changes: readonly Modification[]): readonly Try[] {
  const { side, request, transaction } = refused;
  const next = changes.find(
    (other) => other.side === side && other.request.number > request.number,
  );
  if (next === undefined) return [];
  const wait = next.request.at - (transaction.final?.at ?? request.at);
  return [{ side, wait, request: next.request }];
}

function isThrough(refused: Modification, changes: readonly Modification[]): boolean {
  return changes.some(
    ({ transaction, request, side }) =>
      side === refused.side &&
      request.number > refused.request.number &&
      transaction.status !== undefined &&
      transaction.status < 300,
  );
}

function isCrossed(refused: Modification, changes: readonly Modification[]): boolean {
  return changes.some(
    ({ side, request, transaction }) =>
      side !== refused.side &&
      request.at < (refused.transaction.final?.at ?? 0) &&
      (transaction.final?.at ?? Infinity) > refused.request.at,
  );
}

/** What the sentences say of why, whose side and what to do. */
function causeOf({ refused, names, tries, solved, groundless }: Glare): {
  readonly why: string;
  readonly whose: string;
  readonly todo: string;
} {
  const [owner, other] = names;
  const times = `${owner}, who owns the Call-ID, waits 2.1 to 4 s and ${other} 0 to 2 s`;
  const sides = [...new Set(refused.map(({ side }) => names[side]))].join(' and ');
  if (solved)
    return {
      why: `Only one offer can be open at a time; after 491 ${times}, and so it went.`,
      whose: 'Nobody: the rules for this case were kept and the call went on.',
      todo: 'Nothing.',
    };
  const impatient = tries.filter(({ side, wait }) =>
    side === 0 ? wait < 2050 || wait > 4100 : wait > 2050,
  );
  if (impatient.length > 0) {
    const who = [...new Set(impatient.map(({ side }) => names[side]))].join(' and ');
    return {
      why: `After 491 ${times}, so that they do not meet again; ${impatient.map(({ side, wait }) => `${names[side]} waited ${time(wait)}`).join(' and ')}.`,
      whose: `${who}, who does not keep to the time.`,
      todo: `Have ${who} wait as long as its side has to after 491.`,
    };
  }
  if (groundless !== undefined) {
    const refuser = names[groundless.side === 0 ? 1 : 0];
    return {
      why: `Only one offer can be open at a time, but the try of frame ${groundless.request.frame} was refused while ${refuser} had no change of its own open.`,
      whose: `${refuser}, who refuses without a reason.`,
      todo: `See why ${refuser} still says 491 in frame ${groundless.transaction.final?.frame ?? 0}: its own request was over by then.`,
    };
  }
  return {
    why: `Only one offer can be open at a time; after 491 ${times} before the next try${tries.length === 0 ? ', and no next try came' : ', and they met again'}.`,
    whose: tries.length === 0 ? `${sides}, who gave up.` : 'Both.',
    todo: `Have ${sides} try again after 491, each in its own time.`,
  };
}
