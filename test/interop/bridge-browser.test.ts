// The embedded bridge between Chromium and a plain telephone on UDP: real ICE, DTLS and SRTP on one side, RTP on the other.
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { expect, test } from 'vitest';
import { embeddedBridge } from '../../packages/offhook/src/media/embedded/engine.ts';
import { parseRtp, formatRtp, isRtcp } from '../../packages/sip/src/rtp/index.ts';
import { formatSdp, parseSdp } from '../../packages/sip/src/sdp/index.ts';
import type { SessionDescription } from '../../packages/sip/src/sdp/index.ts';
import { Chromium, hasChromium } from '../peers/chromium.ts';
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
    expect(reports.get('callee')?.[0]?.lostPackets).toBe(0);
    expect(broken).toEqual([]);
  },
);

/** A telephone of RTP only, which sends back what it hears as its own. */
class EchoPhone {
  readonly #socket: Socket;
  #to: { readonly host: string; readonly port: number } | undefined;
  received = 0;

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
