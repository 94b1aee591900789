// Fault 3: credentials that are asked for again and again, refused, or not given at all (RFC 3261 §22.2, §22.3).
import type { Finding } from '../explanation.ts';
import { isAsked, sinceSuccess, triesOf } from '../credentials.ts';
import type { Try } from '../credentials.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { FindingParts, Rule } from '../found.ts';
import { addressKey } from '../../stream/place.ts';
import { count, quoted, say, times } from '../say.ts';
import { challengePatience } from '../patience.ts';

/** 401 loop, wrong password. */
export const wrongPassword: Rule = (facts) =>
  triesOf(facts).flatMap((tries) => {
    const open = sinceSuccess(tries);
    // One refusal after a success is how many servers say that their nonce has changed, without stale=true.
    const wasLetIn = open.length < tries.length;
    return [
      ...(wasLetIn && open.filter(isRefused).length < 2 ? [] : refusedIn(facts, open)),
      ...(wasLetIn ? [] : silentIn(facts, open)),
    ];
  });

function isRefused({ refused, final, credentials }: Try): boolean {
  return refused || (final.status === 403 && credentials !== undefined);
}

function refusedIn(facts: CallFacts, tries: readonly Try[]): readonly Finding[] {
  const refused = tries.filter(isRefused);
  const [first] = refused;
  const last = refused.at(-1);
  if (first === undefined || last === undefined) return [];
  const { transaction, credentials, challenge, final } = last;
  const [asker, asked] = [
    facts.name(transaction.root.client),
    facts.name(transaction.origin.server),
  ];
  const user = credentials?.parameters.get('username');
  const realm = challenge?.parameters.get('realm') ?? credentials?.parameters.get('realm');
  const who = user === undefined ? 'its credentials' : `its credentials as "${quoted(user)}"`;
  const where = realm === undefined ? '' : ` for the realm "${quoted(realm)}"`;
  const method = transaction.method;
  return [
    fault({
      rule: 'wrong-password',
      fault: 3,
      title: refused.length > 1 ? `${final.status ?? 401} loop, wrong password` : 'Wrong password',
      happened: say(
        `${asker} sent ${method} with ${who}${where}${refused.length === 1 ? `, and ${asked} answered` : ` ${times(refused.length)}, and each time ${asked} answered`} ${quoted(final.row.title)}.`,
        refused.flatMap(({ request, final: answer }) => [request, answer]),
      ),
      why: say(
        final.status === 403
          ? `${asked} asked for credentials and then refused those that came, so user or password are wrong, or the user may not do this.`
          : `${asked} asks for the same realm again and does not call the nonce stale, so user, realm or password do not fit what it has stored.`,
        tries.filter(isAsked).map(({ final: answer }) => answer),
        final,
      ),
      whose: say(
        `The settings of ${asker}: user${user === undefined ? '' : ` "${quoted(user)}"`} and password have to be those that ${asked} knows.`,
        last.request,
      ),
      todo: say(
        `Set the password of ${user === undefined ? 'the account' : `"${quoted(user)}"`} anew on ${asker} and on ${asked}, and compare user name and realm letter by letter.`,
        last.request,
        final,
      ),
      party: transaction.root.client,
      certainty: facts.certainty(transaction.root.client, transaction.origin.server),
      section: final.status === 407 ? 'RFC 3261 §22.3' : 'RFC 3261 §22.2',
      about: facts.about(...tries.map((one) => one.transaction)),
      weight: 85,
    }),
  ];
}

// Asked for credentials, and none were given: the request failed as it stands.
function silentIn(facts: CallFacts, tries: readonly Try[]): readonly Finding[] {
  const last = tries.at(-1);
  if (last === undefined || !isAsked(last) || last.stale || last.refused) return [];
  if (last.transaction.method === 'OPTIONS') return [];
  const { transaction, credentials, challenge, final, request } = last;
  const { method } = transaction;
  const gaveUp = hasGivenUp(facts, last);
  const [asker, asked] = [
    facts.name(transaction.root.client),
    facts.name(transaction.origin.server),
  ];
  const realm = challenge?.parameters.get('realm') ?? '';
  const given = credentials?.parameters.get('realm');
  const others = tries.length - 1;
  const parts: FindingParts = {
    rule: 'wrong-password',
    ...(gaveUp ? { fault: 3 } : {}),
    title: 'Credentials asked for, none given',
    happened: say(
      `${asker} sent ${method}, ${asked} asked for credentials with ${final.row.title}, and ${asker} did not try again with them${gaveUp ? '' : ' as long as was looked'}${others === 0 ? '' : ` after ${count(others, 'earlier try', 'earlier tries')}`}.`,
      request,
      final,
    ),
    why: say(
      given === undefined
        ? `The challenge is for the realm "${quoted(realm)}", and ${asker} seems to have no credentials for it, or did not understand the challenge.`
        : `The challenge is for the realm "${quoted(realm)}", and ${asker} only has credentials for "${quoted(given)}".`,
      final,
      request,
    ),
    whose: say(`The settings of ${asker}.`, request),
    todo: say(
      `Give ${asker} the user and password for the realm "${quoted(realm)}", or have ${asked} let it in without.`,
      final,
    ),
    party: transaction.root.client,
    certainty: gaveUp ? facts.certainty(transaction.root.client) : 'cannot tell from here',
    ...(gaveUp
      ? {}
      : {
          wanted: `A capture that goes on for some seconds after the challenge of frame ${final.frame}.`,
        }),
    section: final.status === 407 ? 'RFC 3261 §22.3' : 'RFC 3261 §22.2',
    about: facts.about(...tries.map((one) => one.transaction)),
    weight: gaveUp ? 76 : 12,
  };
  return [gaveUp ? fault(parts) : remark(parts)];
}

// A challenge is answered at once; when the capture ends with it, nothing tells whether it was.
function hasGivenUp(facts: CallFacts, { request, final, transaction }: Try): boolean {
  if (facts.watchedUntil - final.at >= challengePatience) return true;
  const { source, destination } = request.row;
  const ends = new Set([addressKey(source), addressKey(destination)]);
  return facts.document.notes.some(
    (note) =>
      note.topic === 'flow' &&
      note.event === 'closed' &&
      note.at >= final.at &&
      note.party === transaction.root.client &&
      [note.source, note.destination].every(
        (end) => end !== undefined && ends.has(addressKey(end)),
      ),
  );
}
