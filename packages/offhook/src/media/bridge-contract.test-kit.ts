// What every engine that joins parties has to do, on real sockets: the embedded one and rtpengine both pass this.
import { clearInterval, setInterval } from 'node:timers';
import { NoCommonMedia } from '@offhook/sip/sdp';
import type { SessionDescription } from '@offhook/sip/sdp';
import type { Bridge, BridgeEngine } from './bridge.ts';
import { TestBrowser, TestPhone, until } from './bridge-peers.test-kit.ts';
import type { Format } from './bridge-peers.test-kit.ts';

const pcmu: Format = [0, 'PCMU/8000'];
const pcma: Format = [8, 'PCMA/8000'];
const opus: Format = [111, 'opus/48000/2'];
const keys: Format = [101, 'telephone-event/8000'];

/** An engine under test, and how it ends. */
export interface BridgeWorld {
  readonly engine: BridgeEngine;
  close(): Promise<void>;
}

/** The functions of the test framework; those of vitest fit as they are. */
export interface TestFunctions {
  describe(name: string, body: () => void): void;
  test(name: string, body: () => Promise<void>): void;
}

/** Runs the contract on engines that `makeEngine` makes, one for each test. */
export function bridgeContract(
  name: string,
  makeEngine: () => Promise<BridgeWorld> | BridgeWorld,
  { describe, test }: TestFunctions,
): void {
  const each = (title: string, body: (scene: Scene) => Promise<void>): void =>
    test(title, async () => {
      const world = await makeEngine();
      const scene = new Scene(world.engine.open());
      try {
        await body(scene);
      } finally {
        await scene.close();
        await world.close();
      }
    });

  describe(`${name} as a bridge`, () => {
    each(
      'a browser calls a telephone: a codec that both have is passed on octet for octet',
      async (scene) => {
        const { browser, phone } = await scene.browserCalls([pcmu, keys], [pcmu, keys]);
        await browser.isHeardBy(phone, 0, 'from the browser');
        await phone.isHeardBy(browser, 0, 'from the telephone');
        same(
          phone.received.every(({ payloadType }) => payloadType === 0),
          true,
          'payload types',
        );
      },
    );

    each('a telephone calls a browser, which gets all that it needs of an offer', async (scene) => {
      const { browser, phone, offered } = await scene.phoneCalls([pcma, keys], [pcma, pcmu, keys]);
      const [line] = offered.media;
      same(line?.protocol, 'UDP/TLS/RTP/SAVPF', 'the profile');
      for (const attribute of [
        'ice-ufrag',
        'ice-pwd',
        'fingerprint',
        'mid',
        'rtcp-mux',
        'candidate',
      ])
        same(
          line?.attribute(attribute) !== undefined || offered.attribute(attribute) !== undefined,
          true,
          attribute,
        );
      same(line?.attribute('setup') ?? offered.attribute('setup'), 'actpass', 'the role in DTLS');
      await browser.isHeardBy(phone, 8, 'from the browser');
      await phone.isHeardBy(browser, 8, 'from the telephone');
    });

    each('Opus goes between two who have it, whatever number each gives it', async (scene) => {
      const { browser, phone } = await scene.browserCalls([opus, pcmu], [[96, 'opus/48000/2']]);
      const number = phone.formats[0]?.[0] ?? 0;
      await browser.isHeardBy(phone, 111, '\u0078opus from the browser');
      await phone.isHeardBy(
        browser,
        scene.numbers(phone, 'opus') ?? number,
        '\u0078opus from the telephone',
      );
    });

    each(
      'a browser holds, and resumes: directions go across, and nothing is heard meanwhile',
      async (scene) => {
        const { browser, phone } = await scene.browserCalls([pcmu], [pcmu]);
        await browser.isHeardBy(phone, 0, 'before');
        browser.direction = 'inactive';
        const [held, holding] = await scene.browserOffers();
        same(held.media[0]?.direction, 'inactive', 'what the telephone is offered');
        same(holding.media[0]?.direction, 'inactive', 'what the browser is answered');
        await browser.isNotHeardBy(phone, 0, 'meanwhile');
        await phone.isNotHeardBy(browser, 0, 'meanwhile');
        browser.direction = 'sendrecv';
        await scene.browserOffers();
        await browser.isHeardBy(phone, 0, 'after');
        await phone.isHeardBy(browser, 0, 'after');
      },
    );

    each('a telephone holds, and resumes', async (scene) => {
      const { browser, phone } = await scene.browserCalls([pcmu], [pcmu]);
      phone.direction = 'sendonly';
      const [held, holding] = await scene.phoneOffers();
      same(held.media[0]?.direction, 'sendonly', 'what the browser is offered');
      same(holding.media[0]?.direction, 'recvonly', 'what the telephone is answered');
      await phone.isHeardBy(browser, 0, 'music');
      await browser.isNotHeardBy(phone, 0, 'speech');
      phone.direction = 'sendrecv';
      await scene.phoneOffers();
      await browser.isHeardBy(phone, 0, 'after');
    });

    each(
      'a browser restarts ICE: the answer has new names, and the call goes on',
      async (scene) => {
        const { browser, phone, answered } = await scene.browserCalls([pcmu], [pcmu]);
        await browser.isHeardBy(phone, 0, 'before');
        browser.ice.restart();
        const [, again] = await scene.browserOffers();
        const nameIn = (description: SessionDescription): string | undefined =>
          description.media[0]?.attribute('ice-ufrag') ?? description.attribute('ice-ufrag');
        same(nameIn(again) === nameIn(answered), false, 'the name is the same');
        await browser.isHeardBy(phone, 0, 'after');
        await phone.isHeardBy(browser, 0, 'after');
      },
    );

    each(
      'a call that forks is heard from whoever answered last, and the first answer stands',
      async (scene) => {
        const { bridge } = scene;
        bridge.addParty('caller', { kind: 'webrtc' });
        bridge.addParty('callee-1', { kind: 'rtp' });
        bridge.addParty('callee-2', { kind: 'rtp' });
        const browser = await scene.browser([pcmu]);
        const [one, two] = [await scene.phone([pcmu]), await scene.phone([pcmu])];
        const offer = browser.offer();
        const toOne = await bridge.offer('caller', offer, 'callee-1');
        const toTwo = await bridge.offer('caller', offer, 'callee-2');
        browser.takeAnswer(await bridge.answer('callee-1', one.answer(toOne), 'caller'));
        await one.isHeardBy(browser, 0, 'early');
        await bridge.answer('callee-2', two.answer(toTwo), 'caller');
        bridge.removeParty('callee-1');
        await two.isHeardBy(browser, 0, 'late');
        await browser.isHeardBy(two, 0, 'talk');
      },
    );

    each('a re-offer that is refused changes nothing', async (scene) => {
      const { bridge } = scene;
      const { browser, phone } = await scene.browserCalls([pcmu], [pcmu]);
      await browser.isHeardBy(phone, 0, 'before');
      browser.direction = 'inactive';
      await bridge.offer('caller', browser.offer(), 'callee');
      bridge.rollback('caller', 'callee');
      browser.direction = 'sendrecv';
      await browser.isHeardBy(phone, 0, 'after');
      await phone.isHeardBy(browser, 0, 'after');
      await scene.browserOffers();
      await browser.isHeardBy(phone, 0, 'later');
    });

    each('a telephone that moves is followed to its new address', async (scene) => {
      const { bridge } = scene;
      const { browser } = await scene.browserCalls([pcmu], [pcmu]);
      const moved = await scene.phone([pcmu]);
      const offered = await bridge.offer('callee', moved.offer(), 'caller');
      moved.listenTo(await bridge.answer('caller', browser.answer(offered), 'callee'));
      await browser.isHeardBy(moved, 0, 'there');
      await moved.isHeardBy(browser, 0, 'here');
    });

    each('keys pressed are told and passed on (RFC 4733)', async (scene) => {
      const { browser, phone } = await scene.browserCalls([pcmu, keys], [pcmu, keys]);
      const pressed: string[] = [];
      scene.bridge.on('key', ({ party, key }) => pressed.push(`${party} ${key}`));
      await browser.isHeardBy(phone, 0, 'before');
      for (const [end, duration] of [
        [0, 160],
        [0, 320],
        [128, 480],
        [128, 480],
      ] as const)
        browser.say(101, Uint8Array.of(5, end | 10, duration >> 8, duration & 255), {
          timestamp: 77_000,
          marker: duration === 160,
        });
      await until('the key', () => pressed.includes('caller 5'));
      await until('the event', () =>
        phone.received.some(({ payloadType, payload }) => payloadType === 101 && payload[0] === 5),
      );
    });

    each('a key that came by signalling is pressed towards the other (RFC 4733)', async (scene) => {
      const { browser, phone } = await scene.browserCalls([pcmu, keys], [pcmu, keys]);
      await browser.isHeardBy(phone, 0, 'before');
      scene.bridge.press('callee', '7');
      const talking = setInterval(() => browser.say(0, 'talk'), 20);
      try {
        await until('the event', () =>
          phone.received.some(
            ({ payloadType, payload }) => payloadType === 101 && payload[0] === 7,
          ),
        );
      } finally {
        clearInterval(talking);
      }
    });

    each('where no codec is shared the sound is made anew', async (scene) => {
      const { browser, phone } = await scene.browserCalls([opus], [pcmu]);
      const talking = setInterval(() => phone.say(0, new Uint8Array(160).fill(0x2a)), 20);
      try {
        await until(
          'Opus',
          () => browser.received.filter(({ payloadType }) => payloadType === 111).length > 10,
        );
      } finally {
        clearInterval(talking);
      }
    });

    each(
      'an offer with which nothing can be done is refused, and the bridge stays usable',
      async (scene) => {
        const { bridge } = scene;
        const { browser, phone } = await scene.browserCalls([pcmu], [pcmu]);
        const useless = await scene.phone([[120, 'unheard-of/90000']]);
        const refusal = await bridge
          .offer('callee', useless.offer(), 'caller')
          .then((offered) => bridge.answer('caller', browser.answer(offered), 'callee'))
          .catch((error: unknown) => error);
        same(refusal instanceof NoCommonMedia, true, 'the refusal');
        bridge.rollback('callee', 'caller');
        await browser.isHeardBy(phone, 0, 'still');
      },
    );

    each(
      'a telephone with SRTP and keys in its description talks with a browser (RFC 4568)',
      async (scene) => {
        const { bridge } = scene;
        const browser = await scene.browser([pcmu]);
        const phone = await scene.phone([pcmu], true);
        bridge.addParty('caller', { kind: 'rtp' });
        bridge.addParty('callee', { kind: 'webrtc' });
        const offered = await bridge.offer('caller', phone.offer(), 'callee');
        const answered = await bridge.answer('callee', browser.answer(offered), 'caller');
        same(answered.media[0]?.protocol, 'RTP/SAVP', 'the profile');
        phone.listenTo(answered);
        await until('the browser to be connected', () => browser.connected);
        await phone.isHeardBy(browser, 0, 'from the telephone');
        await browser.isHeardBy(phone, 0, 'from the browser');
      },
    );

    each('in the end it tells what came of each party', async (scene) => {
      const { browser, phone } = await scene.browserCalls([pcmu], [pcmu]);
      await browser.isHeardBy(phone, 0, 'one');
      await phone.isHeardBy(browser, 0, 'two');
      const counted = await scene.bridge.close();
      for (const party of ['caller', 'callee']) {
        const report = counted.get(party)?.[0];
        same(report?.codec, 'PCMU', `the codec of ${party}`);
        same((report?.receivedPackets ?? 0) > 0, true, `packets of ${party}`);
        same((report?.sentPackets ?? 0) > 0, true, `packets to ${party}`);
      }
    });
  });
}

