// The live ladder: which columns stand, what is told in a line, and how it keeps up with a busy server.
import { describe, expect, test } from 'vitest';
import type { Observation } from '../../base/tap.ts';
import * as samples from '../sample/calls.ts';
import { audioSdp, CallWriter, party, request, response } from '../sample/call-writer.ts';
import type { SampleParty } from '../sample/call-writer.ts';
import { chain } from '../sample/chain.ts';
import { ladder } from './ladder.ts';
import { LadderPrinter } from './printer.ts';
import { cells } from './show.ts';

const calls = Object.entries(samples).filter(([name]) => name !== 'Pair');
const server = party('server', '10.0.0.5:5060');

describe('the live ladder', () => {
  test('prints a message once both ends and their states are known', () => {
    const printer = new LadderPrinter();
    const [sent, born, received, answered, next] = samples.basicCall();
    expect(lines(printer, [sent, born, received, answered])).toEqual([]);
    expect(printer.wake).toBeCloseTo((answered?.at ?? 0) + 25, 0);
    const printed = printer.flush(printer.wake);
    expect(printed.some((line) => line.includes('--- INVITE --'))).toBe(true);
    expect(printed.join('\n')).toContain('client: Calling  A=0.5s B=32s');
    expect(printed.join('\n')).toContain('server: Proceeding');
    expect(printer.wake).toBeUndefined();
    expect(next).toBeDefined();
  });

  test.each(calls)('of %s tells the same rows as the whole ladder', (name, make) => {
    if (name === 'registration') return;
    const observations = make().toSorted((one, other) => one.at - other.at);
    const printed = told(observations);
    const arrows = (text: readonly string[]): readonly string[] =>
      text
        .map((line) => /F\d+ +[\d.]+/.exec(line)?.[0].replace(/ +/, ' ') ?? '')
        .filter((row) => row !== '');
    expect(arrows(printed)).toEqual(arrows(ladder(observations).split('\n')));
    for (const line of printed) expect(cells(line)).toBeLessThanOrEqual(100);
  });

  test('sums a call up once, when it is over', () => {
    const printed = told(samples.basicCall());
    expect(printed.filter((line) => line.startsWith('== call 1: '))).toHaveLength(1);
  });

  test('tells the time of day where it is given a way to', () => {
    const printed = told(samples.basicCall(), { timeOfDay: () => '09:30:00' });
    expect(printed[0]).toContain('== call 1, 09:30:00, INVITE sip:alice@example.com');
  });

  test('tells of a state that comes after its message was printed', () => {
    const printer = new LadderPrinter();
    const [sent, born] = samples.basicCall();
    expect(lines(printer, [sent]).length + printer.flush().length).toBeGreaterThan(0);
    const late = [...lines(printer, [born]), ...printer.flush()];
    expect(late).toHaveLength(1);
    expect(late[0]).toMatch(/F1 .*T1 {2}client: Calling/);
  });

  test('says which call a line belongs to while several are open', () => {
    const printed = told(byTime(samples.busyCall(), samples.cancelledCall()));
    expect(printed.some((line) => line.trim().startsWith('2.F1 '))).toBe(true);
    expect(printed.some((line) => line.trim().startsWith('1.F2 '))).toBe(true);
    expect(printed.filter((line) => /^== call [12]: /.test(line))).toHaveLength(2);
    expect(told(samples.busyCall()).some((line) => line.includes('1.F'))).toBe(false);
  });

  test('tells at the end what each observed party heard', () => {
    const report: Observation = {
      v: 1,
      kind: 'media',
      at: (samples.basicCall()[0]?.at ?? 0) + 7000,
      endpoint: 'alice',
      session: 'a',
      line: 0,
      sentPackets: 274,
      receivedPackets: 270,
      lostPackets: 3,
      jitterMilliseconds: 2.25,
      codec: 'PCMU',
    };
    const session = samples
      .basicCall()
      .find(({ kind, endpoint }) => kind === 'session' && endpoint === 'alice');
    const id = session !== undefined && 'id' in session ? session.id : '';
    expect(told(byTime(samples.basicCall(), [{ ...report, session: id }])).at(-1)).toBe(
      '   alice heard PCMU: 270 of 273 packets, 1.1 % lost, jitter 2.3 ms; sent 274',
    );
  });
});

