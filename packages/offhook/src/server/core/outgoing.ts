// What of a request is only for us, and does not go on to anybody else.
import { removeHeader, setHeader } from '@offhook/sip/message';
import type { Edit, HeaderField, Request } from '@offhook/sip/message';
import { authorization, proxyAuthorization } from '@offhook/sip/message';
import type { Credentials } from '@offhook/sip/message';
import { assertionEdits } from '../proxy/assertions.ts';
import { isBearer } from './bearer.ts';

/**
 * `request` without tokens, which would let the callee be the caller, without credentials for `realm`, which would let it
 * guess the caller's password, and without what only those say whom everybody trusts (RFC 3325 §5).
 */
export function withoutOurs(request: Request, realm: string): Request {
  const edits: Edit[] = [
    ...withoutRealm(request, authorization, realm),
    ...withoutRealm(request, proxyAuthorization, realm),
  ];
  edits.push(...assertionEdits(request));
  return edits.length === 0 ? request : request.with(...edits);
}

// Credentials never share a row (RFC 3261 §7.3.1), so each row is one realm's.
function withoutRealm(
  request: Request,
  field: HeaderField<readonly Credentials[]>,
  realm: string,
): readonly Edit[] {
  if (!request.has(field.name)) return [];
  const rows = request.rows(field.name);
  const others = rows.filter((row) => {
    if (isBearer(row)) return false;
    const parsed = field.parse([row]);
    return !parsed.ok || parsed.value.every(({ parameters }) => parameters.get('realm') !== realm);
  });
  if (others.length === rows.length) return [];
  return [others.length === 0 ? removeHeader(field.name) : setHeader(field.name, ...others)];
}
