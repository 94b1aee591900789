// Writes a call message by message, as a capture would have it, and gives its document: what the rules are tested on.
import type { Request, Response } from '../../message/message.ts';
import type { Message } from '../../message/message.ts';
import { createRequest } from '../../message/create.ts';
import { prependHeader, replaceFirst } from '../../message/edit.ts';
import { createResponse } from '../../message/respond.ts';
import { formatUri } from '../../message/uri.ts';
import { TraceBook } from '../document/book.ts';
import type { CallDocument } from '../document/document.ts';

/** Who may talk, and where they are. */
const addresses = {
  alice: '192.0.2.1',
  bob: '192.0.2.2',
  carol: '192.0.2.3',
  dave: '192.0.2.4',
  proxy: '192.0.2.10',
  edge: '192.0.2.11',
  trunk: '198.51.100.7',
} as const;

/** A party of a talk. */
export type Who = keyof typeof addresses;

/** From where to where a message goes. */
export type Way = `${Who}>${Who}`;

/** What a request has beside the usual. */
export interface Sending {
  /** A response, by anybody, that made or named the dialog it is in. */
  readonly within?: Response;
  readonly cseq?: number;
  readonly branch?: string;
  readonly fromTag?: string;
  readonly toTag?: string;
  /** Whom the To header names; bob unless said. */
  readonly to?: Who;
  readonly uri?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly sdp?: string;
  readonly body?: readonly [type: string, text: string];
}

/** What a response has beside the usual. */
export interface Answering {
  readonly toTag?: string;
  readonly headers?: readonly (readonly [string, string])[];
  readonly sdp?: string;
  readonly reason?: string;
  /** From whom to whom; else back the way that its request came. */
  readonly way?: Way;
}

/** 2026-01-01 in milliseconds since 1970. */
export const epoch: number = 1_767_225_600_000;

/** A call of people whose user is their name at example.com. Times are milliseconds since it began. */
export class Talk {
  readonly book: TraceBook;
  readonly callId: string;
  readonly protocol: string;
  readonly #ways = new Map<Message, Way>();
  readonly #cseq = new Map<string, number>();
  #branches = 0;
  #frames = 0;
  #others = 0;

  constructor(callId = 'talk-1', protocol = 'UDP', book: TraceBook = new TraceBook()) {
    this.book = book;
    this.callId = callId;
    this.protocol = protocol;
  }

  /** What was said, as a document. */
  get document(): CallDocument {
    const document = this.book.document(this.callId);
    if (document === undefined) throw new TypeError('Nothing was said yet');
    return document;
  }

  /** The capture goes on until then without a word of this talk. */
  silentUntil(at: number): void {
    this.book.watched(epoch + at);
  }

  /** Another talk in the same capture; its frames are told apart by their thousands. */
  of(callId: string): Talk {
    const talk = new Talk(callId, this.protocol, this.book);
    this.#others += 1;
    talk.#frames = 1000 * this.#others;
    return talk;
  }

