// Answers offers of browsers, for the load of legs: POST an SDP offer, get an SDP answer. Usage: node legs.ts PORT embedded|werift [FOLDER-OF-PACKAGES]
import { createSocket } from 'node:dgram';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import process from 'node:process';
import { formatSdp, parseSdp } from '@offhook/sip/sdp';
import { telephone } from '../gateway/calls.ts';
import { peerOptions } from '../gateway/werift.ts';
import type { Werift } from '../gateway/werift.ts';
import { built } from './built.ts';

/** An answer, and what ends the leg. */
interface Answered {
  readonly sdp: string;
  readonly close: () => Promise<unknown>;
}

const [port, by, folder = '.'] = process.argv.slice(2);
const answer = by === 'embedded' ? await embedded() : werift();
const open: Answered[] = [];

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const text = Buffer.concat(chunks).toString();
    const done =
      request.method === 'DELETE'
        ? Promise.all(open.splice(0).map(({ close }) => close())).then(() => '')
        : answer(text).then((answered) => {
            open.push(answered);
            return answered.sdp;
          });
    done.then(
      (body) => response.end(body),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
});
server.listen(Number(port), '127.0.0.1', () =>
  createSocket('udp4').bind(Number(port), '127.0.0.1'),
);

async function embedded(): Promise<(offer: string) => Promise<Answered>> {
  const { embeddedBridge } =
    await built<typeof import('../../packages/offhook/src/media/embedded/engine.ts')>(
      'media/embedded/engine',
    );
  const engine = embeddedBridge({ threads: 1, portRange: { first: 20_000, last: 32_000 } });
  return async (text) => {
    const offer = parseSdp(text);
    if (!offer.ok) throw new Error(offer.error.text);
    const bridge = engine.open();
    bridge.addParty('caller', { kind: 'webrtc' });
    bridge.addParty('callee', { kind: 'rtp' });
    await bridge.offer('caller', offer.value, 'callee');
    const answered = await bridge.answer('callee', telephone('127.0.0.3', 61_000), 'caller');
    return { sdp: formatSdp(answered), close: () => bridge.close() };
  };
}

function werift(): (offer: string) => Promise<Answered> {
  const { RTCPeerConnection, RTCRtpCodecParameters } = createRequire(`${folder}/package.json`)(
    'werift',
  ) as Werift;
  return async (text) => {
    const connection = new RTCPeerConnection(peerOptions(RTCRtpCodecParameters));
    connection.addTransceiver('audio');
    await connection.setRemoteDescription({ type: 'offer', sdp: text });
    await connection.setLocalDescription(await connection.createAnswer());
    return { sdp: connection.localDescription?.sdp ?? '', close: () => connection.close() };
  };
}