/** One call: its bridge and its parties. */
class Scene {
  readonly bridge: Bridge;
  readonly #parties: (TestBrowser | TestPhone)[] = [];
  #browser: TestBrowser | undefined;
  #phone: TestPhone | undefined;
  #browserIs: 'caller' | 'callee' = 'caller';
  #told: SessionDescription | undefined;

  constructor(bridge: Bridge) {
    this.bridge = bridge;
  }

  async browser(formats: readonly Format[]): Promise<TestBrowser> {
    const browser = await TestBrowser.open(formats);
    this.#parties.push(browser);
    return browser;
  }

  async phone(formats: readonly Format[], encrypted = false): Promise<TestPhone> {
    const phone = await TestPhone.open(formats, encrypted);
    this.#parties.push(phone);
    return phone;
  }

  async browserCalls(
    browserHas: readonly Format[],
    phoneHas: readonly Format[],
  ): Promise<{
    readonly browser: TestBrowser;
    readonly phone: TestPhone;
    readonly answered: SessionDescription;
  }> {
    const [browser, phone] = [await this.browser(browserHas), await this.phone(phoneHas)];
    this.#browser = browser;
    this.#phone = phone;
    this.bridge.addParty('caller', { kind: 'webrtc' });
    this.bridge.addParty('callee', { kind: 'rtp' });
    const [, answered] = await this.browserOffers();
    await until('the browser to be connected', () => browser.connected);
    return { browser, phone, answered };
  }

