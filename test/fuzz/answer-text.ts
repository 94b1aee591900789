// A response as a peer writes it: what RFC 3261 §8.2.6 says copied from the text of the request.
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { descriptions } from './corpus.ts';

/** What an answer has besides the copied headers. */
export interface AnswerText {
  readonly sdp: boolean;
  /** `peer` unless said. */
  readonly tag?: string;
  /** Whole header lines. */
  readonly more?: readonly string[];
}

/** The answer to a request of ours, with or without a description. */
export function answerTo(request: string, status: number, text: AnswerText): string {
  const { sdp, tag = 'peer', more = [] } = text;
  const rows = (name: string): readonly string[] => headerRows(request, name);
  const [to = ''] = rows('To');
  const body = sdp ? (descriptions[0] ?? '') : '';
  return [
    `SIP/2.0 ${status} Scripted`,
    ...rows('Via').map((value) => `Via: ${value}`),
    ...rows('Record-Route').map((value) => `Record-Route: ${value}`),
    ...rows('From').map((value) => `From: ${value}`),
    `To: ${/;tag=/.test(to) ? to : `${to};tag=${tag}`}`,
    ...rows('Call-ID').map((value) => `Call-ID: ${value}`),
    ...rows('CSeq').map((value) => `CSeq: ${value}`),
    'Contact: <sip:peer@10.0.0.9>',
    ...extra(status),
    ...more,
    ...(sdp ? ['Content-Type: application/sdp'] : []),
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

function extra(status: number): readonly string[] {
  if (status === 401)
    return ['WWW-Authenticate: Digest realm="example.com", nonce="n", qop="auth", algorithm=MD5'];
  if (status === 407) return ['Proxy-Authenticate: Digest realm="example.com", nonce="m"'];
  return status === 503 ? ['Retry-After: 1'] : [];
}