  /** A request on its first hop. */
  send(at: number, way: Way, method: string, sending: Sending = {}): Request {
    const { headers = [], sdp, body, within } = sending;
    const [from, hop] = ends(way);
    const to = sending.to ?? (hop === 'proxy' || hop === 'edge' ? 'bob' : hop);
    const mine = within !== undefined && within.from.uri.scheme === 'sip' && isOf(within, from);
    const tags =
      within === undefined
        ? [`${from}-tag`, undefined]
        : mine
          ? [within.fromTag, within.toTag]
          : [within.toTag, within.fromTag];
    const toUser = within === undefined ? to : mine ? userIn(within, 'to') : userIn(within, 'from');
    const fromTag = sending.fromTag ?? tags[0];
    const toTag = sending.toTag ?? tags[1];
    const cseq = sending.cseq ?? (this.#cseq.get(from) ?? 0) + 1;
    if (method !== 'ACK' && method !== 'CANCEL') this.#cseq.set(from, cseq);
    this.#branches += 1;
    const request = createRequest({
      method,
      uri: sending.uri ?? (within === undefined ? `sip:${to}@example.com` : targetOf(toUser)),
      headers: [
        [
          'Via',
          `SIP/2.0/${this.protocol} ${addresses[from]}:5060;branch=${sending.branch ?? `z9hG4bK-${this.#branches}`}`,
        ],
        ['Max-Forwards', '70'],
        ['From', `<sip:${from}@example.com>;tag=${fromTag}`],
        ['To', `<sip:${toUser}@example.com>${toTag === undefined ? '' : `;tag=${toTag}`}`],
        ['Call-ID', this.callId],
        ['CSeq', `${cseq} ${method}`],
        ...(hasContact(method) && !headers.some(([name]) => name === 'Contact')
          ? [['Contact', `<${targetOf(from)}>`] as const]
          : []),
        ...headers,
        ...(sdp === undefined ? [] : [['Content-Type', 'application/sdp'] as const]),
        ...(body === undefined ? [] : [['Content-Type', body[0]] as const]),
      ],
      body: sdp ?? body?.[1],
    });
    return this.#put(at, way, request);
  }

  /** A proxy passes a request on: with its Via, and with a Record-Route of its own if it wants to stay in the dialog. */
  pass(at: number, request: Request, way: Way, record = false): Request {
    const [from] = ends(way);
    this.#branches += 1;
    const via = `SIP/2.0/${this.protocol} ${addresses[from]}:5060;branch=z9hG4bK-${this.#branches}`;
    const edits = [prependHeader('Via', via)];
    if (record) edits.push(prependHeader('Record-Route', `<sip:${addresses[from]}:5060;lr>`));
    const hops = request.maxForwards;
    if (hops !== undefined) edits.push(replaceFirst('Max-Forwards', String(hops - 1)));
    return this.#put(at, way, request.with(...edits));
  }

  /** A response to a request, back the way that it came. */
  answer(at: number, request: Request, status: number, answering: Answering = {}): Response {
    const way = answering.way ?? turned(this.#wayOf(request));
    const [from] = ends(way);
    const { headers = [], sdp } = answering;
    const opens = request.method === 'INVITE' && status > 100 && status < 300;
    const response = createResponse(request, status, {
      toTag: status === 100 ? undefined : (answering.toTag ?? `${from}-tag`),
      reason: answering.reason,
      headers: [
        ...request.rows('Record-Route').map((value) => ['Record-Route', value] as const),
        ...(opens && !headers.some(([name]) => name === 'Contact')
          ? [['Contact', `<${targetOf(from)}>`] as const]
          : []),
        ...headers,
        ...(sdp === undefined ? [] : [['Content-Type', 'application/sdp'] as const]),
      ],
      body: sdp,
    });
    return this.#put(at, way, response);
  }

  /** A proxy passes a response back. */
  back(at: number, response: Response, way: Way): Response {
    return this.#put(at, way, response.with(replaceFirst('Via', undefined)));
  }

  /** The ACK to a final response; to a refusal it is of the INVITE's own transaction (RFC 3261 §17.1.1.3). */
  ack(at: number, response: Response, sending: Sending & { readonly way?: Way } = {}): Request {
    const way = sending.way ?? turned(this.#wayOf(response));
    const branch = response.status >= 300 ? response.branch : undefined;
    return this.send(at, way, 'ACK', {
      within: response,
      cseq: response.cseq.number,
      ...(branch === undefined ? {} : { branch }),
      ...sending,
    });
  }

  /** The CANCEL of a request (RFC 3261 §9.1). */
  cancel(at: number, invite: Request): Request {
    return this.send(at, this.#wayOf(invite), 'CANCEL', {
      cseq: invite.cseq.number,
      ...(invite.branch === undefined ? {} : { branch: invite.branch }),
      ...(invite.fromTag === undefined ? {} : { fromTag: invite.fromTag }),
      uri: formatUri(invite.uri),
    });
  }

  /** The same bytes once more. */
  again(message: Message, ...times: readonly number[]): void {
    for (const at of times) this.#put(at, this.#wayOf(message), message);
  }

  /** Any text. */
  raw(at: number, way: Way, text: string): void {
    const [from, to] = ends(way);
    this.#frames += 1;
    this.book.add({
      kind: 'observation',
      frame: this.#frames,
      observation: {
        v: 1,
        kind: 'message',
        at: epoch + at,
        endpoint: '',
        direction: 'out',
        protocol: this.protocol,
        flow: way,
        local: { host: addresses[from], port: 5060 },
        remote: { host: addresses[to], port: 5060 },
        text,
      },
    });
  }

  #put<Kind extends Message>(at: number, way: Way, message: Kind): Kind {
    this.raw(at, way, message.toText());
    this.#ways.set(message, way);
    return message;
  }

  #wayOf(message: Message): Way {
    const way = this.#ways.get(message);
    if (way === undefined) throw new TypeError('This message was not sent');
    return way;
  }
}

/** A call that is answered: INVITE, 100, 180, 200 and ACK; the 200 names its dialog. */
export function answered(talk: Talk, sending: Sending = {}, answering: Answering = {}): Response {
  const invite = talk.send(0, 'alice>bob', 'INVITE', { sdp: audio(), ...sending });
  talk.answer(20, invite, 100);
  talk.answer(120, invite, 180);
  const ok = talk.answer(2000, invite, 200, { sdp: audio({ port: 42_000 }), ...answering });
  talk.ack(2020, ok);
  return ok;
}

/** An audio description. */
export function audio(
  with_: {
    readonly host?: string;
    readonly port?: number;
    readonly direction?: string;
    readonly version?: number;
    readonly codecs?: string;
    readonly lines?: readonly string[];
  } = {},
): string {
  const { host = '192.0.2.1', port = 40_000, direction, version = 1, codecs = '0 8' } = with_;
  return [
    'v=0',
    `o=- ${port} ${version} IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    `m=audio ${port} RTP/AVP ${codecs}`,
    ...(direction === undefined ? [] : [`a=${direction}`]),
    ...(with_.lines ?? []),
    '',
  ].join('\r\n');
}

function ends(way: Way): readonly [Who, Who] {
  const [from, to] = way.split('>');
  if (!isWho(from) || !isWho(to)) throw new TypeError(`Nobody is on the way ${way}`);
  return [from, to];
}

function isWho(name: string | undefined): name is Who {
  return name !== undefined && Object.hasOwn(addresses, name);
}

function turned(way: Way): Way {
  const [from, to] = ends(way);
  return `${to}>${from}`;
}

function userIn(response: Response, end: 'from' | 'to'): Who {
  const { uri } = response[end];
  const user = 'user' in uri ? uri.user : undefined;
  if (!isWho(user)) throw new TypeError('The dialog is of strangers');
  return user;
}

function isOf(response: Response, who: Who): boolean {
  return userIn(response, 'from') === who;
}

function targetOf(who: Who): string {
  return `sip:${who}@${addresses[who]}:5060`;
}

function hasContact(method: string): boolean {
  return ['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER', 'REGISTER'].includes(method);
}
