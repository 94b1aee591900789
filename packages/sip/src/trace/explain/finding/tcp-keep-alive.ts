// Fault 32: a connection that was idle is dead without anybody knowing, so that what is sent on it is lost (RFC 5626 §4.4, §3.5).
import type { NoteDocument } from '../../document/document.ts';
import { hostKey } from '../../stream/place.ts';
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault } from '../found.ts';
import type { Rule } from '../found.ts';
import type { SeenMessage } from '../seen-message.ts';
import type { SeenTransaction } from '../seen-transaction.ts';
import { say, time } from '../say.ts';

/** A connection idle for so long may have been forgotten by a NAT; milliseconds. */
const idle = 15_000;
/** A reset so soon after a request is the answer to it. */
const soon = 5000;
/** A request without any response for so long did not arrive. */
const unanswered = 5000;

/** A connection that nobody kept alive. */
export const tcpKeepAlive: Rule = (facts) => {
  const told = facts.document.notes.filter(
    ({ topic, event, text }) =>
      topic === 'flow' && event === 'failed' && isConnection(text) && /keep-?alive/i.test(text),
  );
  const [note] = told;
  if (note !== undefined) return [recorded(facts, note)];
  const [request] = facts.transactions.flatMap((transaction) => judge(facts, transaction));
  if (request !== undefined) return [request];
  return facts.document.notes
    .filter(({ event }) => event === 'TCP unacknowledged')
    .flatMap((dead) => idleDeath(facts, dead))
    .slice(0, 1);
};

// What is sent between messages is a keep-alive: CRLF CRLF (RFC 5626 §3.5.1).
function idleDeath(facts: CallFacts, dead: NoteDocument): readonly Finding[] {
  const on = facts.messages.filter((message) => isOn(message, dead));
  const last = on.at(-1);
  if (last === undefined || last.at > dead.at) return [];
  const waits = last.method === 'ACK' ? undefined : facts.transactionOf(last);
  if (waits !== undefined && waits.finals.length === 0) return [];
  const [who, peer] = partiesOf(facts, last, dead);
  return [
    fault({
      rule: 'tcp-keep-alive',
      fault: 32,
      title: 'Keep-alive not acknowledged',
      happened: say(
        `${who} sent octets that are no message, as a keep-alive is, to ${peer} on a connection that had worked, and nothing acknowledged them: TCP repeated them in vain.`,
        last,
        dead,
      ),
      why: say(
        `Neither ${peer} nor its TCP reacts, so the connection is gone at the other end or in a NAT on the way.`,
        last,
        dead,
      ),
      whose: say(
        `The network between, or the other end; ${who} finds out by its keep-alive.`,
        dead,
      ),
      todo: say(
        `Send keep-alives more often than the NAT forgets, and let ${who} open its connection anew as soon as one is not answered; until then ${peer} cannot reach it.`,
        dead,
      ),
      party: undefined,
      certainty: facts.certainty(last.row.from, last.row.to),
      section: 'RFC 5626 §4.4.1',
      about: { messages: [last.number] },
      weight: 72,
    }),
  ];
}

function partiesOf(
  facts: CallFacts,
  { row }: SeenMessage,
  { source }: NoteDocument,
): readonly [string, string] {
  const isSender = source !== undefined && keyOf(row.source, row.source) === keyOf(source, source);
  const names = [facts.name(row.from), facts.name(row.to)] as const;
  return isSender ? names : [names[1], names[0]];
}

