// Headers that are there and cannot be read; the parser only looks at those that every receiver needs (RFC 3261 §25.1).
import { accept } from '../../../message/header/accept.ts';
import { allow } from '../../../message/header/allow.ts';
import { contact } from '../../../message/header/contact.ts';
import { contentDisposition } from '../../../message/header/content-disposition.ts';
import { contentType } from '../../../message/header/content-type.ts';
import { event } from '../../../message/header/event.ts';
import { expires } from '../../../message/header/expires.ts';
import type { HeaderField } from '../../../message/header/field.ts';
import { minExpires } from '../../../message/header/min-expires.ts';
import { minSe } from '../../../message/header/min-se.ts';
import { pAssertedIdentity } from '../../../message/header/p-asserted-identity.ts';
import { path } from '../../../message/header/path.ts';
import { proxyAuthenticate } from '../../../message/header/proxy-authenticate.ts';
import { proxyRequire } from '../../../message/header/proxy-require.ts';
import { rack } from '../../../message/header/rack.ts';
import { reason } from '../../../message/header/reason.ts';
import { recordRoute } from '../../../message/header/record-route.ts';
import { referTo } from '../../../message/header/refer-to.ts';
import { replaces } from '../../../message/header/replaces.ts';
import { requireField } from '../../../message/header/require.ts';
import { retryAfter } from '../../../message/header/retry-after.ts';
import { route } from '../../../message/header/route.ts';
import { rseq } from '../../../message/header/rseq.ts';
import { sessionExpires } from '../../../message/header/session-expires.ts';
import { subscriptionState } from '../../../message/header/subscription-state.ts';
import { supported } from '../../../message/header/supported.ts';
import { unsupported } from '../../../message/header/unsupported.ts';
import { via } from '../../../message/header/via.ts';
import { warning } from '../../../message/header/warning.ts';
import { wwwAuthenticate } from '../../../message/header/www-authenticate.ts';
import { must } from './lint-rule.ts';
import type { LintRule } from './lint-rule.ts';

// Credentials are not among them: they come without their secrets.
const fields: readonly HeaderField<unknown>[] = [
  accept,
  allow,
  contact,
  contentDisposition,
  contentType,
  event,
  expires,
  minExpires,
  minSe,
  pAssertedIdentity,
  path,
  proxyAuthenticate,
  proxyRequire,
  rack,
  reason,
  recordRoute,
  referTo,
  replaces,
  requireField,
  retryAfter,
  route,
  rseq,
  sessionExpires,
  subscriptionState,
  supported,
  unsupported,
  via,
  warning,
  wwwAuthenticate,
];

/** Headers are as their grammar has them. */
export const wellFormedHeaders: LintRule = {
  rule: 'well-formed-headers',
  find: ({ message }) =>
    message === undefined
      ? []
      : fields.flatMap((field) => {
          const read = message.read(field);
          return read.ok ? [] : [must(`${read.error.text}.`, 'RFC 3261 §25.1')];
        }),
};
