// The embedded bridge between Chromium and a plain telephone on UDP: real ICE, DTLS and SRTP on one side, RTP on the other.
import { createHmac } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { expect, test } from 'vitest';
import { embeddedBridge } from '../../packages/offhook/src/media/embedded/engine.ts';
import { parseRtp, formatRtp, isRtcp } from '../../packages/sip/src/rtp/index.ts';
import { formatSdp, parseSdp } from '../../packages/sip/src/sdp/index.ts';
import type { SessionDescription } from '../../packages/sip/src/sdp/index.ts';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import { Coturn, hasCoturn } from '../peers/coturn.ts';
import { servePage } from '../peers/page-server.ts';
import { World } from '../peers/world.ts';

const host = '127.0.0.1';

test.runIf(hasChromium)(
  'Chromium talks with a telephone that knows nothing of WebRTC: call, hold, resume, ICE restart',
  async () => {
    await using world = new World();
    const engine = world.own(embeddedBridge({ host }));
    const bridge = engine.open();
    const broken: string[] = [];
    bridge.on('broken', ({ party, reason }) => broken.push(`${party}: ${reason}`));
    bridge.addParty('caller', { kind: 'webrtc' });
    bridge.addParty('callee', { kind: 'rtp' });
    const phone = await EchoPhone.open(world);
    const chromium = await Chromium.start(world);
    const page = await chromium.page(await servePage(world, 'bridge-peer.ts'));
    const agree = async (offer: string): Promise<string> => {
      const toPhone = await bridge.offer('caller', described(offer), 'callee');
      const answer = await bridge.answer('callee', phone.answer(toPhone), 'caller');
      const text = formatSdp(answer);
      await page.run('takeAnswer', text);
      return text;
    };
    const heard = async (): Promise<number> => {
      const all = await page.run<Record<string, Record<string, unknown>>>('statistics');
      return Number(all['inbound-rtp audio']?.['packetsReceived'] ?? 0);
    };

    await agree(await page.run<string>('offer', ['PCMU', 'telephone-event']));
    await world.until('sound both ways', async () => phone.received > 50 && (await heard()) > 50);
    const first = await page.run<Record<string, Record<string, unknown>>>('statistics');
    expect(first['inbound-rtp audio']?.['packetsLost']).toBe(0);
    expect(Number(first['inbound-rtp audio']?.['totalAudioEnergy'])).toBeGreaterThan(0);

    await page.run('hold', 'inactive');
    const held = await agree(await page.run<string>('reoffer'));
    expect(held).toContain('a=inactive');
    const atHold = phone.received;
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(phone.received - atHold).toBeLessThan(10);

    await page.run('hold', 'sendrecv');
    await agree(await page.run<string>('reoffer'));
    const atResume = [phone.received, await heard()] as const;
    await world.until(
      'sound again',
      async () => phone.received > atResume[0] + 50 && (await heard()) > atResume[1] + 50,
    );

    await page.run('restartIce');
    const names = (text: string): string | undefined => /a=ice-ufrag:(\S+)/.exec(text)?.[1];
    const restarted = await agree(await page.run<string>('reoffer'));
    expect(names(restarted)).not.toBe(names(held));
    const atRestart = [phone.received, await heard()] as const;
    await world.until(
      'sound after the restart',
      async () => phone.received > atRestart[0] + 50 && (await heard()) > atRestart[1] + 50,
    );
    expect(await page.run('states')).toEqual(['connected', 'connected', 'stable']);
    const reports = await bridge.close();
    // What was on its way when the line was held is not passed on.
    expect(reports.get('callee')?.[0]?.lostPackets).toBeLessThan(5);
    expect(broken).toEqual([]);
  },
);

