// What a page may ask for: its phone, and to be somebody's phone by a link.
import { z } from 'zod';
import type { Logger } from '@offhook/sip';
import type { UnprovedRate } from '../core/unproved-rate.ts';
import type { Tokens } from '../token/tokens.ts';
import type { SubscriptionKeys } from '../push/encrypt.ts';
import { hashOf } from '../users/page-access.ts';
import type { PageAccess } from '../users/page-access.ts';
import { readBody } from './body.ts';
import { urlOf } from './guard.ts';
import type { WebApp, WebContext } from './guard.ts';
import { isAtThisMachine, isPrivate } from './peer.ts';
import { phoneConfiguration } from './phone.ts';
import type { PhoneOptions } from './phone.ts';
import { refuse, refusals } from './refusal.ts';
import { addTrace } from './trace.ts';
import type { TraceOptions, TraceReader } from './trace.ts';
import { clearSession, sessionOf, setSession } from './session.ts';

/** What the API needs. */
export interface ApiOptions extends Omit<PhoneOptions, 'pushKey'>, TraceOptions {
  /** Whose the phone is that a person at this machine gets without login; nobody's when others can reach us. */
  readonly firstUser: string | undefined;
  readonly access: Pick<PageAccess, 'join' | 'leave' | 'userOf'>;
  /** The names of the users of our domain. */
  readonly userNames: () => Promise<readonly string[]>;
  readonly push: PagePush;
  /** Proves that somebody holds the key of the data folder. */
  readonly operatorTokens: Tokens;
  readonly rate: UnprovedRate;
  readonly log: Logger;
}

/** A push subscription as its page tells of it. */
export interface PageSubscription {
  readonly endpoint: string;
  readonly keys: SubscriptionKeys;
}

/** Wakes pages that are closed. */
export interface PagePush {
  /** Who we are to push services: browsers subscribe for this key (RFC 8292 §4). */
  readonly key: string;
  /** Keeps the subscription of a page; false for one that cannot be used. */
  keep(user: string, session: string, subscription: PageSubscription): Promise<boolean>;
  /** Forgets the subscription of a page. */
  drop(user: string, session: string): Promise<void>;
}

const base64url = z
  .string()
  .regex(/^[\w-]+={0,2}$/)
  .max(100);

/** What `PushSubscription.toJSON()` gives, as far as we need it. */
const subscribing: z.ZodType<{ subscription: PageSubscription }> = z.strictObject({
  subscription: z.object({
    endpoint: z.string().max(1_024),
    keys: z.object({ p256dh: base64url, auth: base64url }),
  }),
});

const joining: z.ZodType<{ token: string }> = z.strictObject({ token: z.string().max(100) });

/** Adds the routes. */
export function addApi(app: WebApp, options: ApiOptions): void {
  const { access, domain, push, rate, log } = options;

  app.use('/api/*', async (context, next) => {
    if (rate.take(context.env.address)) await next();
    else context.res = refuse(context, refusals.tooMany, { 'retry-after': '5' });
  });

  // The viewer asks this of whoever serves it; captures to open has `offhook explain --open` alone.
  app.get('/api/opened', (context) => context.json({ files: [] }));

  app.get('/api/phone', async (context) => {
    const page = await pageOf(context, options);
    if (page === undefined) return refuse(context, refusals.unknownBrowser);
    const { user } = page;
    rate.giveBack(context.env.address);
    const { host } = urlOf(context);
    const { isSecure } = context.env;
    const others = (await options.userNames()).filter((name) => name !== user);
    return context.json(
      phoneConfiguration(
        { ...options, pushKey: push.key },
        { user, others, host, isSecure, isHere: isAtThisMachine(context.env, urlOf(context)) },
      ),
    );
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

  app.post('/api/push', async (context) => {
    const page = await pageOf(context, options);
    if (page === undefined) return refuse(context, refusals.unknownBrowser);
    const body = await readBody(context, subscribing);
    if (!body.ok) return refuse(context, body.refusal);
    const isKept = await push.keep(page.user, page.id, body.value.subscription);
    return isKept ? context.body(null, 204) : refuse(context, refusals.badSubscription);
  });

  app.delete('/api/push', async (context) => {
    const page = await pageOf(context, options);
    if (page === undefined) return refuse(context, refusals.unknownBrowser);
    await push.drop(page.user, page.id);
    return context.body(null, 204);
  });

  addTrace(app, options, (context) => readerOf(context, options));
}

/** Who may read traces: pages their own user's; all of them a person at this machine, and whoever has the key of the data folder. */
async function readerOf(
  context: WebContext,
  options: ApiOptions,
): Promise<TraceReader | undefined> {
  const { env, req } = context;
  const [, token] = /^Bearer ([\w.-]{1,500})$/.exec(req.header('authorization') ?? '') ?? [];
  if (token !== undefined && isPrivate(env))
    return options.operatorTokens.read(token, options.domain).kind === 'ok'
      ? { user: undefined, id: '', seesAll: true }
      : undefined;
  const page = await pageOf(context, options);
  if (page === undefined) return undefined;
  options.rate.giveBack(env.address);
  const seesAll = options.firstUser !== undefined && isAtThisMachine(env, urlOf(context));
  return { ...page, seesAll };
}

/** Whose phone the page is; `id` tells its browser apart, and is empty for the first user's. */
async function pageOf(
  context: WebContext,
  { access, domain, firstUser }: ApiOptions,
): Promise<{ readonly user: string; readonly id: string } | undefined> {
  const session = isPrivate(context.env) ? sessionOf(context) : undefined;
  const known = session === undefined ? undefined : await access.userOf(session, domain);
  if (known !== undefined && session !== undefined) return { user: known, id: hashOf(session) };
  const user = isAtThisMachine(context.env, urlOf(context)) ? firstUser : undefined;
  return user === undefined ? undefined : { user, id: '' };
}
