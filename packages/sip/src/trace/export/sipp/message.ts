// One message that SIPp is to send: as the party sent it, but with the addresses, tags and branches of this run.
import type { Request, Response } from '../../../message/message.ts';
import { formatUri } from '../../../message/uri.ts';
import type { Uri } from '../../../message/uri.ts';
import type { CallFacts } from '../../explain/facts.ts';
import type { SeenMessage } from '../../explain/seen-message.ts';
import { bodyOf } from './description.ts';
import type { Play } from './play.ts';
import { literal } from './text.ts';

/** Headers that are made anew in each run. */
const made = new Set(
  'via v from f to t call-id i cseq contact m content-length l route record-route authorization proxy-authorization content-type c rack max-forwards'.split(
    ' ',
  ),
);

/** The lines of a message for a `<send>`. */
export function messageLines(seen: SeenMessage, play: Play, facts: CallFacts): readonly string[] {
  const { request, response } = seen;
  if (request !== undefined) return [...requestLines(request, seen, play), ...rest(seen, facts)];
  return response === undefined
    ? []
    : [...responseLines(response, seen, play), ...rest(seen, facts)];
}

function requestLines(request: Request, seen: SeenMessage, play: Play): readonly string[] {
  const { method, cseq } = request;
  const within = request.toTag !== undefined;
  const transaction = seen.row.labels.find(({ lane }) => lane === 'T')?.number ?? seen.number;
  const credentials = ['Authorization', 'Proxy-Authorization'].some(
    (name) => request.rows(name).length > 0,
  );
  return [
    `${method} ${targetOf(request, seen, play)} SIP/2.0`,
    `Via: SIP/2.0/[transport] [local_ip]:[local_port];rport;branch=z9hG4bK-[pid]-[call_number]-${play.branchOf(transaction)}`,
    `Max-Forwards: ${request.maxForwards ?? 70}`,
    ...(within && method !== 'CANCEL' ? ['[routes]'] : []),
    ...play.parties(request),
    'Call-ID: [call_id]',
    `CSeq: ${cseq.number} ${cseq.method}`,
    ...contactLine(request),
    ...request.rows('RAck').map((value) => `RAck: ${play.acknowledges(value)}`),
    // What it offered before anybody asked is not known, since secrets are masked: it goes as it is.
    ...(credentials && play.isAskedBefore(seen)
      ? ['[authentication]']
      : credentialLines(request, play, seen)),
  ];
}

function credentialLines(request: Request, play: Play, seen: SeenMessage): readonly string[] {
  if (play.isAskedBefore(seen)) return [];
  return ['Authorization', 'Proxy-Authorization'].flatMap((name) =>
    request.rows(name).map((value) => `${name}: ${literal(value.trim())}`),
  );
}

function responseLines(response: Response, seen: SeenMessage, play: Play): readonly string[] {
  const { status, reason } = response;
  const source = play.requestOf(seen);
  const last = source === undefined ? undefined : play.stored(source.number);
  const field = (name: string): string =>
    last === undefined
      ? `[last_${name}:]`
      : `${name}:[$${last}${name.replace('-', '').toLowerCase()}]`;
  return [
    `SIP/2.0 ${status} ${literal(reason)}`,
    field('Via'),
    ...(response.rows('Record-Route').length > 0 && last === undefined
      ? ['[last_Record-Route:]']
      : []),
    field('From'),
    `${field('To')}${play.answerTag(response, source)}`,
    'Call-ID: [call_id]',
    field('CSeq'),
    ...contactLine(response),
  ];
}

function contactLine(message: Request | Response): readonly string[] {
  const [value] = message.rows('Contact');
  if (value === undefined) return [];
  const user = /<?sips?:([^\s@<>;]{1,64})@/i.exec(value)?.[1];
  const star = value.trim() === '*';
  return star
    ? ['Contact: *']
    : [
        `Contact: <sip:${user === undefined ? '' : `${literal(user)}@`}[local_ip]:[local_port];transport=[transport]>`,
      ];
}

/** Everything else as it was, the body, and lengths that are true. */
function rest(seen: SeenMessage, facts: CallFacts): readonly string[] {
  const { message } = seen;
  if (message === undefined) return [];
  const [head = ''] = seen.row.text.split(/\r?\n\r?\n/);
  const kept: string[] = [];
  let keeps = false;
  for (const line of head.split(/\r?\n/).slice(1)) {
    const isFolded = /^[ \t]/.test(line);
    if (!isFolded)
      keeps = !made.has(
        line
          .slice(0, Math.max(0, line.indexOf(':')))
          .trim()
          .toLowerCase(),
      );
    if (!keeps) continue;
    // SIPp cuts off leading blanks, so a folded line goes on the one before it.
    if (isFolded) kept.push(`${kept.pop() ?? ''} ${literal(line.trim())}`);
    else kept.push(literal(line));
  }
  const body = bodyOf(seen, facts);
  const type = message.rows('Content-Type')[0];
  return body === undefined
    ? [...kept, 'Content-Length: 0', '']
    : [
        ...kept,
        `Content-Type: ${literal(type ?? 'application/sdp')}`,
        'Content-Length: [len]',
        '',
        ...body,
      ];
}

function targetOf(request: Request, { row }: SeenMessage, play: Play): string {
  const { uri } = request;
  const user = 'user' in uri && uri.user !== undefined ? `${literal(uri.user)}@` : '';
  if (request.toTag === undefined) {
    return play.isAddressed(uri, row) || request.method === 'REGISTER'
      ? `sip:${request.method === 'REGISTER' ? '' : user}[remote_ip]:[remote_port]`
      : literal(formatUri(uri));
  }
  return play.isTarget(uri) ? '[next_url]' : literal(formatUri(uri));
}

/** Host and port of a URI, for comparing. */
export function placeOf(uri: Uri): string {
  return 'host' in uri ? `${uri.host.toLowerCase()}:${uri.port ?? 5060}` : formatUri(uri);
}