test.runIf(hasChromium)(
  'a telephone calls Chromium through the bridge, is put on hold, and holds itself',
  async () => {
    await using world = new World();
    const engine = world.own(embeddedBridge({ host }));
    const bridge = engine.open();
    bridge.addParty('caller', { kind: 'rtp' });
    bridge.addParty('callee', { kind: 'webrtc' });
    const phone = await EchoPhone.open(world);
    const chromium = await Chromium.start(world);
    const page = await chromium.page(await servePage(world, 'bridge-peer.ts'));
    const heard = async (): Promise<number> => {
      const all = await page.run<Record<string, Record<string, unknown>>>('statistics');
      return Number(all['inbound-rtp audio']?.['packetsReceived'] ?? 0);
    };
    const ring = async (direction: string): Promise<string> => {
      const toBrowser = await bridge.offer('caller', phone.offer(direction), 'callee');
      const answer = await page.run<string>('answerTo', formatSdp(toBrowser));
      const toPhone = await bridge.answer('callee', described(answer), 'caller');
      phone.take(toPhone);
      return formatSdp(toPhone);
    };
    await ring('sendrecv');
    await world.until('sound both ways', async () => phone.received > 50 && (await heard()) > 50);

    expect(await ring('sendonly')).toContain('a=recvonly');
    const atHold = phone.received;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(phone.received - atHold).toBeLessThan(10);
    await ring('sendrecv');
    const atResume = phone.received;
    await world.until('sound again', () => phone.received > atResume + 50);

    await page.run('hold', 'sendonly');
    const fromBrowser = described(await page.run<string>('reoffer'));
    const toPhone = await bridge.offer('callee', fromBrowser, 'caller');
    expect(formatSdp(toPhone)).toContain('a=sendonly');
    const toBrowser = await bridge.answer('caller', phone.answer(toPhone), 'callee');
    await page.run('takeAnswer', formatSdp(toBrowser));
    expect(formatSdp(toBrowser)).toContain('a=recvonly');
    expect(await page.run('states')).toEqual(['connected', 'connected', 'stable']);
    await bridge.close();
  },
);

test.runIf(hasChromium).each(['VP8', 'H264'])(
  'two Chromiums whose media goes through the bridge see and hear each other, in %s, added to a call of sound only',
  async (codec) => {
    await using world = new World();
    const engine = world.own(embeddedBridge({ host }));
    const bridge = engine.open();
    bridge.addParty('caller', { kind: 'webrtc' });
    bridge.addParty('callee', { kind: 'webrtc' });
    const chromium = await Chromium.start(world);
    const url = await servePage(world, 'bridge-peer.ts');
    const [caller, callee] = [await chromium.page(url), await chromium.page(url)];
    const agree = async (offer: string): Promise<string> => {
      const offered = await bridge.offer('caller', described(offer), 'callee');
      const answer = await callee.run<string>('answerTo', formatSdp(offered));
      const answered = formatSdp(await bridge.answer('callee', described(answer), 'caller'));
      await caller.run('takeAnswer', answered);
      return answered;
    };
    const counted = async (kind: string, figure: string): Promise<readonly number[]> => {
      const all = [caller, callee].map((page) =>
        page.run<Record<string, Record<string, unknown>>>('statistics'),
      );
      return (await Promise.all(all)).map((each) =>
        Number(each[`inbound-rtp ${kind}`]?.[figure] ?? 0),
      );
    };
    await agree(await caller.run<string>('offer', ['opus']));
    await world.until('sound', async () =>
      (await counted('audio', 'packetsReceived')).every((each) => each > 50),
    );
    await caller.run('addVideo', [codec]);
    const withVideo = await agree(await caller.run<string>('reoffer'));
    expect(withVideo).toMatch(/^m=video [1-9]/m);
    await world.until('pictures', async () =>
      (await counted('video', 'framesDecoded')).every((each) => each > 10),
    );
    await caller.run('removeVideo');
    expect(await agree(await caller.run<string>('reoffer'))).toMatch(/^m=video 0 /m);
    const before = await counted('audio', 'packetsReceived');
    await world.until('sound only', async () =>
      (await counted('audio', 'packetsReceived')).every(
        (each, at) => each > (before[at] ?? 0) + 20,
      ),
    );
    expect(await counted('audio', 'packetsLost')).toEqual([0, 0]);
    await bridge.close();
  },
);

