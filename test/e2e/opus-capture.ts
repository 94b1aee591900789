// A capture of a call with Opus: libopus encodes a tone, which goes as RTP (RFC 7587) beside the messages that agree on it.
import { opus } from '../../packages/offhook/src/media/codec/opus.ts';
import { PcapWriter } from '../../packages/sip/src/trace/index.ts';
import { tone } from '../peers/audio.ts';

const rate = 48_000;
const frame = 960;
const alice = { host: '192.0.2.1', port: 5060 };
const bob = { host: '192.0.2.2', port: 5060 };

/** A call in which alice sends a tone of `hertz` for `seconds`; packets in `lost` never come. */
export async function opusCapture(
  hertz: number,
  seconds: number,
  lost: ReadonlySet<number>,
): Promise<Uint8Array> {
  const writer = new PcapWriter();
  const start = Date.UTC(2026, 0, 1);
  const parts: Uint8Array[] = [writer.head];
  const say = (milliseconds: number, isForth: boolean, line: string, sdp?: string): void => {
    const [source, destination] = isForth ? [alice, bob] : [bob, alice];
    const at = start + milliseconds;
    parts.push(writer.message({ at, source, destination, protocol: 'UDP', text: text(line, sdp) }));
  };
  say(0, true, 'INVITE sip:bob@192.0.2.2 SIP/2.0', audio(alice.host));
  say(50, false, 'SIP/2.0 200 OK', audio(bob.host));
  say(60, true, 'ACK sip:bob@192.0.2.2 SIP/2.0');
  const encoder = await opus.encoder(rate);
  const { samples } = tone(hertz, seconds, rate);
  const payload = new Uint8Array(1_500);
  for (let index = 0; (index + 1) * frame <= samples.length; index += 1) {
    const part = samples.subarray(index * frame, (index + 1) * frame);
    const length = encoder.encode(part, frame, payload, 0);
    if (lost.has(index)) continue;
    const bytes = new Uint8Array(12 + length);
    const head = new DataView(bytes.buffer);
    head.setUint16(0, 0x80_6f);
    head.setUint16(2, index);
    head.setUint32(4, index * frame);
    head.setUint32(8, 0x1234_5678);
    bytes.set(payload.subarray(0, length), 12);
    parts.push(
      writer.datagram({
        at: start + 100 + index * 20,
        source: { host: alice.host, port: 40_000 },
        destination: { host: bob.host, port: 40_000 },
        bytes,
      }),
    );
  }
  encoder.close();
  say(200 + seconds * 1_000, true, 'BYE sip:bob@192.0.2.2 SIP/2.0');
  say(210 + seconds * 1_000, false, 'SIP/2.0 200 OK');
  return Buffer.concat(parts);

  function text(line: string, sdp = ''): string {
    const isBye = line.startsWith('BYE') || (line.startsWith('SIP') && sdp === '');
    const method = isBye ? 'BYE' : line.startsWith('ACK') ? 'ACK' : 'INVITE';
    return [
      line,
      `Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-${method}`,
      'Max-Forwards: 70',
      'From: <sip:alice@192.0.2.1>;tag=a',
      `To: <sip:bob@192.0.2.2>${line.startsWith('INVITE') ? '' : ';tag=b'}`,
      'Call-ID: opus-1',
      `CSeq: ${isBye ? 2 : 1} ${method}`,
      `Contact: <sip:${line.startsWith('SIP') ? 'bob@192.0.2.2' : 'alice@192.0.2.1'}>`,
      ...(sdp === '' ? [] : ['Content-Type: application/sdp']),
      `Content-Length: ${sdp.length}`,
      '',
      sdp,
    ].join('\r\n');
  }
}

function audio(host: string): string {
  return [
    'v=0',
    `o=- 1 1 IN IP4 ${host}`,
    's=-',
    `c=IN IP4 ${host}`,
    't=0 0',
    'm=audio 40000 RTP/AVP 111',
    'a=rtpmap:111 opus/48000/2',
    '',
  ].join('\r\n');
}
