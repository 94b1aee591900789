// Traces for pages and the command line: searches, one call whole, what happens now, what pages saw, and devices.
import { z } from 'zod';
import type { Clock } from '@offhook/sip';
import { UploadRate } from '../trace/upload-rate.ts';
import { PageClocks } from '../trace/page-clocks.ts';
import { isStatus } from '../trace/search.ts';
import type { Traces } from '../trace/traces.ts';
import { tooLong } from './body.ts';
import type { WebApp, WebContext } from './guard.ts';
import { eventStream } from './event-stream.ts';
import { refuse, refusals } from './refusal.ts';

/** The traces, as far as they are asked for here. */
export type PageTraces = Pick<Traces, 'calls' | 'lines' | 'report' | 'watch' | 'devices'>;

/** Who asks. */
export interface TraceReader {
  /** The user whose page it is; undefined for the operator's command line. */
  readonly user: string | undefined;
  /** Tells the pages of one user apart. */
  readonly id: string;
  /** True for who may see the calls of everybody: a person at this machine, or one who holds the key of the data folder. */
  readonly seesAll: boolean;
}

/** What the routes need. */
export interface TraceOptions {
  /** Undefined when none are kept. */
  readonly traces: PageTraces | undefined;
  readonly clock: Clock;
}

const time = z.coerce.number().min(0).max(1e15).optional();

const searching = z.object({
  text: z.string().max(200).optional(),
  status: z.string().refine(isStatus).optional(),
  fault: z
    .string()
    .regex(/^[\w-]{1,64}$/)
    .optional(),
  since: time,
  until: time,
  before: time,
  limit: z.coerce.number().int().min(1).max(200).default(50),
});

const sending = z.object({
  now: z.coerce.number().min(0).max(1e15).optional(),
  roundTrip: z.coerce.number().min(0).max(60_000).optional(),
});

/** Octets of one report of a page. */
const longestReport = 256 * 1024;

/** Adds the routes; `readerOf` tells who asks. */
export function addTrace(
  app: WebApp,
  { traces, clock }: TraceOptions,
  readerOf: (context: WebContext) => Promise<TraceReader | undefined>,
): void {
  const rate = new UploadRate(clock);
  const clocks = new PageClocks();

  /** A route for those who may read traces, as long as there are any. */
  const route =
    (
      answer: (
        context: WebContext,
        given: { readonly traces: PageTraces; readonly reader: TraceReader },
      ) => Promise<Response>,
    ) =>
    async (context: WebContext): Promise<Response> => {
      const reader = await readerOf(context);
      if (reader === undefined) return refuse(context, refusals.unknownBrowser);
      if (traces === undefined) return refuse(context, refusals.noTraces);
      return await answer(context, { traces, reader });
    };

  app.get(
    '/api/trace/calls',
    route(async (context, given) => {
      const query = searching.safeParse(context.req.query());
      if (!query.success) return refuse(context, refusals.badQuery);
      return context.json(await given.traces.calls({ ...query.data, user: onlyOf(given.reader) }));
    }),
  );

  app.get(
    '/api/trace/calls/:id',
    route(async (context, given) => {
      const wish = { call: context.req.param('id') ?? '', user: onlyOf(given.reader) };
      const lines = await given.traces.lines(wish);
      if (lines === undefined) return refuse(context, refusals.noSuchCall);
      return context.body(lines, 200, { 'content-type': ndjson });
    }),
  );

  app.get(
    '/api/trace/live',
    route(async (context, given) => {
      const call = context.req.query('call');
      const stream = eventStream({
        clock,
        watch: (sink) => given.traces.watch({ call, user: onlyOf(given.reader) }, sink),
        isAllowed: async () => (await readerOf(context)) !== undefined,
      });
      if (stream === undefined) return refuse(context, refusals.tooManyViewers);
      return context.body(stream, 200, { 'content-type': 'text/event-stream' });
    }),
  );

  app.post(
    '/api/trace/observations',
    route(async (context, given) => {
      const received = clock.wall();
      const { user, id } = given.reader;
      if (user === undefined) return refuse(context, refusals.unknownBrowser);
      const { req } = context;
      // A form cannot say this type, so no page of another site can send it unasked.
      if (!/^application\/x-ndjson(?:;|$)/i.test(req.header('content-type') ?? ''))
        return refuse(context, refusals.wrongType);
      if (tooLong(req.header('content-length'), longestReport))
        return refuse(context, refusals.tooLarge);
      const said = sending.safeParse(req.query());
      if (!said.success) return refuse(context, refusals.badQuery);
      if (!rate.take(user, Number(req.header('content-length'))))
        return refuse(context, refusals.tooMany, { 'retry-after': '5' });
      const pageClock = clocks.of(`${user} ${id}`, { received, ...said.data });
      const lines = await req.text();
      const report = { user, lines, shift: pageClock.shift, received };
      return context.json({ ...(await given.traces.report(report)), clock: pageClock });
    }),
  );

  app.get(
    '/api/trace/devices',
    route(async (context, given) => {
      return context.json({ devices: await given.traces.devices(onlyOf(given.reader)) });
    }),
  );
}

const ndjson = 'application/x-ndjson';

function onlyOf({ user, seesAll }: TraceReader): string | undefined {
  return seesAll ? undefined : user;
}