test.runIf(hasChromium && hasCoturn)(
  'Chromium that may send through coturn only is joined to a telephone',
  async () => {
    await using world = new World();
    const coturn = await Coturn.start(world, { secret: 'shared' });
    const engine = world.own(embeddedBridge({ host }));
    const bridge = engine.open();
    bridge.addParty('caller', { kind: 'webrtc' });
    bridge.addParty('callee', { kind: 'rtp' });
    const phone = await EchoPhone.open(world);
    const chromium = await Chromium.start(world);
    const page = await chromium.page(await servePage(world, 'bridge-peer.ts'));
    const username = `${Math.floor(Date.now() / 1000) + 600}:test`;
    const credential = createHmac('sha1', 'shared').update(username).digest('base64');
    await page.run('relayOnly', coturn.url, username, credential);
    const offer = await page.run<string>('offer', ['PCMU']);
    expect(offer).toContain('typ relay');
    expect(offer).not.toContain('typ host');
    const toPhone = await bridge.offer('caller', described(offer), 'callee');
    const answer = await bridge.answer('callee', phone.answer(toPhone), 'caller');
    await page.run('takeAnswer', formatSdp(answer));
    await world.until('sound both ways', async () => {
      const all = await page.run<Record<string, Record<string, unknown>>>('statistics');
      return phone.received > 50 && Number(all['inbound-rtp audio']?.['packetsReceived'] ?? 0) > 50;
    });
    await bridge.close();
  },
);

/** A telephone of RTP only, which sends back what it hears as its own. */
class EchoPhone {
  readonly #socket: Socket;
  #to: { readonly host: string; readonly port: number } | undefined;
  received = 0;
  #version = 0;

  static async open(world: World): Promise<EchoPhone> {
    const socket = createSocket('udp4');
    const phone = new EchoPhone(socket);
    await new Promise<void>((resolve) => {
      socket.bind(0, host, resolve);
    });
    world.own({ close: () => new Promise<void>((resolve) => socket.close(() => resolve())) });
    return phone;
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('message', (bytes) => {
      if (isRtcp(bytes)) return;
      const packet = parseRtp(bytes);
      if (packet === undefined) return;
      this.received += 1;
      const back = formatRtp({ ...packet, ssrc: 4711, extension: undefined });
      if (this.#to !== undefined) this.#socket.send(back, this.#to.port, this.#to.host);
    });
  }

  offer(direction: string): SessionDescription {
    this.#version += 1;
    return described(
      [
        ...['v=0', `o=- 1 ${this.#version} IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0'],
        `m=audio ${this.#socket.address().port} RTP/AVP 8 0 18 101`,
        'a=rtpmap:101 telephone-event/8000',
        'a=fmtp:101 0-15',
        `a=${direction}`,
        '',
      ].join('\r\n'),
    );
  }

  take(answer: SessionDescription): void {
    const line = answer.media[0];
    if (line !== undefined) this.#to = { host: line.connection?.address ?? host, port: line.port };
  }

  answer(offer: SessionDescription): SessionDescription {
    const line = offer.media[0];
    const format = line?.rtpFormats()[0];
    if (line === undefined || format === undefined) throw new Error('The offer has no line');
    this.#to = { host: line.connection?.address ?? host, port: line.port };
    const direction = {
      sendrecv: 'sendrecv',
      sendonly: 'recvonly',
      recvonly: 'sendonly',
      inactive: 'inactive',
    }[line.direction];
    return described(
      [
        ...['v=0', `o=- 1 1 IN IP4 ${host}`, 's=-', `c=IN IP4 ${host}`, 't=0 0'],
        `m=audio ${this.#socket.address().port} RTP/AVP ${format.payloadType}`,
        `a=rtpmap:${format.payloadType} ${format.name}/${format.clockRate}`,
        `a=${direction}`,
        '',
      ].join('\r\n'),
    );
  }
}

function described(text: string): SessionDescription {
  const parsed = parseSdp(text);
  if (!parsed.ok) throw new Error(`${parsed.error.text}\n${text}`);
  return parsed.value;
}