describe('columns', () => {
  test('are those of the open calls: after the last one ended they are fresh', () => {
    const alice = party('alice', '10.0.0.1:5060', false);
    const printed = told([
      ...call({ id: 'one', at: 0, from: alice, to: party('echo', '10.0.0.8:5060') }),
      ...call({ id: 'two', at: 10_000, from: alice, to: party('bob', '10.0.0.9:5060') }),
    ]);
    expect(headersOf(printed)).toEqual(['alice server echo', 'alice server bob']);
  });

  test('RFC 3665: the caller stands left, then the server, then the callee, whoever was known first', () => {
    const [alice, bob] = [party('alice', '10.0.0.1:5060', false), party('bob', '10.0.0.9:5060')];
    const printed = told([
      ...call({ id: 'there', at: 0, from: alice, to: bob }),
      ...call({ id: 'back', at: 10_000, from: bob, to: alice }),
    ]);
    expect(headersOf(printed)).toEqual(['alice server bob', 'bob server alice']);
  });

  test('of two calls at once stand together, callers left of the server that they share', () => {
    const printed = told(
      byTime(
        call({
          id: 'one',
          at: 0,
          from: party('alice', '10.0.0.1:5060', false),
          to: party('echo', '10.0.0.8:5060'),
          lasts: 3000,
        }),
        call({
          id: 'two',
          at: 1000,
          from: party('carol', '10.0.0.2:5060', false),
          to: party('bob', '10.0.0.9:5060'),
          lasts: 5000,
        }),
      ),
      { width: 140 },
    );
    expect(headersOf(printed)).toEqual([
      'alice server echo',
      'alice carol server echo bob',
      'carol server bob',
    ]);
  });

  test('RFC 7989: a call that shares its Session-ID with one before is told as a leg of it', () => {
    const [alice, bob] = [party('alice', '10.0.0.1:5060', false), party('bob', '10.0.0.9:5060')];
    const named = call({ id: 'near', at: 0, from: alice, to: bob });
    const leg = call({ id: 'far', at: 50, from: alice, to: bob });
    const other = call({ id: 'other', at: 100, from: alice, to: bob });
    const half = 'ab30317f1a784dc48ff824d0d3715d86';
    const headings = told(
      byTime(
        withSessionId(named, half),
        withSessionId(leg, `${'0'.repeat(32)};remote=${half}`),
        other,
      ),
    ).filter((line) => line.includes('INVITE sip:'));
    expect(headings.map((line) => /leg of call \d+/.exec(line)?.[0])).toEqual([
      undefined,
      'leg of call 1',
      undefined,
    ]);
  });

  test('grow when a party appears late', () => {
    expect(headersOf(told(chain(3)))).toEqual(['p1 p2', 'p1 p2 p3']);
  });

  test('keep to the width by letting the idlest party go', () => {
    const printed = told(chain(9), { width: 100 });
    for (const line of printed) expect(cells(line)).toBeLessThanOrEqual(100);
    expect(headersOf(printed).at(-1)).toBe('p6 p7 p8 p9');
  });
});

