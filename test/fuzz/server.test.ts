// The whole server core, gate, registrar and proxy on a virtual network, under odd requests and odd responses.
import * as fc from 'fast-check';
import { CoreWorld } from '../../packages/offhook/src/server/core/core.test-kit.ts';
import {
  digest,
  recordRoutes,
  server,
} from '../../packages/offhook/src/server/core/phone.test-kit.ts';
import type { Phone } from '../../packages/offhook/src/server/core/phone.test-kit.ts';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import { parseMessage, setHeader } from '../../packages/sip/src/message/index.ts';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import { answerTo } from './answer-text.ts';
import { checkSent } from './answers.ts';
import { goodRequests, goodResponses, torture, withBranch } from './corpus.ts';
import { change, changed, mutate } from './mutate.ts';
import { fuzzWorld } from './runs.ts';

const peer = '192.0.2.10:5060';
const [, ...methods] = goodRequests({
  uri: 'sip:bob@example.com',
  from: 'sip:alice@example.com',
  peer,
});
const registers = goodRequests({ uri: 'sip:example.com', from: 'sip:alice@example.com', peer })
  .filter((text) => text.startsWith('REGISTER'))
  .map((text) => text.replace('To: <sip:example.com>', 'To: <sip:alice@example.com>'));
const removal = (registers[0] ?? '').replace(
  /Contact: .*\r\nExpires: .*/,
  'Contact: *\r\nExpires: 0',
);
const forUs = torture.map((text) =>
  text.replace(/^([\w!%*`'~-]+) \S+ SIP/, '$1 sip:bob@example.com SIP'),
);
const text = fc.oneof(
  { weight: 4, arbitrary: changed(methods, 3) },
  { weight: 4, arbitrary: changed([...registers, removal], 3) },
  { weight: 2, arbitrary: changed(forUs, 3) },
  { weight: 1, arbitrary: changed([...torture, ...goodResponses()], 3) },
);

const datagram = fc.record({
  text,
  /** Who sends it: a stranger, alice with her password, or somebody on the machine of the server. */
  by: fc.constantFrom('stranger', 'alice', 'alice', 'local'),
  again: fc.boolean(),
  wait: fc.constantFrom(0, 0, 0, 4000),
});

fuzzWorld(
  'a server under odd requests, proved and not, serves a good call right after, and forgets them all',
  {
    runs: 40,
    input: fc.record({
      datagrams: fc.array(datagram, { minLength: 1, maxLength: 10 }),
      answers: fc.array(fc.constantFrom(0, 100, 180, 200, 302, 401, 408, 486, 503, 603), {
        maxLength: 4,
      }),
    }),
  },
  async ({ datagrams, answers }) => {
    const stage = await Stage.start();
    const left = [...answers];
    stage.bob.scripted.when(/^(?!SIP|ACK)/, (asked) => {
      if (asked.text.includes('Call-ID: good')) return stage.good(asked);
      const status = left.shift() ?? 200;
      if (status !== 0) stage.bob.scripted.respond(asked, status, { headers: recordRoutes(asked) });
    });
    for (const [index, { text: changedText, by, again, wait }] of datagrams.entries()) {
      const sent = withBranch(changedText, `z9hG4bK-${index}`);
      if (by === 'alice') await stage.proved(sent);
      else stage.send(by, sent);
      if (again) stage.send(by, sent);
      await stage.world.clock.elapse(3 + wait);
    }
    await stage.goodCall();
    await stage.end();
  },
);

const reply = fc.record({
  status: fc.constantFrom(
    100,
    180,
    183,
    200,
    200,
    202,
    302,
    401,
    407,
    408,
    480,
    486,
    491,
    503,
    600,
    699,
  ),
  changes: fc.array(change, { maxLength: 3 }),
  tag: fc.constantFrom('peer', 'other'),
  times: fc.constantFrom(1, 1, 2),
});

fuzzWorld(
  'a proxy that gets odd responses from its branches serves a good call right after, and forgets them all',
  {
    runs: 40,
    input: fc.record({
      method: fc.constantFrom('INVITE', 'INVITE', 'MESSAGE', 'OPTIONS', 'FROB'),
      replies: fc.array(fc.tuple(fc.constantFrom('bob', 'bob 2'), reply), { maxLength: 8 }),
      cancel: fc.boolean(),
      wait: fc.constantFrom(0, 700, 33_000, 200_000),
    }),
  },
  async ({ method, replies, cancel, wait }) => {
    const stage = await Stage.start();
    const second = await stage.world.peer('192.0.2.21');
    await second.register('bob');
    for (const [who, phone] of [
      ['bob', stage.bob],
      ['bob 2', second],
    ] as const) {
      const left = replies.filter(([name]) => name === who).map(([, one]) => one);
      phone.scripted.when(/^(?!SIP|ACK)/, (asked) => {
        if (asked.text.includes('Call-ID: good')) return stage.good(asked, phone);
        // What begins with a provisional response goes on.
        for (
          let next = left.shift();
          next !== undefined;
          next = next.status < 200 ? left.shift() : undefined
        ) {
          const text = mutate(
            answerTo(asked.text, next.status, { sdp: method === 'INVITE', tag: next.tag }),
            next.changes,
          );
          for (let sent = 0; sent < next.times; sent += 1)
            phone.scripted.sendRaw(latin1Bytes(text), server);
        }
      });
    }
    const request = goodRequests({ uri: 'sip:bob@example.com', from: 'sip:alice@example.com', peer, branch: 'z9hG4bKproved' })
      .find((text) => text.startsWith(method)) ?? ''; // prettier-ignore
    await stage.proved(request);
    await stage.world.clock.elapse(20);
    if (cancel) stage.cancel(request);
    await stage.world.clock.elapse(wait);
    await stage.goodCall();
    await stage.end();
  },
);

/** A server with alice and bob, a stranger, and somebody on its own machine. */
class Stage {
  readonly world: CoreWorld;
  readonly alice: Phone;
  readonly bob: Phone;
  readonly stranger: Phone;
  readonly local: Phone;

  private constructor(world: CoreWorld, phones: readonly [Phone, Phone, Phone, Phone]) {
    this.world = world;
    [this.alice, this.bob, this.stranger, this.local] = phones;
  }

  static async start(): Promise<Stage> {
    const world = await CoreWorld.start();
    world.users.names.add('echo');
    const [alice, bob, stranger, local] = await Promise.all([
      world.peer('192.0.2.10'),
      world.peer('192.0.2.20'),
      world.peer('192.0.2.66'),
      world.peer('127.0.0.1'),
    ]);
    await bob.register('bob');
    await bob.register('echo', 'sip:echo@192.0.2.20');
    return new Stage(world, [alice, bob, stranger, local]);
  }

  send(by: 'stranger' | 'alice' | 'local', text: string): void {
    const from = { stranger: this.stranger, alice: this.alice, local: this.local }[by];
    const to = by === 'local' ? text.replace(/^(\w+) sip:bob@/, '$1 sip:echo@') : text;
    from.scripted.sendRaw(latin1Bytes(to), server);
  }

  /** Sends a request as alice, and once more with the answer to its challenge if one came. */
  async proved(text: string): Promise<void> {
    const { scripted } = this.alice;
    const seen = scripted.log.length;
    scripted.sendRaw(latin1Bytes(text), server);
    await this.world.clock.elapse(3);
    const challenge = scripted.log.slice(seen).find((one) => /^SIP\/2\.0 40[17]/.test(one.text));
    const parsed = parseMessage(latin1Bytes(text));
    if (challenge === undefined || !parsed.ok || parsed.value.kind !== 'request') return;
    const isProxy = challenge.text.startsWith('SIP/2.0 407');
    const [row = ''] = headerRows(
      challenge.text,
      isProxy ? 'Proxy-Authenticate' : 'WWW-Authenticate',
    );
    const uri = text.split(' ', 2)[1] ?? '';
    const credentials = digest(row, { user: 'alice', method: parsed.value.method, uri });
    const again = parsed.value.with(
      setHeader(isProxy ? 'Proxy-Authorization' : 'Authorization', credentials),
    );
    scripted.sendRaw(
      latin1Bytes(withBranch(again.toText(), `${parsed.value.topVia.branch ?? ''}p`)),
      server,
    );
    await this.world.clock.elapse(3);
  }

  cancel(invite: string): void {
    const cancel = withBranch(invite, 'z9hG4bKprovedp')
      .replace(/^\w+ /, 'CANCEL ')
      .replace(/CSeq: 1 \w+/, 'CSeq: 1 CANCEL')
      .replace(/Content-Type[^]*$/, '\r\n');
    this.alice.scripted.sendRaw(latin1Bytes(cancel), server);
  }

  /** What a phone says to a call that is meant well. */
  good(
    asked: {
      readonly text: string;
      readonly flow: Phone['scripted']['log'][number]['flow'];
      readonly at: number;
    },
    phone = this.bob,
  ): void {
    phone.scripted.respond(asked, 200, {
      headers: ['Contact: <sip:bob@192.0.2.20>', ...recordRoutes(asked)],
    });
  }

  async goodCall(): Promise<void> {
    const caller = await this.world.peer('192.0.2.77');
    // The bucket of proofless requests is each source's own.
    const wish = { callId: 'good', from: '<sip:carol@example.com>;tag=good' };
    const answered = await caller.proved('INVITE', { user: 'carol' }, wish);
    if (!/^SIP\/2\.0 (200|100)/.test(answered.text))
      throw new Error(`A good call gets ${answered.text}`);
    await this.world.clock.elapse(3);
    if (!caller.scripted.log.some(({ text }) => text.startsWith('SIP/2.0 200')))
      throw new Error('A good call is not answered');
  }

  async end(): Promise<void> {
    const { world } = this;
    const left = await world.end();
    const wrong = { ...left, pending: world.core.pending, errors: world.errors.length };
    if (Object.values(wrong).some((count) => count > 0))
      throw new Error(`Left behind: ${JSON.stringify({ ...wrong, errors: world.errors })}`);
    // The gate answers without a transaction, each request that it sees.
    const requests = world.observations.filter(
      (one) => one.kind === 'message' || one.kind === 'dropped',
    );
    checkSent(world.observations, requests.length);
  }
}
