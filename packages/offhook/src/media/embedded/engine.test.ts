// The embedded engine against the contract of bridges.
import { afterAll, describe, expect, test } from 'vitest';
import { NoMediaLeft } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import type { Bridge } from '../bridge.ts';
import { bridgeContract } from '../bridge-contract.test-kit.ts';
import { described, TestBrowser, TestPhone, until } from '../bridge-peers.test-kit.ts';
import { freePorts } from '../free-ports.test-kit.ts';
import { embeddedBridge } from './engine.ts';

const engine = embeddedBridge({ portRange: { first: 64_000, last: 64_499 } });

afterAll(() => engine.close());

bridgeContract('The embedded engine', () => ({ engine, close: () => Promise.resolve() }), {
  describe,
  test: (name, body) => test(name, body, 30_000),
});

test('without a free port an offer is refused as such, and each port is free again after the call', async () => {
  const small = embeddedBridge({ portRange: await freePorts(4), threads: 2 });
  const offer = described([
    ...['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 127.0.0.1', 't=0 0'],
    ...['m=audio 9 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000'],
  ]);
  const call = async (): Promise<readonly [Bridge, SessionDescription]> => {
    const bridge = small.open();
    bridge.addParty('caller', { kind: 'rtp' });
    bridge.addParty('callee', { kind: 'rtp' });
    return [bridge, await bridge.offer('caller', offer, 'callee')];
  };
  for (let round = 0; round < 5; round += 1) {
    const [one, other] = [await call(), await call()];
    expect(new Set([one, other].map(([, { media }]) => media[0]?.port)).size).toBe(2);
    await expect(call()).rejects.toBeInstanceOf(NoMediaLeft);
    await Promise.all([one, other].map(([bridge]) => bridge.close()));
  }
  await small.close();
});

test('a bridge that is closed, an unknown party and a party twice are misuse', async () => {
  const bridge = engine.open();
  bridge.addParty('caller', { kind: 'rtp' });
  expect(() => bridge.addParty('caller', { kind: 'webrtc' })).toThrow(TypeError);
  expect(() => bridge.press('callee', '1')).toThrow(TypeError);
  expect(await bridge.close()).toEqual(new Map([['caller', []]]));
  await expect(
    bridge.offer(
      'caller',
      described(['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0']),
      'callee',
    ),
  ).rejects.toThrow('closed');
});

test('a page that is loaded anew goes on with its call: other names, another certificate, the same party', async () => {
  const bridge = engine.open();
  const broken: string[] = [];
  bridge.on('broken', ({ reason }) => broken.push(reason));
  bridge.addParty('caller', { kind: 'webrtc' });
  bridge.addParty('callee', { kind: 'rtp' });
  const phone = await TestPhone.open([[0, 'PCMU/8000']]);
  const talk = async (browser: TestBrowser, text: string): Promise<void> => {
    const offered = await bridge.offer('caller', browser.offer(), 'callee');
    browser.takeAnswer(await bridge.answer('callee', phone.answer(offered), 'caller'));
    await until('the page to be connected', () => browser.connected);
    await browser.isHeardBy(phone, 0, text);
    await phone.isHeardBy(browser, 0, text);
  };
  const before = await TestBrowser.open([[0, 'PCMU/8000']]);
  await talk(before, 'before');
  await before.close();
  const after = await TestBrowser.open([[0, 'PCMU/8000']]);
  await talk(after, 'after');
  expect(broken).toEqual([]);
  await bridge.close();
  await after.close();
  await phone.close();
});
