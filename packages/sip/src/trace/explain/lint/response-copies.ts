// What a response takes over from its request (RFC 3261 §8.2.6.2, §12.1.1).
import { recordRoute } from '../../../message/header/record-route.ts';
import { via } from '../../../message/header/via.ts';
import type { Request, Response } from '../../../message/message.ts';
import { formatUri } from '../../../message/uri.ts';
import type { CallFacts } from '../facts.ts';
import type { SeenMessage } from '../seen-message.ts';
import { must } from './lint-rule.ts';
import type { Departure, LintRule } from './lint-rule.ts';

/** Responses have the tags, the Vias and the route of their request. */
export const responseCopies: LintRule = {
  rule: 'response-copies',
  find: (seen, facts) => {
    const { response } = seen;
    if (response === undefined) return [];
    const { status } = response;
    const found: Departure[] = [];
    if (status > 100 && response.toTag === undefined)
      found.push(must(`To has no tag in a ${status}.`, 'RFC 3261 §8.2.6.2'));
    const request = facts.transactionOf(seen)?.request?.request ?? sameBranch(seen, facts);
    return request === undefined ? found : [...found, ...differencesOf(request, response)];
  },
};

// An answer that copies badly is not matched by more than its branch.
function sameBranch(
  { response, number, method }: SeenMessage,
  facts: CallFacts,
): Request | undefined {
  return facts.messages.find(
    (other) =>
      other.number < number &&
      other.method === method &&
      other.request?.branch === response?.branch &&
      other.request?.branch !== undefined,
  )?.request;
}

function differencesOf(request: Request, response: Response): readonly Departure[] {
  const found: Departure[] = [];
  if (request.fromTag !== response.fromTag)
    found.push(must('The From tag is not that of the request.', 'RFC 3261 §8.2.6.2'));
  if (request.cseq.number !== response.cseq.number)
    found.push(
      must(
        `CSeq is ${response.cseq.number}, that of the request ${request.cseq.number}.`,
        'RFC 3261 §8.2.6.2',
      ),
    );
  if (request.toTag !== undefined && request.toTag !== response.toTag)
    found.push(must('The To tag is not that of the request, which had one.', 'RFC 3261 §8.2.6.2'));
  const [asked, told] = [request.get(via) ?? [], response.get(via) ?? []];
  const same =
    asked.length === told.length &&
    asked.every(
      ({ branch, host }, index) =>
        told[index]?.branch === branch && told[index]?.host.toLowerCase() === host.toLowerCase(),
    );
  if (!same)
    found.push(must('The Vias are not those of the request, in its order.', 'RFC 3261 §8.2.6.2'));
  return [...found, ...routeOf(request, response)];
}

// RFC 3261 §12.1.1: a response that makes a dialog says by which proxies its requests have to go.
function routeOf(request: Request, response: Response): readonly Departure[] {
  const { status, cseq } = response;
  const makes = cseq.method === 'INVITE' && status >= 200 && status < 300;
  if (!makes || request.toTag !== undefined) return [];
  const said = new Set((response.get(recordRoute) ?? []).map(({ uri }) => formatUri(uri)));
  const lost = (request.get(recordRoute) ?? []).filter(({ uri }) => !said.has(formatUri(uri)));
  return lost.length === 0
    ? []
    : [must('The Record-Route of the request is not copied whole.', 'RFC 3261 §12.1.1')];
}