// A request on a connection that had carried messages before, was idle, and now gives nothing, or is reset.
function judge(facts: CallFacts, transaction: SeenTransaction): readonly Finding[] {
  const { request, provisionals, finals } = transaction;
  if (request === undefined || request.method === 'ACK') return [];
  if (!/^(?:TCP|TLS)$/i.test(request.row.protocol)) return [];
  if (provisionals.length > 0 || finals.length > 0) return [];
  const dead = facts.document.notes.find(
    (found) =>
      found.event === 'TCP unacknowledged' && found.at >= request.at && isOn(request, found),
  );
  if (dead !== undefined) return [unacknowledged(facts, transaction, request, dead)];
  const before = facts.messages.filter(
    (message) => message.at < request.at && isSameFlow(message, request),
  );
  const last = before.at(-1);
  if (last === undefined || request.at - last.at < idle) return [];
  const reset = facts.document.notes.find(
    (note) =>
      note.topic === 'flow' &&
      note.event !== 'opened' &&
      note.at >= request.at &&
      note.at - request.at < soon &&
      isOn(request, note),
  );
  const waited = facts.endedAt - request.at;
  const gaveUp = transaction.fired('F') || transaction.fired('B') || waited >= unanswered;
  if (reset === undefined && !gaveUp) return [];
  const [who, peer] = [facts.name(request.row.from), facts.name(request.row.to)];
  return [
    fault({
      rule: 'tcp-keep-alive',
      fault: 32,
      title: 'Idle connection was dead',
      happened: say(
        reset === undefined
          ? `${who} sent ${request.method} to ${peer} on a connection that had been idle for ${time(request.at - last.at)}, and nothing came back.`
          : `${who} sent ${request.method} to ${peer} on a connection that had been idle for ${time(request.at - last.at)}, and it was gone: ${reset.text}.`,
        last,
        request,
        reset,
      ),
      why: say(
        `The connection worked until ${time(request.at - last.at)} before, and no keep-alive held it open: a NAT, a firewall or the other end forgot it.`,
        last,
        request,
      ),
      whose: say(
        `The side that opened the connection: it has to send keep-alives, and to see when they are not answered.`,
        request,
      ),
      todo: say(
        `Switch keep-alives on (RFC 5626: CRLF every two minutes at the most, below the time-out of the NAT), and let the connection be opened anew when one is not answered.`,
        request,
      ),
      party: request.row.from,
      certainty: facts.certainty(request.row.from),
      section: 'RFC 5626 §4.4',
      about: { messages: [request.number], transactions: [transaction.number] },
      weight: 83,
    }),
  ];
}

// What TCP sends again and again without an acknowledgment: the connection is dead, and this end does not know it.
function unacknowledged(
  facts: CallFacts,
  transaction: SeenTransaction,
  request: SeenMessage,
  dead: NoteDocument,
): Finding {
  const [who, peer] = [facts.name(request.row.from), facts.name(request.row.to)];
  return fault({
    rule: 'tcp-keep-alive',
    fault: 32,
    title: 'Dead TCP connection',
    happened: say(
      `${who} sent ${request.method} to ${peer} on a connection that was open, and nothing acknowledged it: TCP repeated it in vain.`,
      request,
      dead,
    ),
    why: say(
      `Neither ${peer} nor its TCP reacts, so the connection is gone at the other end or in a NAT on the way, and ${who} was not told.`,
      request,
      dead,
    ),
    whose: say(`The network between, or the other end; ${who} could not know.`, request, dead),
    todo: say(
      `Switch keep-alives on (RFC 5626: CRLF every two minutes at the most, below the time-out of the NAT), and let the connection be opened anew when one is not answered.`,
      request,
    ),
    party: undefined,
    certainty: facts.certainty(request.row.from),
    section: 'RFC 5626 §4.4',
    about: { messages: [request.number], transactions: [transaction.number] },
    weight: 83,
  });
}

function recorded(facts: CallFacts, note: NoteDocument): Finding {
  const who = facts.name(note.party);
  const last = facts.messages.findLast((message) => message.at <= note.at && isOn(message, note));
  return fault({
    rule: 'tcp-keep-alive',
    fault: 32,
    title: 'Keep-alive not answered',
    happened: say(`${who} gave a connection up, because a keep-alive was not answered.`, note),
    why: say(
      `The other end, or a NAT in between, had forgotten the connection: ${note.text}.`,
      note,
      last,
    ),
    whose: say(`The network between, or the other end.`, note),
    todo: say(
      `Look for a time-out for idle connections on the way, and send keep-alives more often than it.`,
      note,
    ),
    party: note.party,
    certainty: facts.certainty(note.party),
    section: 'RFC 5626 §4.4',
    about: { messages: last === undefined ? [] : [last.number] },
    weight: 73,
  });
}

function isConnection(text: string): boolean {
  return /^(?:TCP|TLS|WSS?)\b/.test(text);
}

function isSameFlow({ row }: SeenMessage, other: SeenMessage): boolean {
  return keyOf(row.source, row.destination) === keyOf(other.row.source, other.row.destination);
}

function isOn({ row }: SeenMessage, { source, destination }: NoteDocument): boolean {
  if (source === undefined || destination === undefined) return false;
  return keyOf(row.source, row.destination) === keyOf(source, destination);
}

function keyOf(
  one: { readonly host: string; readonly port: number },
  other: { readonly host: string; readonly port: number },
): string {
  return [one, other]
    .map(({ host, port }) => `${hostKey(host)} ${port}`)
    .toSorted()
    .join(' ');
}
