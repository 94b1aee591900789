// Traces as pages and the command line get them: who may see what, searches, live events, and what pages tell.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Observation } from '@offhook/sip';
import { formatTapLine, parseTapLine } from '@offhook/sip/trace';
import { call, MemoryTraces, seen } from '../trace/trace.test-kit.ts';
import type { Peer } from './peer.ts';
import { codeOf, here, TestWeb } from './web.test-kit.ts';
import type { WebChanges } from './web.test-kit.ts';

const far: Peer = { address: '192.0.2.1', isSecure: true, isOwn: false, isDirect: true };
const secureHome = 'https://example.com:8443';
const alice = { headers: { cookie: '__Host-offhook=session-alice' } };

let traces: MemoryTraces;
let web: TestWeb;

/** A server with two calls: of alice, and of carol and dave. */
function serverWith(changes: WebChanges = {}): TestWeb {
  traces = new MemoryTraces();
  const made = new TestWeb({ traces, ...changes });
  const at = made.clock.wall();
  traces.observe([
    ...call({ callId: 'a/1@host', at }),
    ...call({ callId: 'of-others', from: 'carol', to: 'dave', at: at + 1_000 }, '486 Busy Here'),
  ]);
  return made;
}

beforeEach(async () => {
  web = serverWith();
  await web.post('/api/join', { token: 'link-alice' }, { url: secureHome, peer: far });
});

async function idsOf(response: Response): Promise<readonly string[]> {
  const { calls }: { calls: readonly { id: string }[] } = JSON.parse(await response.text());
  return calls.map(({ id }) => id);
}

/** As alice's browser asks, far away. */
function asAlice(path: string): Promise<Response> {
  return web.ask(`${secureHome}${path}`, alice, far);
}

describe('Who may read traces', () => {
  test('A person at this machine all of them, a user far away his own, nobody else any (A29)', async () => {
    expect(await idsOf(await web.ask('/api/trace/calls'))).toEqual(['of-others', 'a/1@host']);
    expect(await idsOf(await asAlice('/api/trace/calls'))).toEqual(['a/1@host']);
    for (const path of ['calls', 'calls/of-others', 'live', 'devices']) {
      const response = await web.ask(`${secureHome}/api/trace/${path}`, {}, far);
      expect([path, response.status, await codeOf(response)]).toEqual([path, 403, 'WEB_LOGIN']);
    }
    const one = await asAlice('/api/trace/calls/of-others');
    expect([one.status, await codeOf(one)]).toEqual([404, 'WEB_CALL']);
  });

  test('On a system that others can reach, a person at this machine needs the key of the data folder', async () => {
    web = serverWith({ firstUser: undefined });
    expect((await web.ask('/api/trace/calls')).status).toBe(403);
    const ask = (token: string, peer = here): Promise<Response> =>
      web.ask('/api/trace/calls', { headers: { authorization: `Bearer ${token}` } }, peer);
    const good = web.operatorTokens.issue('operator', 'example.com').text.reveal();
    expect(await idsOf(await ask(good))).toHaveLength(2);
    expect((await ask(web.tokens.issue('operator', 'example.com').text.reveal())).status).toBe(403);
    expect((await ask('x.y.z')).status).toBe(403);
    expect((await ask(good, { ...here, address: '192.0.2.1' })).status).toBe(403);
    web.clock.advance(301_000);
    expect((await ask(good)).status).toBe(403);
  });

  test('Where none are kept, that is said', async () => {
    const none = new TestWeb();
    const response = await none.ask('/api/trace/calls');
    expect([response.status, await codeOf(response)]).toEqual([404, 'WEB_NO_TRACES']);
  });
});

describe('Searching', () => {
  test.each([
    ['status=486', ['of-others']],
    ['status=4xx&text=dave', ['of-others']],
    ['text=a/1', ['a/1@host']],
    ['limit=1', ['of-others']],
    ['text=%25', []],
  ])('%s', async (query, ids) => {
    expect(await idsOf(await web.ask(`/api/trace/calls?${query}`))).toEqual(ids);
  });

  test.each([
    'status=abc',
    'limit=0',
    'limit=1e9',
    'since=never',
    "fault=' OR 1",
    `text=${'x'.repeat(201)}`,
  ])('%s is no question (A11)', async (query) => {
    const response = await web.ask(`/api/trace/calls?${query}`);
    expect([response.status, await codeOf(response)]).toEqual([400, 'WEB_QUERY']);
  });

  test('A call comes whole, as tap lines, whatever its Call-ID looks like', async () => {
    const response = await asAlice(`/api/trace/calls/${encodeURIComponent('a/1@host')}`);
    expect(response.headers.get('content-type')).toBe('application/x-ndjson');
    const lines = (await response.text()).trimEnd().split('\n');
    expect(lines).toHaveLength(6);
    expect(lines.every((line) => parseTapLine(line).ok)).toBe(true);
  });
});

