// The last two steps of an INVITE: its 2xx, the repeats of it, and the ACKs that came, or did not come, where they should.
import { contact } from '../../message/header/contact.ts';
import { recordRoute } from '../../message/header/record-route.ts';
import { route } from '../../message/header/route.ts';
import type { Request, Response } from '../../message/message.ts';
import { sameHost } from '../../message/host.ts';
import { formatUri, isSipUri } from '../../message/uri.ts';
import type { Uri } from '../../message/uri.ts';
import type { CallFacts } from './facts.ts';
import { grouped } from './grouped.ts';
import { byeAfter } from './outcome-words.ts';
import type { SeenMessage } from './seen-message.ts';
import type { SeenTransaction } from './seen-transaction.ts';

/** 64*T1, after which who answered hangs up for want of an ACK, in milliseconds. */
export const ackLimit = 32_000;

/** How an answered INVITE went on. */
export interface Handshake {
  /** The INVITE on its first hop, and on the hop of whoever answered. */
  readonly invite: SeenTransaction;
  readonly origin: SeenTransaction;
  /** The answer as the one who called got it, and as it left the one who answered. */
  readonly success: SeenMessage;
  readonly sent: SeenMessage;
  /** The sent answer once more, in order of time. */
  readonly repeats: readonly SeenMessage[];
  /** ACKs on any hop. */
  readonly acks: readonly SeenMessage[];
  /** Those of them that came to the one who answered, as far as can be seen. */
  readonly arrived: readonly SeenMessage[];
  /** ACKs of this call that fit no answer: another CSeq number or another tag. */
  readonly unfit: readonly SeenMessage[];
  /** A BYE by whoever answered, about 64*T1 after the answer. */
  readonly givenUp: SeenTransaction | undefined;
  /** True when the answer went on being repeated and nothing shows that it was ever acknowledged. */
  readonly failed: boolean;
}

const known = new WeakMap<CallFacts, readonly Handshake[]>();

/** The handshakes of a call: one for each INVITE that got a 2xx. */
export function handshakesOf(facts: CallFacts): readonly Handshake[] {
  const handshakes = known.get(facts) ?? readHandshakes(facts);
  known.set(facts, handshakes);
  return handshakes;
}

function readHandshakes(facts: CallFacts): readonly Handshake[] {
  const seen: Seen = { answered: answeredIn(facts), lastOf: lastIn(facts) };
  return facts.roots('INVITE').flatMap((invite) => {
    const tags = new Map<string, SeenMessage>();
    for (const final of invite.finals) {
      const tag = final.response?.toTag ?? '';
      if ((final.status ?? 0) < 300 && !tags.has(tag)) tags.set(tag, final);
    }
    return [...tags.values()].map((success) => handshakeOf(facts, invite, success, seen));
  });
}

/** Those of INVITEs that were answered once; of two answers `two-answers` tells what became of each. */
export function singleHandshakesOf(facts: CallFacts): readonly Handshake[] {
  return grouped(handshakesOf(facts), ({ invite }) => invite).flatMap((answers) =>
    answers.length === 1 ? answers : [],
  );
}

/** What is looked up for each handshake. */
interface Seen {
  readonly answered: ReadonlySet<string>;
  readonly lastOf: ReadonlyMap<number, number>;
}

