// What a scenario has to know of the whole call: whose tags are whose, where the peer is, and what is needed again later.
import { contact } from '../../../message/header/contact.ts';
import type { Request, Response } from '../../../message/message.ts';
import { formatUri } from '../../../message/uri.ts';
import type { Uri } from '../../../message/uri.ts';
import type { MessageDocument } from '../../document/document.ts';
import type { CallFacts } from '../../explain/facts.ts';
import type { SeenMessage } from '../../explain/seen-message.ts';
import { placeOf } from './message.ts';
import { isDeaf, isOwnSend, isPlayedBySipp } from './repeats.ts';
import { literal } from './text.ts';

/** A scenario of more than this is nobody's test. */
const mostMessages = 500;

/** One party's part in one leg of a call. */
export class Play {
  /** Its messages in the order of time; of repeats only those that SIPp does not make by itself. */
  readonly messages: readonly SeenMessage[];
  /** Whether it repeats what has been answered, so that SIPp must neither repeat nor answer repeats by itself. */
  readonly isDeaf: boolean;
  readonly party: number;
  readonly #facts: CallFacts;
  readonly #sent: readonly SeenMessage[];
  readonly #received: readonly SeenMessage[];
  /** Its own tags, the first one first, and those of its peers. */
  readonly #tags: readonly string[];
  readonly #peerTags: ReadonlySet<string>;
  readonly #targets: ReadonlySet<string>;

