// Published states (RFC 3903): ours at a server, and others' with us.
import { describe, expect, test } from 'vitest';
import { utf8 } from '../../packages/sip/src/base/bytes.ts';
import { headerRows } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { Arrived, ScriptedPeer } from '../../packages/sip/src/testing/scripted-peer.ts';
import type { PublishedState } from '../../packages/sip/src/subscription/event-states.ts';
import { bodyOf, request, row } from './texts.ts';
import type { RequestText } from './texts.ts';
import { inWorld } from './world.ts';
import type { World } from './world.ts';

const ours = { host: '10.0.0.1', port: 5060 };
const pidf = 'application/pidf+xml';
const presence = { event: 'presence', contentType: pidf, target: 'sip:alice@10.0.0.9' };

/** Takes the next PUBLISH and answers it. */
function answer(peer: ScriptedPeer, status: number, headers: readonly string[] = []): Arrived {
  const publish = peer.take('PUBLISH');
  peer.respond(publish, status, { headers });
  return publish;
}

function ifMatch(publish: Arrived): string | undefined {
  return headerRows(publish.text, 'SIP-If-Match')[0];
}

describe('A state that we publish', () => {
  test('RFC 3903 §4: goes once, is refreshed by its tag alone, modified and removed', () =>
    inWorld(async (world) => {
      const { ua } = await world.agent('alice', '10.0.0.1');
      const peer = await world.peer('10.0.0.9');
      const published = ua.publish('<open/>', { ...presence, expiresSeconds: 600 });
      await world.elapse(20);
      const first = answer(peer, 200, ['SIP-ETag: one', 'Expires: 100']);
      expect([row(first, 'Event'), row(first, 'Expires'), ifMatch(first), bodyOf(first)]).toEqual([
        'presence',
        '600',
        undefined,
        '<open/>',
      ]);
      expect(headerRows(first.text, 'Contact')).toEqual([]);
      expect(await world.during(published.published)).toEqual({ expiresSeconds: 100 });
      await world.elapse(68_100);
      const refresh = answer(peer, 200, ['SIP-ETag: two', 'Expires: 100']);
      expect([ifMatch(refresh), bodyOf(refresh)]).toEqual(['one', '']);
      expect(row(refresh, 'Call-ID')).toBe(row(first, 'Call-ID'));
      await world.elapse(20);
      published.update('<closed/>', pidf);
      await world.elapse(20);
      // What changes meanwhile waits for the answer, and only the newest goes.
      published.update('<busy/>', pidf);
      published.update('<away/>', pidf);
      const modified = answer(peer, 200, ['SIP-ETag: three', 'Expires: 100']);
      expect([ifMatch(modified), bodyOf(modified)]).toEqual(['two', '<closed/>']);
      await world.elapse(20);
      const newest = answer(peer, 200, ['SIP-ETag: four', 'Expires: 100']);
      expect([ifMatch(newest), bodyOf(newest)]).toEqual(['three', '<away/>']);
      await world.elapse(20);
      const closing = published.close();
      await world.elapse(20);
      const removal = answer(peer, 200, ['SIP-ETag: five', 'Expires: 0']);
      expect([ifMatch(removal), row(removal, 'Expires'), bodyOf(removal)]).toEqual([
        'four',
        '0',
        '',
      ]);
      await world.during(closing);
    }));

  test('RFC 3903 §4.4: forgotten by the server (412), it is published anew without a tag', () =>
    inWorld(async (world) => {
      const { ua } = await world.agent('alice', '10.0.0.1');
      const peer = await world.peer('10.0.0.9');
      const published = ua.publish('<open/>', presence);
      await world.elapse(20);
      answer(peer, 200, ['SIP-ETag: one', 'Expires: 100']);
      await world.elapse(68_100);
      answer(peer, 412);
      await world.elapse(20);
      const anew = answer(peer, 423, ['Min-Expires: 7200']);
      expect([ifMatch(anew), bodyOf(anew)]).toEqual([undefined, '<open/>']);
      await world.elapse(20);
      expect(row(answer(peer, 200, ['SIP-ETag: two', 'Expires: 7200']), 'Expires')).toBe('7200');
      void published.close();
      await world.elapse(20);
      answer(peer, 200, ['Expires: 0']);
      await world.during(published.ended);
    }));

  test('RFC 3903 §4: refused, it is an error; 412 without end is one too; silence is tried again', () =>
    inWorld(async (world) => {
      const { ua } = await world.agent('alice', '10.0.0.1');
      const peer = await world.peer('10.0.0.9');
      const refused = ua.publish('<open/>', presence);
      await world.elapse(20);
      answer(peer, 489);
      await expect(world.during(refused.published)).rejects.toMatchObject({ status: 489 });
      const forgotten = ua.publish('<open/>', presence);
      for (let count = 0; count < 4; count += 1) {
        await world.elapse(20);
        answer(peer, 412);
      }
      await expect(world.during(forgotten.published)).rejects.toMatchObject({ status: 412 });
      const silent = ua.publish('<open/>', presence);
      await world.elapse(20);
      answer(peer, 503, ['Retry-After: 40']);
      await world.elapse(39_000);
      expect(peer.untaken).toEqual([]);
      await world.elapse(1100);
      answer(peer, 200, ['SIP-ETag: one', 'Expires: 3600']);
      await world.during(silent.published);
      void silent.close();
      await world.elapse(20);
      answer(peer, 200);
      await world.during(silent.ended);
    }));
});

