// What makes calls go more smoothly: methods and extensions that both sides name (RFC 3261 §13.2.1, §13.3.1.4).
import { should } from './lint-rule.ts';
import type { LintRule } from './lint-rule.ts';

/** INVITE and its 2xx say what their sender can do. */
export const recommended: LintRule = {
  rule: 'recommended',
  find: ({ message, method, status }) => {
    const invites =
      method === 'INVITE' && (status === undefined || (status >= 200 && status < 300));
    if (message === undefined || !invites) return [];
    const section = status === undefined ? 'RFC 3261 §13.2.1' : 'RFC 3261 §13.3.1.4';
    return ['Allow', 'Supported']
      .filter((name) => !message.has(name))
      .map((name) => should(`${name} is missing.`, section));
  },
};
