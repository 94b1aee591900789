// Fault 31: a message too long for UDP is cut into fragments that do not arrive (RFC 3261 §18.1.1).
import type { NoteDocument } from '../../document/document.ts';
import { hostKey } from '../../stream/place.ts';
import type { Finding } from '../explanation.ts';
import type { CallFacts } from '../facts.ts';
import { fault, remark } from '../found.ts';
import type { Rule } from '../found.ts';
import type { SeenMessage } from '../seen-message.ts';
import { count, say } from '../say.ts';

/** RFC 3261 §18.1.1: longer than this a request has to go over a transport with congestion control. */
const longest = 1300;
/** What one Ethernet frame carries of a UDP datagram: 1500 octets without the IP and UDP headers. */
const whole = 1472;
/** So many repeats without any answer show that it did not arrive. */
const telling = 2;

/** Messages over UDP that are too long. */
export const oversize: Rule = (facts) => {
  const long = facts.messages.filter(({ row }) => isUdp(row.protocol) && row.text.length > longest);
  const torn = facts.document.notes.filter(
    ({ topic, event, text }) =>
      topic === 'network' && (event === 'fragment missing' || /too big/i.test(text)),
  );
  const lost = lostOnes(facts, long);
  if (torn.length > 0 || lost.length > 0) return [suffered(facts, { long, torn, lost })];
  const [first] = long.filter(({ row }) => row.text.length > whole && row.status === undefined);
  return first === undefined ? [] : [survived(facts, first, long)];
};

interface Oversize {
  readonly long: readonly SeenMessage[];
  readonly torn: readonly NoteDocument[];
  readonly lost: readonly SeenMessage[];
}

// Repeated and not answered, while shorter messages to the same address got an answer or there were none.
function lostOnes(facts: CallFacts, long: readonly SeenMessage[]): readonly SeenMessage[] {
  return facts.transactions.flatMap(({ requests, provisionals, finals, acks }) => {
    const [request] = requests;
    const [final] = finals;
    if (request !== undefined && long.includes(request)) {
      const silent = provisionals.length === 0 && finals.length === 0;
      if (silent && requests.length > telling && request.row.text.length > whole) return requests;
    }
    if (final !== undefined && long.includes(final) && final.row.text.length > whole) {
      const acked = acks.length > 0 || facts.acksOf(final).length > 0;
      if (!acked && finals.length > telling) return finals;
    }
    return [];
  });
}

function suffered(facts: CallFacts, { long, torn, lost }: Oversize): Finding {
  const [note] = torn;
  const first = lost[0] ?? sentAt(note, long) ?? long[0];
  const party = first?.row.from ?? note?.party;
  const [who, peer] = [facts.name(party), facts.name(first?.row.to)];
  const size = first === undefined ? '' : ` of ${first.row.text.length} octets`;
  const title = first?.row.title ?? 'message';
  return fault({
    rule: 'oversize',
    fault: 31,
    title: 'Message too long for UDP',
    happened: say(
      torn.length > 0
        ? `A UDP datagram of ${who}${size} was cut into fragments, and not all of them arrived: ${note?.text ?? ''}`
        : `${who} sent its ${title}${size} over UDP ${count(lost.length, 'time')}, and ${peer} never reacted to it.`,
      torn.slice(0, 8),
      lost.slice(0, 8),
    ),
    why: say(
      `More than ${whole} octets do not fit one packet; many NATs and firewalls drop the fragments, and the message with them.`,
      first,
      torn.slice(0, 2),
    ),
    whose: say(`The side of ${who}, which has to use TCP for so long a message.`, first, note),
    todo: say(
      `Let ${who} use TCP or TLS, or make its messages shorter: fewer codecs and candidates, compact headers.`,
      first,
      note,
    ),
    party,
    certainty: torn.length > 0 ? 'inferred' : facts.certainty(party),
    section: 'RFC 3261 §18.1.1',
    about: { messages: lost.length > 0 ? lost.map(({ number }) => number) : numbersOf(first) },
    // It is why the ACK never comes, or any answer.
    weight: 89,
  });
}

function survived(facts: CallFacts, first: SeenMessage, long: readonly SeenMessage[]): Finding {
  const who = facts.name(first.row.from);
  return remark({
    rule: 'oversize',
    title: 'Message longer than UDP ought to carry',
    happened: say(
      `${who} sent ${first.row.title} with ${first.row.text.length} octets over UDP; it arrived.`,
      first,
    ),
    why: say(
      `Above ${longest} octets a request has to go by TCP, because fragments get lost.`,
      long,
    ),
    whose: say(`The side of ${who}.`, first),
    todo: say(`Let ${who} use TCP before a network drops its fragments.`, first),
    party: first.row.from,
    certainty: facts.certainty(first.row.from),
    section: 'RFC 3261 §18.1.1',
    about: { messages: long.map(({ number }) => number) },
    weight: 12,
  });
}

/** The long message that went where the fragments were missed. */
function sentAt(
  note: NoteDocument | undefined,
  long: readonly SeenMessage[],
): SeenMessage | undefined {
  const { source, destination } = note ?? {};
  if (source === undefined || destination === undefined) return undefined;
  return long.find(
    ({ row }) =>
      hostKey(row.source.host) === hostKey(source.host) &&
      hostKey(row.destination.host) === hostKey(destination.host),
  );
}

function numbersOf(message: SeenMessage | undefined): readonly number[] {
  return message === undefined ? [] : [message.number];
}

function isUdp(protocol: string): boolean {
  return protocol.toUpperCase() === 'UDP';
}
