// Faults 23 and 24: a transfer that was accepted and then failed, or of which nothing was heard again (RFC 3515 §2.4).
import { referTo } from '../../../message/header/refer-to.ts';
import { event } from '../../../message/header/event.ts';
import { formatUri } from '../../../message/uri.ts';
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import type { SeenMessage } from '../seen-message.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { quoted, say, time } from '../say.ts';

/** How soon the first NOTIFY has to come after the 202, in milliseconds. */
const soon = 5000;

/** A REFER that was accepted, with the NOTIFYs that it got. */
interface Transfer {
  readonly refer: SeenTransaction;
  readonly request: SeenMessage;
  readonly accepted: SeenMessage;
  readonly target: string;
  readonly notices: readonly {
    readonly seen: SeenMessage;
    readonly status: number;
    readonly line: string;
  }[];
}

/** REFER accepted, transfer failed by NOTIFY. */
export const transferFailed: Rule = (facts) =>
  transfersOf(facts).flatMap((transfer) => failed(facts, transfer));

/** REFER accepted, no NOTIFY. */
export const transferNoNotify: Rule = (facts) =>
  transfersOf(facts).flatMap((transfer) => silent(facts, transfer));

function transfersOf(facts: CallFacts): readonly Transfer[] {
  return facts.roots('REFER').flatMap((refer): readonly Transfer[] => {
    const { request, final, status } = refer;
    if (request?.request === undefined || final === undefined) return [];
    if (status === undefined || status >= 300) return [];
    const to = request.request.get(referTo);
    const target = to === undefined ? 'somebody' : quoted(formatUri(to.uri).replace(/[?].*/, ''));
    return [{ refer, request, accepted: final, target, notices: noticesOf(facts, refer) }];
  });
}

// RFC 3515 §2.4.4: NOTIFY comes in the dialog of the REFER, perhaps before its 202.
function noticesOf(
  facts: CallFacts,
  { request, row, final }: SeenTransaction,
): Transfer['notices'] {
  const tags = new Set([request?.message?.fromTag, final?.message?.toTag]);
  return facts.roots('NOTIFY').flatMap(({ request: notify }) => {
    const message = notify?.request;
    if (notify === undefined || message === undefined || notify.row.leg !== row.leg) return [];
    if (notify.at < (request?.at ?? 0) || !tags.has(message.fromTag)) return [];
    if (message.get(event)?.value.toLowerCase() !== 'refer') return [];
    const [, status = '100', words = ''] =
      /^\s*SIP\/2\.0 (\d{3}) ?([^\r\n]*)/.exec(message.bodyText) ?? [];
    return [{ seen: notify, status: Number(status), line: `${status} ${words}`.trim() }];
  });
}

function failed(
  facts: CallFacts,
  { refer, request, accepted, target, notices }: Transfer,
): readonly Finding[] {
  const last = notices.findLast(({ status }) => status >= 200);
  if (last === undefined || last.status < 300) return [];
  const [one, other] = [facts.name(refer.client), facts.name(refer.origin.server)];
  return [
    fault({
      rule: 'transfer-failed',
      fault: 23,
      title: 'Transfer failed',
      happened: say(
        `${one} asked ${other} to call ${target}, ${other} accepted with ${accepted.row.title} and told ${time(last.seen.at - accepted.at)} later that it came to ${quoted(last.line)}.`,
        request,
        accepted,
        last.seen,
      ),
      why: say(
        `202 only says that ${other} will try; the body of its NOTIFY says ${quoted(last.line)}, which is what ${target} answered.`,
        accepted,
        last.seen,
      ),
      whose: say(`The side of ${target}.`, last.seen),
      todo: say(
        `Call ${target} directly and see why it answers ${quoted(last.line)}; until then ${one} can take the call back, since it is still up.`,
        last.seen,
      ),
      certainty: facts.certainty(refer.client, refer.origin.server),
      section: 'RFC 3515 §2.4.5',
      about: facts.about(refer, facts.transactionOf(last.seen)),
      weight: 75,
    }),
  ];
}

function silent(
  facts: CallFacts,
  { refer, request, accepted, target, notices }: Transfer,
): readonly Finding[] {
  if (notices.length > 0) return [];
  // RFC 4488 §4: without a subscription nobody reports.
  const unwanted = [request, accepted].some(
    ({ message }) =>
      message?.rows('Refer-Sub')[0]?.trim().toLowerCase().startsWith('false') === true,
  );
  // Once its dialog is over nobody listens.
  const end = facts
    .roots('BYE')
    .find(
      ({ request: bye }) =>
        bye !== undefined && bye.row.leg === request.row.leg && bye.at > accepted.at,
    )?.request;
  const waited = (end?.at ?? facts.endedAt) - accepted.at;
  if (unwanted || waited < soon) return [];
  const [one, other] = [facts.name(refer.client), facts.name(refer.origin.server)];
  return [
    fault({
      rule: 'transfer-no-notify',
      fault: 24,
      title: 'Transfer accepted, no NOTIFY',
      happened: say(
        `${one} asked ${other} to call ${target}, ${other} accepted with ${accepted.row.title}, and no NOTIFY came in the ${time(waited)} after it.`,
        request,
        accepted,
        end ?? facts.messages.at(-1),
      ),
      why: say(
        `Who accepts REFER has to send a NOTIFY at once and another with the result; without them ${one} does not know whether it may hang up.`,
        accepted,
      ),
      whose: say(`${other}, or the way from ${other} to ${one}.`, accepted),
      todo: say(
        `Capture at ${other} to see whether a NOTIFY leaves and where it goes; else update ${other}.`,
        accepted,
      ),
      party: refer.origin.server,
      certainty: facts.certainty(refer.client, refer.origin.server),
      section: 'RFC 3515 §2.4.4',
      about: facts.about(refer),
      weight: 75,
    }),
  ];
}