function handshakeOf(
  facts: CallFacts,
  invite: SeenTransaction,
  success: SeenMessage,
  seen: Seen,
): Handshake {
  const tag = success.response?.toTag;
  const sameAnswer = ({ status = 0, response }: SeenMessage): boolean =>
    status >= 200 && status < 300 && response?.toTag === tag;
  const origin = originOf(invite, sameAnswer);
  const [sent = success, ...repeats] = origin.finals.filter(sameAnswer);
  const acks = facts.acksOf(success);
  const arrived = acks.filter(({ row }) => row.to === origin.server && !row.lost);
  const answer = success.response;
  // An ACK that fits another INVITE of the call is none of this one.
  const unfit = facts
    .acksFrom(success.row.leg, answer?.fromTag)
    .filter(
      ({ row, request, at }) =>
        at >= sent.at &&
        row.to === origin.server &&
        request !== undefined &&
        !seen.answered.has(`${row.leg} ${request.cseq.number} ${request.toTag ?? ''}`),
    );
  const bye = byeAfter(facts, success);
  const byOther = bye !== undefined && bye.request?.message?.fromTag === tag;
  const waited = (bye?.request?.at ?? 0) - sent.at;
  const givenUp = byOther && waited >= 0.9 * ackLimit && waited <= 1.3 * ackLimit ? bye : undefined;
  const last = repeats.at(-1);
  const later = last !== undefined && (seen.lastOf.get(sent.row.leg) ?? 0) > last.at;
  const isOpen = !later || arrived.length === 0;
  const failed =
    repeats.length >= 2 &&
    (givenUp !== undefined || repeats.length >= 7 || (isOpen && repeats.length >= 3));
  return { invite, origin, success, sent, repeats, acks, arrived, unfit, givenUp, failed };
}

function originOf(hop: SeenTransaction, isAnswer: (seen: SeenMessage) => boolean): SeenTransaction {
  const next = hop.downstream.find(({ finals }) => finals.some(isAnswer));
  return next === undefined ? hop : originOf(next, isAnswer);
}

/** Legs, CSeq numbers and To tags of all final answers to INVITE. */
function answeredIn(facts: CallFacts): ReadonlySet<string> {
  return new Set(
    facts.messages.flatMap(({ method, status = 0, row, response }) =>
      method === 'INVITE' && status >= 200 && response !== undefined
        ? `${row.leg} ${response.cseq.number} ${response.toTag ?? ''}`
        : [],
    ),
  );
}

/** When the last message other than ACK was seen, by leg. */
function lastIn(facts: CallFacts): ReadonlyMap<number, number> {
  return new Map(
    facts.messages.flatMap(({ method, row, at }) => (method === 'ACK' ? [] : [[row.leg, at]])),
  );
}

/** How an ACK misses the one who answered; undefined when its Request-URI and Route are as RFC 3261 §12.2.1.1 has them. */
export interface Miss {
  readonly part: 'Request-URI' | 'Route';
  /** What it should say, and what it says. */
  readonly wanted: string;
  readonly found: string;
}

/** How an ACK to a 2xx misses its target. */
export function missOf(ack: Request, answer: Response): Miss | undefined {
  const [target] = answer.get(contact) ?? [];
  if (target === undefined || target === '*') return undefined;
  const routes = (answer.get(recordRoute) ?? []).toReversed();
  const found = ack.get(route) ?? [];
  const [next] = routes;
  const isStrict = next !== undefined && isSipUri(next.uri) && !next.uri.parameters.has('lr');
  const wantedUri = isStrict ? next.uri : target.uri;
  if (!sameTarget(ack.uri, wantedUri))
    return { part: 'Request-URI', wanted: formatUri(wantedUri), found: formatUri(ack.uri) };
  if (isStrict) return undefined;
  const same =
    found.length === routes.length &&
    found.every(({ uri }, index) => {
      const wanted = routes[index]?.uri;
      return wanted !== undefined && sameTarget(uri, wanted);
    });
  if (same) return undefined;
  const text = (values: readonly { readonly uri: Uri }[]): string =>
    values.length === 0 ? 'none' : values.map(({ uri }) => formatUri(uri)).join(', ');
  return { part: 'Route', wanted: text(routes), found: text(found) };
}

// Parameters are left out: they do not lead anywhere else in practice, and many phones change them.
function sameTarget(one: Uri, other: Uri): boolean {
  if (!isSipUri(one) || !isSipUri(other)) return one.scheme === other.scheme;
  return (
    one.user === other.user &&
    sameHost(one.host, other.host) &&
    (one.port ?? 5060) === (other.port ?? 5060)
  );
}
