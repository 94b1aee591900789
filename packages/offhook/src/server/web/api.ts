// What a page may ask for: its phone, and to be somebody's phone by a link.
import { z } from 'zod';
import type { Logger } from '@offhook/sip';
import type { UnprovedRate } from '../core/unproved-rate.ts';
import type { PageAccess } from '../users/page-access.ts';
import { readBody } from './body.ts';
import { urlOf } from './guard.ts';
import type { WebApp, WebContext } from './guard.ts';
import { isAtThisMachine, isPrivate } from './peer.ts';
import { phoneConfiguration } from './phone.ts';
import type { PhoneOptions } from './phone.ts';
import { refuse, refusals } from './refusal.ts';
import { clearSession, sessionOf, setSession } from './session.ts';

/** What the API needs. */
export interface ApiOptions extends PhoneOptions {
  /** Whose the phone is that a person at this machine gets without login; nobody's when others can reach us. */
  readonly firstUser: string | undefined;
  readonly access: Pick<PageAccess, 'join' | 'leave' | 'userOf'>;
  /** The names of the users of our domain. */
  readonly userNames: () => Promise<readonly string[]>;
  readonly rate: UnprovedRate;
  readonly log: Logger;
}

const joining = z.strictObject({ token: z.string().max(100) });

/** Adds the routes. */
export function addApi(app: WebApp, options: ApiOptions): void {
  const { access, domain, rate, log } = options;

  app.use('/api/*', async (context, next) => {
    if (rate.take(context.env.address)) await next();
    else context.res = refuse(context, refusals.tooMany, { 'retry-after': '5' });
  });

  app.get('/api/phone', async (context) => {
    const user = await userOf(context, options);
    if (user === undefined) return refuse(context, refusals.unknownBrowser);
    rate.giveBack(context.env.address);
    const { host } = urlOf(context);
    const { isSecure } = context.env;
    const others = (await options.userNames()).filter((name) => name !== user);
    return context.json(phoneConfiguration(options, { user, others, host, isSecure }));
  });

  app.post('/api/join', async (context) => {
    if (!isPrivate(context.env)) return refuse(context, refusals.insecure);
    const body = await readBody(context, joining);
    if (!body.ok) return refuse(context, body.refusal);
    const joined = await access.join(body.value.token, domain);
    if (joined === undefined) return refuse(context, refusals.badLink);
    log.info('A browser is the phone of a user', {
      user: joined.name,
      source: context.env.address,
    });
    setSession(context, joined.session.reveal());
    return context.json({ user: joined.name });
  });

  app.delete('/api/join', async (context) => {
    const session = sessionOf(context);
    if (session !== undefined) await access.leave(session);
    clearSession(context);
    return context.body(null, 204);
  });
}

/** Whose phone the page is. */
async function userOf(
  context: WebContext,
  { access, domain, firstUser }: ApiOptions,
): Promise<string | undefined> {
  const session = isPrivate(context.env) ? sessionOf(context) : undefined;
  const known = session === undefined ? undefined : await access.userOf(session, domain);
  return known ?? (isAtThisMachine(context.env, urlOf(context)) ? firstUser : undefined);
}
