// Fault 1: an INVITE that nobody answers at all, until its sender gives up (RFC 3261 §17.1.1.2).
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { FindingParts, Rule } from '../found.ts';
import { hungAfter } from '../patience.ts';
import { isToldAsResume } from './resume-cseq.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { after, count, say, time } from '../say.ts';

/** 64*T1, after which Timer B gives up, in milliseconds. */
const timerB = 32_000;
/** With so many repeats and no response nobody listens there, though the capture may end before Timer B. */
const telling = 3;

/** No answer to INVITE. */
export const noAnswer: Rule = (facts) =>
  facts.transactions
    .filter(({ method, row }) => method === 'INVITE' && row.messages.length > 0)
    .flatMap((invite) => silence(facts, invite));

function silence(facts: CallFacts, invite: SeenTransaction): readonly Finding[] {
  const { request, requests, provisionals, finals, client, server, downstream } = invite;
  if (request === undefined || provisionals.length > 0 || finals.length > 0) return [];
  if (downstream.length > 0) return [];
  const fired = facts
    .stepsOf('T', invite.number)
    .find(({ change }) => change.event === 'Timer B fires');
  // RFC 3261 §16.8: a proxy that gives up says so with 408.
  const above = invite.upstream === undefined ? undefined : invite.root.final;
  const proxyEnd = above?.status === 408 || above?.status === 504 ? above : undefined;
  const waited = (fired?.at ?? proxyEnd?.at ?? facts.watchedUntil) - request.at;
  const gaveUp =
    fired !== undefined || proxyEnd !== undefined || invite.fired('B') || waited >= timerB;
  const isHung = !/^UDP$/i.test(request.row.protocol) && waited >= hungAfter;
  if (!gaveUp && !isHung && requests.length <= telling) return [];
  const inside = request.request?.toTag !== undefined;
  if (inside && isToldAsResume(facts, invite)) return [];
  const [caller, callee] = [facts.name(client), facts.name(server)];
  const address = facts.party(server)?.addresses[0] ?? callee;
  const repeats = requests.length - 1;
  const sent =
    repeats === 0
      ? 'once'
      : `${requests.length} times within ${time((requests.at(-1)?.at ?? request.at) - request.at)}`;
  // Another branch, or another server, took the call.
  const { status = 0 } = invite.root;
  const wasTaken = (status >= 200 && status < 300) || facts.successAfter(invite.root) !== undefined;
  const parts: FindingParts = {
    rule: 'no-answer',
    ...(wasTaken ? {} : { fault: 1 }),
    title: inside ? 'No answer to re-INVITE' : 'No answer to INVITE',
    happened: say(
      `${caller} sent its ${inside ? 're-INVITE, a change of the call that is up,' : 'INVITE'} to ${callee} ${sent} and got no response of any kind${gaveUp ? `, so it gave up ${after(waited)}` : isHung ? `, for ${time(waited)}` : ''}.`,
      requests,
      fired,
      proxyEnd,
    ),
    why: say(
      `Not even a 100 Trying came back: nothing takes SIP at ${address} by ${request.row.protocol}, or what it sends does not arrive${isHung && !gaveUp ? `, or the program there hangs` : ''}${repeats === 0 ? '' : `; ${count(repeats, 'repeat')} did not help`}.`,
      requests,
    ),
    whose: say(
      `The side of ${callee}, or the network between ${caller} and ${callee}.`,
      request,
      requests.at(-1),
    ),
    todo: say(
      `Check that SIP runs at ${address}, and that firewalls and NAT let ${request.row.protocol} pass in both directions.`,
      request,
    ),
    party: server,
    certainty: fired?.change.source === 'recorded' ? 'recorded' : 'inferred',
    section: 'RFC 3261 §17.1.1.2',
    about: {
      messages: requests.map(({ number }) => number),
      transactions: [invite.number],
    },
    weight: wasTaken ? 14 : inside ? 58 : 80,
  };
  return [wasTaken ? remark(parts) : fault(parts)];
}