describe('What happens now', () => {
  async function next(reader: ReadableStreamDefaultReader<Uint8Array>): Promise<string> {
    const { value } = await reader.read();
    return new TextDecoder().decode(value);
  }

  async function live(query = '', as: 'here' | 'alice' = 'here') {
    const path = `/api/trace/live${query}`;
    const response = await (as === 'here' ? web.ask(path) : asAlice(path));
    const { body } = response;
    if (body === null) throw new Error('No stream');
    return { response, reader: body.getReader() };
  }

  test('It begins with ready; then each tap line is an event, of what the viewer may see', async () => {
    const { response, reader } = await live('', 'alice');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await next(reader)).toBe('event: ready\ndata: {}\n\n');
    traces.observe([
      seen('INVITE', { callId: 'x', from: 'carol', to: 'dave' }),
      seen('INVITE', { callId: 'y' }),
    ]);
    const event = await next(reader);
    expect(event).toMatch(/^data: \{.*Call-ID: y.*\}\n\n$/);
    expect(event).not.toContain('carol');
    await reader.cancel();
    expect(traces.viewers).toBe(0);
  });

  test('One call can be followed alone; what a stranger wrote cannot pose as an event (A15)', async () => {
    const { reader } = await live('?call=y');
    await next(reader);
    const evil = '<img src=x onerror=alert(1)>\r\nevent: gap\r\ndata: {"lost":1}';
    traces.observe([
      seen('INVITE', { callId: 'z' }),
      seen('INVITE', {
        callId: 'y',
        headers: [`User-Agent: ${evil}`],
        body: '\u2028\u0085\n\nevent: gap\n',
      }),
    ]);
    const lines = (await next(reader)).split('\n');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^data: [\x20-\x7e]+$/);
  });

  test('A viewer who does not read loses what comes, is told how much, and holds no memory (A43)', async () => {
    const { reader } = await live();
    const big = seen('INFO', { callId: 'y', body: 'x'.repeat(60_000) });
    for (let index = 0; index < 100; index += 1) traces.observe([big]);
    let size = 0;
    expect(await next(reader)).toContain('ready');
    for (let left = 16; left > 0; left -= 1) size += (await next(reader)).length;
    expect(size).toBeLessThan(1_200_000);
    traces.observe([seen('INVITE', { callId: 'after' })]);
    expect(await next(reader)).toMatch(
      /^event: gap\ndata: \{"lost":8\d\}\n\ndata: .*Call-ID: after/,
    );
  });

  test('A gap in what is kept is told while it begins, and with its size when it is over', async () => {
    const { reader } = await live();
    await next(reader);
    const gap = { since: 1_000, until: undefined, calls: 1, records: 2 };
    traces.tell(gap);
    expect(await next(reader)).toBe(
      'event: untraced\ndata: {"since":1000,"calls":1,"records":2}\n\n',
    );
  });

  test('More viewers than can be served are refused; the end of the system is theirs too', async () => {
    const streams = [await live(), await live(), await live()];
    const response = await web.ask('/api/trace/live');
    expect([response.status, await codeOf(response)]).toEqual([503, 'WEB_VIEWERS']);
    traces.end();
    for (const { reader } of streams) {
      await next(reader);
      expect((await reader.read()).done).toBe(true);
    }
  });

  test('A silent stream is kept open by a comment, and ends with the login (A29)', async () => {
    const { reader } = await live('', 'alice');
    await next(reader);
    web.clock.advance(15_000);
    expect(await next(reader)).toBe(': \n\n');
    const origin = { origin: secureHome, cookie: alice.headers.cookie };
    await web.ask(`${secureHome}/api/join`, { method: 'DELETE', headers: origin }, far);
    web.clock.advance(15_000);
    expect((await reader.read()).done).toBe(true);
  });
});