describe('registrations and OPTIONS', () => {
  const alice = party('alice', '10.0.0.1:5060', false);

  test('are told in a line when they are finished, and not by a ladder', () => {
    expect(told(register([401, 200], { credentials: true, expires: 3600 }))).toEqual([
      '  alice 10.0.0.1:5060 registered at 10.0.0.5:5060 for 3600 s (2 transactions, digest)',
    ]);
    expect(told(options(200))).toEqual([
      '  OPTIONS 10.0.0.1:5060 -> 10.0.0.5:5060 answered 200 OK (1 transaction)',
    ]);
  });

  test('are told by ladders when all is told, or when that is asked for', () => {
    const printed = told(register([200], { expires: 60 }), { verbosity: 'full' });
    expect(printed.some((line) => line.includes('- REGISTER -'))).toBe(true);
    const asked = told(options(200), { exchanges: 'ladder' });
    expect(asked.some((line) => line.includes('- OPTIONS -'))).toBe(true);
  });

  test('RFC 3261 §10.2: a second binding under the Call-ID refreshes, Expires 0 removes, no Contact asks', () => {
    expect(
      told([
        ...register([200], { expires: 60 }),
        ...register([200], { expires: 60, cseq: 5, at: 50_000 }),
        ...register([200], { expires: 0, cseq: 6, at: 60_000 }),
      ]),
    ).toEqual([
      '  alice 10.0.0.1:5060 registered at 10.0.0.5:5060 for 60 s (1 transaction)',
      '  alice 10.0.0.1:5060 refreshed at 10.0.0.5:5060 for 60 s (1 transaction)',
      '  alice 10.0.0.1:5060 unregistered at 10.0.0.5:5060 (1 transaction)',
    ]);
    expect(told(register([200], {}))).toEqual([
      '  alice 10.0.0.1:5060 asked 10.0.0.5:5060 for its registrations (1 transaction)',
    ]);
  });

  test('RFC 3261 §22.2: a second 401 refuses, a first one asks; who never answers it is told of after two seconds', () => {
    expect(told(register([401, 401], { credentials: true, expires: 60 }))).toEqual([
      '  alice 10.0.0.1:5060 was refused by 10.0.0.5:5060: 401 Unauthorized, wrong credentials (2 transactions, digest)',
    ]);
    const printer = new LadderPrinter();
    const seen = register([401], { expires: 60 });
    const start = seen[0]?.at ?? 0;
    expect([...lines(printer, seen), ...printer.flush(start + 500)]).toEqual([]);
    expect(printer.wake).toBe((seen.at(-1)?.at ?? 0) + 2000);
    expect(printer.flush(printer.wake)).toEqual([
      '  alice 10.0.0.1:5060 was refused by 10.0.0.5:5060: 401 Unauthorized, and gave no credentials (1 transaction)',
    ]);
  });

  test('that fail say why', () => {
    expect(told(register([403], { expires: 60 }))).toEqual([
      '  alice 10.0.0.1:5060 was refused by 10.0.0.5:5060: 403 Forbidden (1 transaction)',
    ]);
    expect(told(options(undefined))).toEqual([
      '  OPTIONS 10.0.0.1:5060 -> 10.0.0.5:5060 has no answer yet (1 transaction)',
    ]);
  });

  function register(
    statuses: readonly number[],
    how: {
      readonly credentials?: boolean;
      readonly expires?: number;
      readonly cseq?: number;
      readonly at?: number;
    },
  ): readonly Observation[] {
    const writer = new CallWriter();
    for (const [index, status] of statuses.entries()) {
      const { expires, cseq = 1, at = 0 } = how;
      const contact = '<sip:alice@10.0.0.1:5060>';
      const sent = request({
        method: 'REGISTER',
        uri: 'sip:example.com',
        via: [`SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKr${cseq + index}`],
        from: '<sip:alice@example.com>;tag=r1',
        to: '<sip:alice@example.com>',
        callId: 'register',
        cseq: cseq + index,
        headers: [
          ...(expires === undefined ? [] : [['Contact', `${contact};expires=${expires}`] as const]),
          ...(index > 0 && how.credentials === true
            ? [['Authorization', 'Digest username="alice"'] as const]
            : []),
        ],
      });
      writer.hop(sent, { at: at + index * 20, from: alice, to: server });
      const answer = response(sent, status, 's1').toText();
      const bound =
        expires === undefined || expires === 0 || status !== 200
          ? ''
          : `Contact: ${contact};expires=${expires}\r\n`;
      writer.observations.push(
        outgoing(
          answer.replace('\r\n\r\n', `\r\n${bound}\r\n`),
          at + index * 20 + 5,
          alice,
          writer,
        ),
      );
    }
    return writer.observations;
  }

  function options(status: number | undefined): readonly Observation[] {
    const writer = new CallWriter();
    const sent = request({
      method: 'OPTIONS',
      uri: 'sip:example.com',
      via: ['SIP/2.0/UDP 10.0.0.1:5060;branch=z9hG4bKo1'],
      from: '<sip:alice@example.com>;tag=o1',
      to: '<sip:example.com>',
      callId: 'options',
      cseq: 1,
    });
    writer.hop(sent, { at: 0, from: alice, to: server });
    if (status !== undefined)
      writer.hop(response(sent, status, 's1'), { at: 5, from: server, to: alice });
    return writer.observations;
  }
});

