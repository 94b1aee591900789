// What every request must have, and must not have (RFC 3261 §8.1.1, §10.2, §20).
import { contact } from '../../../message/header/contact.ts';
import type { Request } from '../../../message/message.ts';
import { isSipUri } from '../../../message/uri.ts';
import { must, should } from './lint-rule.ts';
import type { Departure, LintRule } from './lint-rule.ts';

/** Methods that make a dialog or renew its target, and so say where to send to (RFC 3261 §8.1.1.8). */
const withContact: ReadonlyMap<string, string> = new Map([
  ['INVITE', 'RFC 3261 §8.1.1.8'],
  ['SUBSCRIBE', 'RFC 6665 §4.1.2.1'],
  ['REFER', 'RFC 3515 §2.2'],
  ['UPDATE', 'RFC 3311 §5.1'],
  ['NOTIFY', 'RFC 6665 §4.2.2'],
]);

/** Requests are whole. */
export const requestHeaders: LintRule = {
  rule: 'request-headers',
  find: ({ request }) =>
    request === undefined
      ? []
      : [...hopsOf(request), ...tagsOf(request), ...contactsOf(request), ...targetsOf(request)],
};

function hopsOf(request: Request): readonly Departure[] {
  const { branch, topVia } = request;
  const found: Departure[] = [];
  if (branch === undefined) found.push(must('The top Via has no branch.', 'RFC 3261 §8.1.1.7'));
  else if (!branch.startsWith('z9hG4bK'))
    found.push(must('The branch of the top Via does not begin with z9hG4bK.', 'RFC 3261 §8.1.1.7'));
  else if (branch.length === 7)
    found.push(
      must('The branch is nothing but z9hG4bK, so it is not unique.', 'RFC 3261 §8.1.1.7'),
    );
  if (topVia.host === '0.0.0.0')
    found.push(
      must('The top Via names 0.0.0.0, to which no answer can be sent.', 'RFC 3261 §18.1.1'),
    );
  if (request.maxForwards === undefined)
    found.push(must('Max-Forwards is missing.', 'RFC 3261 §8.1.1.6'));
  else if (request.maxForwards > 255)
    found.push(must('Max-Forwards is more than 255.', 'RFC 3261 §20.22'));
  return found;
}

function tagsOf(request: Request): readonly Departure[] {
  const found: Departure[] = [];
  if (request.fromTag === undefined) found.push(must('From has no tag.', 'RFC 3261 §8.1.1.3'));
  if (request.method === 'REGISTER' && request.toTag !== undefined)
    found.push(must('To has a tag, though a REGISTER is in no dialog.', 'RFC 3261 §8.1.1.2'));
  return found;
}

function contactsOf(request: Request): readonly Departure[] {
  const section = withContact.get(request.method);
  if (section === undefined) return [];
  const values = request.read(contact);
  if (!values.ok) return [];
  const { value = [] } = values;
  if (value.length === 0) return [must(`Contact is missing in ${request.method}.`, section)];
  return value.length === 1
    ? []
    : [must(`${request.method} has ${value.length} Contacts instead of one.`, section)];
}

function targetsOf({ method, uri }: Request): readonly Departure[] {
  if (!isSipUri(uri)) return [];
  const found: Departure[] = [];
  if (uri.headers !== undefined || uri.parameters.has('method'))
    found.push(
      must(
        'The Request-URI has headers or a method, which belong to links only.',
        'RFC 3261 §19.1.1',
      ),
    );
  if (method === 'REGISTER' && uri.user !== undefined)
    found.push(must('The Request-URI of a REGISTER names a user.', 'RFC 3261 §10.2'));
  if (uri.password !== undefined)
    found.push(should('The Request-URI has a password in the clear.', 'RFC 3261 §19.1.1'));
  return found;
}
