// The guided call as its page asks for it: how it stands, what is to be done, how bad the lines are.
import { z } from 'zod';
import { readBody } from './body.ts';
import { urlOf } from './guard.ts';
import type { WebApp, WebContext } from './guard.ts';
import { isAtThisMachine } from './peer.ts';
import { refuse, refusals } from './refusal.ts';

/** The guided call, as far as a page needs it. */
export interface ArticlePort {
  readonly verbs: readonly string[];
  /** Plain data for the page. */
  readonly state: object;
  act(verb: string): Promise<object>;
  weather(weather: WeatherWish): Promise<object>;
}

/** How bad the lines are to be; what is not said stays. */
export interface WeatherWish {
  readonly messageLoss?: number | undefined;
  readonly mediaLoss?: number | undefined;
  readonly mediaJitter?: number | undefined;
}

const share = z.number().min(0).max(0.9).optional();
const wish: z.ZodType<{ do?: string | undefined; weather?: WeatherWish | undefined }> =
  z.strictObject({
    do: z.string().max(20).optional(),
    weather: z
      .strictObject({
        messageLoss: share,
        mediaLoss: share,
        mediaJitter: z.number().min(0).max(500).optional(),
      })
      .optional(),
  });

/** Adds the routes; only a person at this machine may use them. */
export function addArticle(app: WebApp, article: () => ArticlePort | undefined): void {
  app.get('/api/article', (context) => {
    const port = mine(context, article);
    return port === undefined ? refuse(context, refusals.nothingHere) : context.json(port.state);
  });

  app.post('/api/article', async (context) => {
    const port = mine(context, article);
    if (port === undefined) return refuse(context, refusals.nothingHere);
    const body = await readBody(context, wish);
    if (!body.ok) return refuse(context, body.refusal);
    const { do: verb, weather } = body.value;
    if (verb !== undefined && !port.verbs.includes(verb)) return refuse(context, refusals.badBody);
    if (weather !== undefined) await port.weather(weather);
    return context.json(verb === undefined ? port.state : await port.act(verb));
  });
}

function mine(
  context: WebContext,
  article: () => ArticlePort | undefined,
): ArticlePort | undefined {
  return isAtThisMachine(context.env, urlOf(context)) ? article() : undefined;
}