  constructor(facts: CallFacts, party: number, leg: number) {
    this.#facts = facts;
    this.party = party;
    const own = withFirstPeer(
      facts.messages.filter(
        ({ row, message }) =>
          message !== undefined &&
          row.leg === leg &&
          (row.from === party || row.to === party) &&
          row.from !== row.to,
      ),
      party,
    ).slice(0, mostMessages);
    this.isDeaf = isDeaf(own, party);
    this.messages = own.filter((seen) => isOwnSend(seen, own, party, this.isDeaf));
    this.#sent = this.messages.filter(({ row }) => row.from === party);
    this.#received = this.messages.filter(({ row }) => row.to === party);
    const tags = this.#sent.flatMap(
      ({ request, response }) => request?.fromTag ?? response?.toTag ?? [],
    );
    this.#tags = [...new Set(tags)];
    this.#peerTags = new Set(
      this.#received.flatMap(({ request, response }) => {
        if (request !== undefined) return request.fromTag ?? [];
        return response?.toTag !== undefined && this.#opens(response) ? response.toTag : [];
      }),
    );
    this.#targets = new Set(
      this.#received.flatMap(({ message }) => {
        const [value] = message?.get(contact) ?? [];
        return value === undefined || value === '*' ? [] : placeOf(value.uri);
      }),
    );
  }

  /** Whether a response answers a request that had no To tag: then the tag is its sender's. */
  #opens({ cseq }: Response): boolean {
    return this.#sent.some(
      ({ request }) =>
        request !== undefined &&
        request.toTag === undefined &&
        request.cseq.number === cseq.number &&
        request.cseq.method === cseq.method,
    );
  }

  /** Whether it begins the leg. */
  get begins(): boolean {
    const [first] = this.messages;
    return first?.row.from === this.party && first.status === undefined;
  }

  /** A number for the branch of a transaction: an ACK or CANCEL with the branch of another has that one's number. */
  branchOf(transaction: number): number {
    const branch = (number: number): string | undefined =>
      this.#facts.transactions.find((one) => one.number === number)?.row.branch;
    const own = branch(transaction);
    const same = this.#facts.transactions.find(
      ({ row, client }) =>
        client === this.party && own !== undefined && own !== '' && row.branch === own,
    );
    return same?.number ?? transaction;
  }

  /** From and To of a request. */
  parties(request: Request): readonly string[] {
    const from = `<${literal(formatUri(request.from.uri))}>`;
    const to = `<${literal(formatUri(request.to.uri))}>`;
    const own = this.ownTag(request.fromTag);
    if (request.toTag === undefined) return [`From: ${from}${own}`, `To: ${to}`];
    const isPeers = this.#peerTags.has(request.toTag);
    if (!isPeers) return [`From: ${from}${own}`, `To: ${to};tag=${literal(request.toTag)}`];
    // Who was called knows the other side from its INVITE.
    if (!this.begins) return [`From: ${from}${own}`, 'To:[$peer]'];
    return [`From: ${from}${own}`, `To: ${to}[peer_tag_param]`];
  }

  /** The tag of a response that the party gave; nothing where the request has it, or where there is none. */
  answerTag({ toTag }: Response, request: SeenMessage | undefined): string {
    if (toTag === undefined || request?.request?.toTag !== undefined) return '';
    return this.ownTag(toTag);
  }

  /** A tag of its own in this run; one that it never had before is written as it is. */
  ownTag(tag: string | undefined): string {
    if (tag === undefined) return '';
    const index = this.#tags.indexOf(tag);
    const first = this.#sent.find(
      ({ request, response }) => (request?.fromTag ?? response?.toTag) === tag,
    );
    const isOwn =
      index === 0 || first?.response !== undefined || first?.request?.toTag === undefined;
    return isOwn ? `;tag=[pid]-[call_number]-${index}` : `;tag=${literal(tag)}`;
  }

  /** Whether the peer asked for credentials before this message. */
  isAskedBefore({ number }: SeenMessage): boolean {
    return this.#received.some(
      (seen) => (seen.status === 401 || seen.status === 407) && seen.number < number,
    );
  }

  /** The request that a response answers. */
  requestOf({ message, number }: SeenMessage): SeenMessage | undefined {
    return this.#received.findLast(
      ({ request, number: asked }) =>
        request !== undefined &&
        asked < number &&
        request.method !== 'ACK' &&
        request.cseq.number === message?.cseq.number &&
        request.cseq.method === message.cseq.method,
    );
  }

  /** A name for what is kept of a request, when others come between it and one of its answers. */
  stored(request: number): string | undefined {
    const asked = this.#received.find(({ number }) => number === request);
    const isNeeded = this.#sent.some((answer) => {
      if (answer.response === undefined || this.requestOf(answer) !== asked) return false;
      return this.#received.some(({ number }) => number > request && number < answer.number);
    });
    return isNeeded ? `r${request}` : undefined;
  }

  /** Whether a URI leads to where its request was sent. */
  isAddressed(uri: Uri, { destination }: MessageDocument): boolean {
    // A domain is looked up, so it leads anywhere.
    return !('host' in uri) || !/^[\d.:]+$/.test(uri.host) || uri.host === destination.host;
  }

  /** Whether a URI is a Contact of the peer. */
  isTarget(uri: Uri): boolean {
    return this.#targets.has(placeOf(uri));
  }

  /** RAck with the number that this run has. */
  acknowledges(value: string): string {
    const rest = value.trim().replace(/^\d{1,10}\s+/, '');
    return `[$rseq] ${literal(rest)}`;
  }

  /** True when the party repeats what it sends, or need not, and SIPp does it in the same way. */
  repeats(seen: SeenMessage): boolean {
    const { row } = seen;
    if (row.resend > 0 || this.isDeaf || !isPlayedBySipp(seen, this.messages, this.party))
      return false;
    const again = this.#facts.messages.some(({ row: other }) => other.resendOf === row.number);
    return again || (seen.status === undefined && this.#isAnswered(seen));
  }

  #isAnswered(seen: SeenMessage): boolean {
    const transaction = this.#facts.transactionOf(seen);
    return (transaction?.provisionals.length ?? 0) > 0 || transaction?.final !== undefined;
  }
}

/** Of one through whom a request goes only what it has with the first one it talks to: SIPp has one peer. */
function withFirstPeer(all: readonly SeenMessage[], party: number): readonly SeenMessage[] {
  const own = withoutStrangers(all, party);
  const [first] = own;
  if (first === undefined) return own;
  const name = ({ request }: SeenMessage): string | undefined =>
    request && `${request.cseq.number} ${request.method} ${request.fromTag}`;
  const heard = new Map<string | undefined, number>();
  for (const seen of own)
    if (seen.request !== undefined && seen.row.to === party) heard.set(name(seen), seen.row.from);
  const passesOn = own.some((seen) => {
    const from = heard.get(name(seen));
    return from !== undefined && (seen.row.from === party || seen.row.from !== from);
  });
  if (!passesOn) return own;
  const peer = peerOf(first, party);
  return own.filter((seen) => peerOf(seen, party) === peer);
}

/** Without answers over a connection that no request took: they answer what another end of it got. */
function withoutStrangers(all: readonly SeenMessage[], party: number): readonly SeenMessage[] {
  const peers = new Set(
    all.filter(({ status }) => status === undefined).map((seen) => peerOf(seen, party)),
  );
  return all.filter((seen) => peers.has(peerOf(seen, party)));
}

function peerOf({ row }: SeenMessage, party: number): number {
  return row.from === party ? row.to : row.from;
}