describe('a busy server', () => {
  const echo = party('echo', '10.0.0.8:5060');
  const crowd = (count: number, every: number, lasts = 5000): readonly Observation[] =>
    byTime(
      ...Array.from({ length: count }, (_, index) =>
        call({
          id: `crowd${index}`,
          at: index * every,
          from: party(`p${index}`, `10.0.1.${index % 200}:5060`, false),
          to: echo,
          lasts,
        }),
      ),
    );

  test('tells calls by two lines each when there are more than three at once, and says so once', () => {
    const printed = told(crowd(6, 100), { hint: '--verbose tells all' });
    expect(printed.filter((line) => line.includes('summaries only'))).toEqual([
      '== 4 calls at once: summaries only; --verbose tells all',
    ]);
    expect(printed).toContain('   call 4 begins: sip:p3@example.com -> sip:echo@example.com');
    expect(printed).toContain('   call 5 begins: sip:p4@example.com -> sip:echo@example.com');
    for (const number of [1, 2, 3, 4, 5, 6])
      expect(
        printed.filter((line) => line.startsWith(`   call ${number}: answered in `)),
      ).toHaveLength(1);
    const after = printed.slice(printed.findIndex((line) => line.includes('summaries only')));
    expect(after.filter((line) => line.includes('|'))).toEqual([]);
  });

  test('tells calls in full again when it was calm for five seconds, and sums up', () => {
    const later = call({
      id: 'later',
      at: 20_000,
      from: party('alice', '10.0.0.1:5060', false),
      to: echo,
    });
    const printed = told([...crowd(6, 100), ...later]);
    const end = printed.findIndex((line) => line.startsWith('== 6 calls in '));
    expect(printed[end]).toContain('6 answered; at most 6 at once; calls are told in full again');
    expect(headersOf(printed.slice(end))).toEqual(['alice server echo']);
  });

  test('only counts when there are more than twenty calls a second', () => {
    const printed = told(crowd(300, 10, 500));
    expect(printed.length).toBeLessThan(250);
    expect(printed).toContain('   more than 20 calls a second: only their number is told');
    expect(printed.some((line) => /^ {3}\d+ calls began, \d+ ended, \d+ open$/.test(line))).toBe(
      true,
    );
    expect(
      printed.some((line) => /^== 300 calls in .*: 300 answered; at most \d+ at once/.test(line)),
    ).toBe(true);
  });

  test('tells all when all is asked for', () => {
    const printed = told(crowd(30, 10, 500), { verbosity: 'full', width: 160 });
    expect(printed.filter((line) => line.includes('- ACK -'))).toHaveLength(60);
    expect(printed.some((line) => line.includes('summaries'))).toBe(false);
  });

  test('forgets nothing of a call that outlives the busy time', () => {
    const long = call({
      id: 'long',
      at: 350,
      from: party('alice', '10.0.0.1:5060', false),
      to: echo,
      lasts: 60_000,
    });
    const printed = told(byTime(crowd(5, 100, 1000), long));
    expect(printed.at(-1)).toMatch(
      /^ {3}call \d: answered in 0\.02 s, up 60 s, ended by the caller$/,
    );
  });
});

