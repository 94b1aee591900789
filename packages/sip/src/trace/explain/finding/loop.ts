// Fault 30: a request that goes in circles, refused with 482 or 483 (RFC 3261 §16.3, §21.4.20, §21.4.21).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { listed, quoted, say } from '../say.ts';

/** So many rounds of the same request over one party are a loop even before anybody says so. */
const telling = 5;

/** Loop, Max-Forwards 483. */
export const loop: Rule = (facts) =>
  facts
    .roots()
    .filter(({ method }) => method !== 'CANCEL')
    .flatMap((transaction) => circle(facts, transaction));

function circle(facts: CallFacts, transaction: SeenTransaction): readonly Finding[] {
  const { request, final, status, method, client, origin } = transaction;
  if (request === undefined) return [];
  const refused = status === 482 || status === 483;
  if (refused && facts.successAfter(transaction) !== undefined) return [];
  const hops = hopsOf(transaction);
  const rounds = new Map<number, number>();
  for (const { server } of hops)
    if (server !== undefined) rounds.set(server, (rounds.get(server) ?? 0) + 1);
  const [busiest] = [...rounds].toSorted(([, a], [, b]) => b - a);
  const most = busiest?.[1] ?? 0;
  if (!refused && (most < telling || (status !== undefined && status < 300))) return [];
  const circling = [...rounds].filter(([, count]) => count > 1).map(([party]) => facts.name(party));
  const [asker, refuser] = [facts.name(client), facts.name(origin.server)];
  const left = request.request?.maxForwards;
  const isShort = circling.length === 0 && left !== undefined && left <= 10;
  const requests = hops.map((hop) => hop.request).filter((seen) => seen !== undefined);
  return [
    fault({
      rule: 'loop',
      fault: 30,
      title: status === 482 ? '482: loop' : status === 483 ? '483: too many hops' : 'Loop',
      happened: say(
        `The ${method} of ${asker} ${circling.length > 0 ? `passed ${facts.name(busiest?.[0])} ${most} times` : 'went over too many hops'}${final === undefined ? ' and got no answer' : ` and ended with ${quoted(final.row.title)} from ${refuser}`}.`,
        requests.slice(0, 16),
        final,
      ),
      why: isShort
        ? say(
            `${asker} sent it with Max-Forwards ${left}, which is too few for the way; 70 is usual.`,
            request,
            final,
          )
        : circling.length > 0
          ? say(
              `${listed(circling)} ${circling.length === 1 ? 'sends the request to itself and takes' : 'send it to each other and take'} one from Max-Forwards each time, until none is left.`,
              requests.slice(0, 16),
            )
          : say(
              `Servers behind ${facts.name(transaction.server)} pass the request round until Max-Forwards (${left ?? 'absent'} at this point) is used up.`,
              request,
              final,
            ),
      whose: isShort
        ? say(`${asker}.`, request)
        : say(
            circling.length > 0
              ? `The routes of ${listed(circling)}.`
              : `The routes of ${refuser} and the servers around it.`,
            requests.slice(0, 4),
            final,
          ),
      todo: isShort
        ? say(`Have ${asker} begin with Max-Forwards 70.`, request)
        : say(
            `Look up where ${circling[0] ?? refuser} sends ${targetOf(transaction)}: the rule leads back to where the request came from.`,
            requests.slice(0, 4),
            final,
          ),
      party: isShort ? client : busiest !== undefined && most > 1 ? busiest[0] : origin.server,
      certainty: facts.certainty(origin.server, client),
      section: status === 482 ? 'RFC 3261 §21.4.20' : 'RFC 3261 §21.4.21',
      about: facts.about(transaction, origin),
      weight: 89,
    }),
  ];
}

// All hops of a request, each fork of it; as many as a document can hold.
function hopsOf(transaction: SeenTransaction): readonly SeenTransaction[] {
  const all: SeenTransaction[] = [];
  const waiting = [transaction];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    all.push(next);
    waiting.push(...next.downstream);
  }
  return all.toSorted((a, b) => (a.request?.number ?? 0) - (b.request?.number ?? 0));
}

function targetOf({ request }: SeenTransaction): string {
  const line = request?.row.firstLine.split(' ')[1];
  return line === undefined ? 'this address' : quoted(line);
}
