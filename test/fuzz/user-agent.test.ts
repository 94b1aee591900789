// A whole user agent on a virtual network: odd datagrams before, during and after calls, and odd answers to its own requests.
import * as fc from 'fast-check';
import { latin1Bytes } from '../../packages/sip/src/base/bytes.ts';
import { goodRequests, goodResponses, torture, withBranch } from './corpus.ts';
import { answerTo } from './answer-text.ts';
import { change, changed, mutate } from './mutate.ts';
import { here, Phone } from './phone.ts';
import { fuzzWorld } from './runs.ts';

const forUs = torture.map((text) =>
  text.replace(/^([\w!%*`'~-]+) \S+ SIP/, `$1 sip:bob@${here.host} SIP`),
);
const datagram = fc.oneof(
  { weight: 5, arbitrary: changed(goodRequests(), 3) },
  { weight: 2, arbitrary: changed(forUs, 3) },
  { weight: 1, arbitrary: changed([...torture, ...goodResponses()], 3) },
);

fuzzWorld(
  'a user agent under odd datagrams takes a good call right after, and forgets them all',
  {
    runs: 60,
    input: fc.array(
      fc.record({
        text: datagram,
        branch: fc.option(fc.nat(3), { nil: undefined }),
        next: fc.constantFrom('nothing', 'accept', 'ring', 'reject', 'wait', 'again'),
      }),
      { minLength: 1, maxLength: 10 },
    ),
  },
  async (datagrams) => {
    const phone = await Phone.start();
    const peer = await phone.peer('10.0.0.9');
    for (const [index, { text, branch, next }] of datagrams.entries()) {
      const bytes = latin1Bytes(
        branch === undefined
          ? withBranch(text, `z9hG4bK-${index}`)
          : withBranch(text, `z9hG4bK${branch}`),
      );
      peer.sendRaw(bytes, here);
      if (next === 'again') peer.sendRaw(bytes, here);
      await phone.clock.elapse(next === 'wait' ? 5000 : 3);
      const call = phone.incoming.at(-1);
      if (call === undefined) continue;
      if (next === 'accept') phone.accept(call);
      if (next === 'ring') call.ring();
      if (next === 'reject') call.reject();
    }
    await phone.goodCall();
    await phone.end();
  },
);

const answers = fc.record({
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
    481,
    486,
    491,
    503,
    600,
    699,
  ),
  changes: fc.array(change, { maxLength: 3 }),
  sdp: fc.boolean(),
  wait: fc.constantFrom(0, 0, 600, 33_000),
});

fuzzWorld(
  'a user agent that gets odd answers to what it asks takes a good call right after, and forgets them all',
  {
    runs: 60,
    input: fc.record({
      first: fc.array(answers, { maxLength: 6 }),
      later: fc.array(answers, { maxLength: 4 }),
      act: fc.constantFrom('hold', 'cancel', 'hang up', 'register', 'options', 'nothing'),
    }),
  },
  async ({ first, later, act }) => {
    const phone = await Phone.start();
    const peer = await phone.peer('10.0.0.9');
    let script = [...first];
    peer.when(/^(?!SIP|ACK)/, (arrived) => {
      const next = script.shift();
      if (next === undefined) return;
      const text = mutate(answerTo(arrived.text, next.status, next), next.changes);
      peer.sendRaw(latin1Bytes(text), here);
      // Whoever sends a provisional response sends another.
      for (const more of next.status < 200 ? script.splice(0, 2) : [])
        peer.sendRaw(
          latin1Bytes(mutate(answerTo(arrived.text, more.status, more), more.changes)),
          here,
        );
    });
    const call = phone.call('sip:peer@10.0.0.9');
    await phone.clock.elapse(first[0]?.wait ?? 0);
    await phone.clock.elapse(20);
    script = [...later];
    const up = phone.calls.at(-1);
    if (act === 'cancel') call.cancel();
    if (act === 'hold') up?.hold().catch(() => undefined);
    if (act === 'hang up') void up?.hangUp();
    if (act === 'options') phone.ua.options('sip:peer@10.0.0.9').catch(() => undefined);
    await phone.clock.elapse(later[0]?.wait ?? 0);
    await phone.clock.elapse(20);
    await phone.goodCall();
    await phone.end();
  },
);