describe('A state that is published to us', () => {
  async function stage(world: World): Promise<{
    readonly told: string[];
    publish(headers: readonly string[], text?: RequestText): Promise<Arrived>;
  }> {
    const alice = await world.agent('alice', '10.0.0.1');
    const peer = await world.peer('10.0.0.9');
    const told: string[] = [];
    const text = ({ body }: PublishedState): string => utf8(body);
    alice.ua.onPublication(
      'presence',
      { types: [pidf], maxSeconds: 600 },
      {
        published: (state) => {
          told.push(text(state));
          return text(state) !== '<forbidden/>';
        },
        removed: (state) => told.push(`${text(state)} gone`),
      },
    );
    let count = 0;
    return {
      told,
      async publish(headers, more = {}) {
        count += 1;
        const about = {
          method: 'PUBLISH',
          uri: 'sip:alice@10.0.0.1',
          callId: `p${count}`,
          type: pidf,
        };
        peer.send(request(peer.address, { ...about, headers, ...more }), ours);
        await world.elapse(20);
        return peer.take('SIP/2.0');
      },
    };
  }

  const code = ({ text }: Arrived): string => text.slice(8, 11);

  test('RFC 3903 §6: needs a known event, a body at first, a known type and time enough (C189)', () =>
    inWorld(async (world) => {
      const { publish, told } = await stage(world);
      const body = { body: '<open/>' };
      const unknown = await publish(['Event: dialog'], body);
      expect([code(unknown), row(unknown, 'Allow-Events')]).toEqual(['489', 'presence']);
      expect(code(await publish([], body))).toBe('489');
      expect(code(await publish(['Event: presence']))).toBe('400');
      const type = await publish(['Event: presence'], { ...body, type: 'text/plain' });
      expect([code(type), row(type, 'Accept')]).toEqual(['415', pidf]);
      const brief = await publish(['Event: presence', 'Expires: 30'], body);
      expect([code(brief), row(brief, 'Min-Expires')]).toEqual(['423', '60']);
      expect(code(await publish(['Event: presence'], { body: '<forbidden/>' }))).toBe('403');
      expect(told).toEqual(['<forbidden/>']);
    }));

  test('RFC 3903 §6: each success has a new tag and its time; a tag that is not known any more gets 412 (C189)', () =>
    inWorld(async (world) => {
      const { publish, told } = await stage(world);
      const event = 'Event: presence';
      const first = await publish([event, 'Expires: 9999'], { body: '<open/>' });
      expect([code(first), row(first, 'Expires')]).toEqual(['200', '600']);
      const one = row(first, 'SIP-ETag');
      const refresh = await publish([event, `SIP-If-Match: ${one}`, 'Expires: 100']);
      const two = row(refresh, 'SIP-ETag');
      expect([code(refresh), row(refresh, 'Expires'), two === one]).toEqual(['200', '100', false]);
      expect(code(await publish([event, `SIP-If-Match: ${one}`]))).toBe('412');
      const modified = await publish([event, `SIP-If-Match: ${two}`], { body: '<closed/>' });
      const three = row(modified, 'SIP-ETag');
      expect(new Set([one, two, three]).size).toBe(3);
      expect(code(await publish([event, `SIP-If-Match: ${three}`, 'SIP-If-Match: x']))).toBe('400');
      expect(code(await publish([event, `SIP-If-Match: ${three}`, 'Expires: 0']))).toBe('200');
      expect(code(await publish([event, `SIP-If-Match: ${three}`]))).toBe('412');
      await publish([event, 'Expires: 60'], { body: '<late/>' });
      await world.elapse(60_000);
      expect(told).toEqual(['<open/>', '<closed/>', '<closed/> gone', '<late/>', '<late/> gone']);
    }));
});

test('two user agents of ours: published, watched over, and taken away', () =>
  inWorld(async (world) => {
    const alice = await world.agent('alice', '10.0.0.1');
    const server = await world.agent('server', '10.0.0.9');
    const told: string[] = [];
    server.ua.onPublication(
      'presence',
      { types: [pidf] },
      {
        published: ({ contentType }) => told.push(contentType) > 0,
        removed: () => told.push('gone'),
      },
    );
    const state = alice.ua.publish('<open/>', { ...presence, target: 'sip:server@10.0.0.9' });
    expect(await world.during(state.published)).toEqual({ expiresSeconds: 3600 });
    await world.during(alice.ua.close());
    expect(told).toEqual([pidf, 'gone']);
  }));
