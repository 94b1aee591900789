// Headers that a method or a status cannot be without.
import { contact } from '../../../message/header/contact.ts';
import { requireField } from '../../../message/header/require.ts';
import type { Message, Request, Response } from '../../../message/message.ts';
import { must, should } from './lint-rule.ts';
import type { Departure, LintRule } from './lint-rule.ts';

interface Needed {
  /** One of these has to be there. */
  readonly names: readonly string[];
  readonly section: string;
  readonly recommended?: true;
}

const byMethod: { readonly [method: string]: readonly Needed[] } = {
  SUBSCRIBE: [{ names: ['Event'], section: 'RFC 6665 §4.1.2.1' }],
  NOTIFY: [
    { names: ['Event'], section: 'RFC 6665 §4.2.2' },
    { names: ['Subscription-State'], section: 'RFC 6665 §4.2.2' },
  ],
  PUBLISH: [{ names: ['Event'], section: 'RFC 3903 §4.1' }],
  REFER: [{ names: ['Refer-To'], section: 'RFC 3515 §2.4.1' }],
  PRACK: [{ names: ['RAck'], section: 'RFC 3262 §7.2' }],
};

const byStatus: { readonly [status: number]: Needed } = {
  401: { names: ['WWW-Authenticate'], section: 'RFC 3261 §21.4.2' },
  405: { names: ['Allow'], section: 'RFC 3261 §21.4.6' },
  407: { names: ['Proxy-Authenticate'], section: 'RFC 3261 §21.4.8' },
  415: { names: ['Accept', 'Accept-Encoding', 'Accept-Language'], section: 'RFC 3261 §21.4.13' },
  420: { names: ['Unsupported'], section: 'RFC 3261 §21.4.15' },
  421: { names: ['Require'], section: 'RFC 3261 §21.4.16' },
  422: { names: ['Min-SE'], section: 'RFC 4028 §6' },
  423: { names: ['Min-Expires'], section: 'RFC 3261 §21.4.17' },
  485: { names: ['Contact'], section: 'RFC 3261 §21.4.23', recommended: true },
  488: { names: ['Warning'], section: 'RFC 3261 §21.4.26', recommended: true },
  489: { names: ['Allow-Events'], section: 'RFC 6665 §8.3.2' },
};

/** Methods and statuses have the headers that they live by. */
export const requiredHeaders: LintRule = {
  rule: 'required-headers',
  find: ({ request, response }) => [
    ...(request === undefined ? [] : inRequest(request)),
    ...(response === undefined ? [] : inResponse(response)),
  ],
};

function inRequest(request: Request): readonly Departure[] {
  const found = (byMethod[request.method] ?? []).flatMap((needed) =>
    missing(request, request.method, needed),
  );
  if (request.method === 'REFER' && request.rows('Refer-To').length > 1)
    return [...found, must('REFER has more than one Refer-To.', 'RFC 3515 §2.4.2')];
  return found;
}

function inResponse(response: Response): readonly Departure[] {
  const { status, cseq } = response;
  const needed = byStatus[status];
  const found = needed === undefined ? [] : [...missing(response, `${status}`, needed)];
  const isSuccess = status >= 200 && status < 300;
  const values = response.read(contact);
  if (cseq.method === 'INVITE' && isSuccess && values.ok) {
    const count = values.value?.length ?? 0;
    if (count !== 1)
      found.push(
        must(
          count === 0
            ? `Contact is missing in the ${status} to INVITE, so nobody knows where to send ACK.`
            : `The ${status} to INVITE has ${count} Contacts instead of one.`,
          'RFC 3261 §12.1.1',
        ),
      );
  }
  if (cseq.method === 'SUBSCRIBE' && isSuccess && !response.has('Expires'))
    found.push(must(`Expires is missing in the ${status} to SUBSCRIBE.`, 'RFC 6665 §4.2.1.1'));
  const isReliable = response.get(requireField)?.some((tag) => tag.toLowerCase() === '100rel');
  if (status > 100 && status < 200 && isReliable === true && !response.has('RSeq'))
    found.push(must(`RSeq is missing in a reliable ${status}.`, 'RFC 3262 §3'));
  return found;
}

function missing(
  message: Message,
  what: string,
  { names, section, recommended }: Needed,
): readonly Departure[] {
  if (names.some((name) => message.has(name))) return [];
  const text = `${names.join(' or ')} is missing in ${what}.`;
  return [recommended === true ? should(text, section) : must(text, section)];
}