  async phoneCalls(
    phoneHas: readonly Format[],
    browserHas: readonly Format[],
  ): Promise<{
    readonly browser: TestBrowser;
    readonly phone: TestPhone;
    readonly offered: SessionDescription;
  }> {
    const [browser, phone] = [await this.browser(browserHas), await this.phone(phoneHas)];
    this.#browser = browser;
    this.#phone = phone;
    this.#browserIs = 'callee';
    this.bridge.addParty('caller', { kind: 'rtp' });
    this.bridge.addParty('callee', { kind: 'webrtc' });
    const [offered] = await this.phoneOffers();
    await until('the browser to be connected', () => browser.connected);
    return { browser, phone, offered };
  }

  /** The browser offers, the telephone answers: what the telephone was offered, and what the browser was answered. */
  async browserOffers(): Promise<readonly [SessionDescription, SessionDescription]> {
    const [browser, phone, from] = [this.#browser, this.#phone, this.#browserIs];
    if (browser === undefined || phone === undefined) throw new Error('There is no call');
    const to = from === 'caller' ? 'callee' : 'caller';
    const offered = await this.bridge.offer(from, browser.offer(), to);
    this.#told = offered;
    const answered = await this.bridge.answer(to, phone.answer(offered), from);
    browser.takeAnswer(answered);
    return [offered, answered];
  }

  /** The telephone offers, the browser answers. */
  async phoneOffers(): Promise<readonly [SessionDescription, SessionDescription]> {
    const [browser, phone, to] = [this.#browser, this.#phone, this.#browserIs];
    if (browser === undefined || phone === undefined) throw new Error('There is no call');
    const from = to === 'caller' ? 'callee' : 'caller';
    const offered = await this.bridge.offer(from, phone.offer(), to);
    const answered = await this.bridge.answer(to, browser.answer(offered), from);
    phone.listenTo(answered);
    return [offered, answered];
  }

  /** The number of a codec in what the telephone was told last. */
  numbers(_phone: TestPhone, name: string): number | undefined {
    const format = this.#told?.media[0]
      ?.rtpFormats()
      .find((each) => each.name.toLowerCase() === name);
    return format?.payloadType;
  }

  async close(): Promise<void> {
    await this.bridge.close();
    await Promise.all(this.#parties.map((party) => party.close()));
  }
}

function same(actual: unknown, expected: unknown, what: string): void {
  if (actual !== expected) throw new Error(`${what}: ${String(actual)} is not ${String(expected)}`);
}