/** A call through the server; only the server is observed. */
function call(how: {
  readonly id: string;
  readonly at: number;
  readonly from: SampleParty;
  readonly to: SampleParty;
  readonly lasts?: number;
}): readonly Observation[] {
  const { id, at, from, to, lasts = 2000 } = how;
  const writer = new CallWriter();
  const caller = `SIP/2.0/UDP ${from.address.host}:5060;branch=z9hG4bK`;
  const middle = 'SIP/2.0/UDP 10.0.0.5:5060;branch=z9hG4bK';
  const make = (
    method: string,
    cseq: number,
    branch: string,
    hops: number,
  ): ReturnType<typeof request> =>
    request({
      method,
      uri: hops === 2 ? `sip:${to.name}@${to.address.host}:5060` : `sip:${to.name}@example.com`,
      via: [...(hops === 2 ? [`${middle}${branch}s`] : []), `${caller}${branch}`],
      from: `<sip:${from.name}@example.com>;tag=f${id}`,
      to: `<sip:${to.name}@example.com>${method === 'INVITE' ? '' : `;tag=t${id}`}`,
      callId: id,
      cseq,
      ...(method === 'INVITE' ? { sdp: audioSdp('10.0.0.77', 4000, 'sendrecv') } : {}),
    });
  const unseen = { ...to, observed: false };
  const through = (method: string, cseq: number, when: number, answered: boolean): void => {
    const [near, far] = [1, 2].map((hops) => make(method, cseq, `${id}${method}`, hops));
    if (near === undefined || far === undefined) return;
    writer.hop(near, { at: when, from, to: server });
    writer.hop(far, { at: when + 1, from: server, to: unseen });
    if (!answered) return;
    const sdp = method === 'INVITE' ? audioSdp('10.0.0.78', 5000, 'sendrecv') : undefined;
    writer.hop(response(far, 200, `t${id}`, sdp), { at: when + 19, from: unseen, to: server });
    writer.hop(response(near, 200, `t${id}`, sdp), { at: when + 20, from: server, to: from });
  };
  through('INVITE', 1, at, true);
  through('ACK', 1, at + 20.5, false);
  through('BYE', 2, at + 20 + lasts, true);
  return writer.observations;
}

/** An answer of the server, written as text. */
function outgoing(text: string, at: number, to: SampleParty, writer: CallWriter): Observation {
  return {
    v: 1,
    kind: 'message',
    at:
      (writer.observations[0]?.at ?? 0) - 0.4 + ((at - Math.trunc(at / 10_000) * 10_000) % 10_000),
    endpoint: server.name,
    direction: 'out',
    protocol: 'UDP',
    flow: 'udp',
    local: server.address,
    remote: to.address,
    text,
  };
}

function withSessionId(
  observations: readonly Observation[],
  value: string,
): readonly Observation[] {
  return observations.map((seen) =>
    seen.kind === 'message'
      ? { ...seen, text: seen.text.replace('\r\n', `\r\nSession-ID: ${value}\r\n`) }
      : seen,
  );
}

function byTime(...stories: readonly (readonly Observation[])[]): readonly Observation[] {
  return stories.flat().toSorted((one, other) => one.at - other.at);
}

/** All lines, as a terminal would get them that is woken whenever it is time. */
function told(
  observations: readonly Observation[],
  options: ConstructorParameters<typeof LadderPrinter>[0] = {},
): readonly string[] {
  const printer = new LadderPrinter(options);
  const printed: string[] = [];
  for (const observation of observations) {
    for (let wake = printer.wake; wake !== undefined && wake < observation.at;) {
      printed.push(...printer.flush(wake));
      const next = printer.wake;
      if (next !== undefined && next <= wake) throw new Error('It wants to be woken at once');
      wake = next;
    }
    printed.push(...printer.add(observation));
  }
  return [...printed, ...printer.finish()];
}

function lines(
  printer: LadderPrinter,
  observations: readonly (Observation | undefined)[],
): readonly string[] {
  return observations.flatMap((observation) =>
    observation === undefined ? [] : printer.add(observation),
  );
}

/** The names above the columns, header by header. */
function headersOf(printed: readonly string[]): readonly string[] {
  return printed
    .filter(
      (_, index) =>
        /^ +[\d.]+:\d+ /.test(printed[index + 1] ?? '') && !/[|:]/.test(printed[index] ?? '|'),
    )
    .map((line) => line.trim().replaceAll(/ +/g, ' '));
}
