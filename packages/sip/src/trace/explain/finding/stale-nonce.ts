// Fault 4: right credentials with a nonce that is too old, over and over (RFC 7616 §3.3).
import type { Finding } from '../explanation.ts';
import { sinceSuccess, triesOf } from '../credentials.ts';
import type { Try } from '../credentials.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { FindingParts, Rule } from '../found.ts';
import { quoted, say, times } from '../say.ts';

/** Stale nonce. */
export const staleNonce: Rule = (facts) => triesOf(facts).flatMap((tries) => staleIn(facts, tries));

function staleIn(facts: CallFacts, tries: readonly Try[]): readonly Finding[] {
  const open = sinceSuccess(tries);
  const lasting = open.filter((one) => one.stale);
  // Each nonce grows old: what was renewed, or may yet be, is no trouble.
  const solved = lasting.length === 0 || (open.length < tries.length && lasting.length < 2);
  const stale = solved ? tries.filter((one) => one.stale) : lasting;
  const last = stale.at(-1);
  if (last === undefined) return [];
  const { transaction, final, challenge } = last;
  const [asker, asked] = [
    facts.name(transaction.root.client),
    facts.name(transaction.origin.server),
  ];
  const sign = challenge?.parameters.has('stale') === true ? 'stale=true' : quoted(final.row.title);
  const cause = solved ? renewed(sign) : causeOf({ stale, sign, asker, asked });
  const parts: FindingParts = {
    rule: 'stale-nonce',
    title: solved ? 'Nonce renewed' : 'Stale nonce',
    happened: say(
      `${asked} refused the credentials of ${asker} ${times(stale.length)} with ${quoted(final.row.title)} because their nonce was too old${solved ? ', and took others' : ''}.`,
      stale.flatMap(({ request, final: answer }) => [request, answer]),
    ),
    why: say(
      cause.why,
      stale.map((one) => one.final),
    ),
    whose: say(cause.whose, final),
    todo: say(cause.todo, final),
    party:
      cause.wanted !== undefined
        ? undefined
        : cause.isServers
          ? transaction.origin.server
          : transaction.root.client,
    certainty:
      cause.wanted === undefined
        ? facts.certainty(transaction.root.client, transaction.origin.server)
        : 'cannot tell from here',
    wanted: cause.wanted,
    section: 'RFC 7616 §3.3',
    about: facts.about(...tries.map((one) => one.transaction)),
    weight: solved ? 5 : 86,
  };
  return [solved ? remark(parts) : fault({ ...parts, fault: 4 })];
}

interface Cause {
  readonly why: string;
  readonly whose: string;
  readonly todo: string;
  readonly isServers: boolean;
  /** What would tell more; with it the cause is not certain. */
  readonly wanted?: string;
}

function renewed(sign: string): Cause {
  return {
    why: `${sign} says that the password is right and only the nonce has to be taken from the new challenge.`,
    whose: 'Nobody: this is how nonces are renewed.',
    todo: 'Nothing.',
    isServers: false,
  };
}

function causeOf(about: {
  readonly stale: readonly Try[];
  readonly sign: string;
  readonly asker: string;
  readonly asked: string;
}): Cause {
  const { stale, sign, asker, asked } = about;
  // RFC 7616 §3.4: a nonce that was used before counts higher than 1.
  const counts = stale.map(({ credentials }) => credentials?.parameters.get('nc'));
  const reuses = stale.length > 1 && Number.parseInt(counts.at(-1) ?? '1', 16) > 1;
  const isFresh = stale.length > 1 && counts.every((text) => text !== undefined);
  if (isFresh && !reuses)
    return {
      why: `${sign} says that the password is right, and ${asker} takes the new nonce each time (nc 1), yet it is too old when it comes back.`,
      whose: `${asked}, whose nonces live too short or are not known to all of its nodes.`,
      todo: `Let nonces of ${asked} live longer, and let all its nodes share the key that makes them.`,
      isServers: true,
    };
  const [one, two] = [stale.at(-2), stale.at(-1)];
  if (!reuses && one !== undefined && two !== undefined)
    return {
      why: `${sign} says that the password is right; either ${asker} answered the challenge of frame ${one.final.frame} with an older nonce, or ${asked} lets its nonces die at once.`,
      whose: `${asker} or ${asked}: nonces are masked here, so it cannot be seen which one came back.`,
      todo: `Compare, in the capture itself, the nonce of frame ${two.request.frame} with that of frame ${one.final.frame}: if they differ ${asker} is to be mended, else ${asked}.`,
      isServers: false,
      wanted: `The nonces of frames ${one.final.frame} and ${two.request.frame}, which are masked here.`,
    };
  return {
    why: reuses
      ? `${sign} says that the password is right, but ${asker} counts the old nonce on (nc above 1) instead of taking the new one.`
      : `${sign} says that the password is right, but no answer with the nonce of the new challenge was taken.`,
    whose: `${asker}, who does not answer with the new nonce.`,
    todo: `Update ${asker}: it has to compute its answer anew from the nonce in that challenge.`,
    isServers: false,
  };
}