describe('What pages tell', () => {
  function report(
    observations: readonly Observation[],
    query = '',
    changes: RequestInit = {},
  ): Promise<Response> {
    const body = observations.map((one) => formatTapLine(one)).join('\n');
    const headers = {
      ...{ origin: secureHome, cookie: alice.headers.cookie },
      ...{ 'content-type': 'application/x-ndjson', 'content-length': String(body.length) },
    };
    const init = { method: 'POST', body, headers, ...changes };
    return web.ask(`${secureHome}/api/trace/observations${query}`, init, far);
  }

  async function linesOf(callId: string): Promise<readonly Observation[]> {
    const response = await web.ask(`/api/trace/calls/${encodeURIComponent(callId)}`);
    const lines = response.status === 200 ? (await response.text()).trimEnd().split('\n') : [];
    return lines.flatMap((line) => {
      const read = parseTapLine(line);
      return read.ok ? [read.value] : [];
    });
  }

  test('It stands beside what the server saw, under the user’s name and by the server’s clock', async () => {
    const at = web.clock.wall();
    // A page whose clock is an hour behind, and whose request took 40 ms there and back.
    const theirs = at - 3_600_000;
    const own = seen('INVITE', {
      callId: 'a/1@host',
      endpoint: 'server',
      at: theirs - 500,
      direction: 'out',
    });
    const response = await report([own], `?now=${theirs - 20}&roundTrip=40`);
    expect(await response.json()).toEqual({
      taken: 1,
      refused: 0,
      clock: { shift: 3_600_000, within: 20 },
    });
    const lines = await linesOf('a/1@host');
    expect(lines[0]).toMatchObject({
      ...{ endpoint: 'alice', at: at - 500, direction: 'out' },
      moved: 3_600_000,
    });
    expect(lines).toHaveLength(7);
  });

  test('The media of its sessions comes along; calls of others, lines that are none and times long ago are refused (A21)', async () => {
    const at = web.clock.wall();
    const session: Observation = {
      ...{ v: 1, kind: 'session', at, endpoint: 'alice', callId: 'a/1@host', id: 's1' },
      ...{ event: 'made', after: 'Up', actions: [], timers: [] },
    };
    const media: Observation = {
      ...{ v: 1, kind: 'media', at, endpoint: 'alice', session: 's1', line: 0, codec: 'opus' },
      ...{ sentPackets: 9, receivedPackets: 9, lostPackets: 0, jitterMilliseconds: 1 },
    };
    const response = await report(
      [
        session,
        media,
        seen('INVITE', { callId: 'of-others', at }),
        seen('INVITE', { callId: 'a/1@host', at: at - 86_400_000 }),
        seen('INVITE', { callId: 'a/1@host', at: at + 86_400_000 }),
        { ...media, session: 'unknown' },
      ],
      `?now=${at}`,
    );
    expect(await response.json()).toMatchObject({ taken: 2, refused: 4 });
    expect(await linesOf('of-others')).toHaveLength(4);
  });

  test('A call that never came here is the page’s own alone, whomever it names (A21)', async () => {
    const at = web.clock.wall();
    await report([seen('INVITE', { callId: 'invented', to: 'bob', at })], `?now=${at}`);
    expect(await idsOf(await asAlice('/api/trace/calls'))).toContain('invented');
    expect(traces.world.ids({ user: 'bob' })).not.toContain('invented');
  });

  test.each([
    ['of a form', { 'content-type': 'text/plain' }, 415, 'WEB_TYPE'],
    ['of another site', { origin: 'https://evil.example' }, 403, 'WEB_ORIGIN'],
    ['of a quarter of a megabyte and more', { 'content-length': '262145' }, 413, 'WEB_TOO_LARGE'],
    ['without a length', { 'content-length': '' }, 413, 'WEB_TOO_LARGE'],
  ])('A report %s is refused before it is read (A32)', async (_what, changed, status, code) => {
    const headers = {
      ...{ origin: secureHome, cookie: alice.headers.cookie },
      ...{ 'content-type': 'application/x-ndjson', 'content-length': '3', ...changed },
    };
    const response = await report([], '', { body: '{}\n', headers });
    expect([response.status, await codeOf(response)]).toEqual([status, code]);
  });

  test('Who tells too much is not heard for a while (X18)', async () => {
    const big = seen('INFO', {
      callId: 'a/1@host',
      at: web.clock.wall(),
      body: 'x'.repeat(200_000),
    });
    const statuses: number[] = [];
    for (let index = 0; index < 12; index += 1) statuses.push((await report([big])).status);
    expect([statuses[0], statuses.at(-1)]).toEqual([200, 429]);
    web.clock.advance(10_000);
    expect((await report([big])).status).toBe(200);
  });
});
