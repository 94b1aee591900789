// From what SDP agreed to what the media thread needs of it.
import { isIPv6, SocketAddress } from 'node:net';
import { parseEventList } from '@offhook/sip/rtp';
import type { AgreedCrypto, NegotiatedStream, RtpFormat } from '@offhook/sip/sdp';
import type { CodecFormat, EventFormat, StreamAgreement } from './agreement.ts';
import { codecNamed } from './codec/codec.ts';
import type { CodecName } from './codec/codec.ts';
import type { MediaAddress } from './source-lock.ts';
import type { MasterKeys } from './srtp/session.ts';

/** Milliseconds of audio that fit into a packet with room for all headers. */
export const longestPtime = 160;

/** The agreement of `stream`; `numericHost` is the address of the peer's host. */
export function streamAgreement(
  stream: NegotiatedStream,
  numericHost: string | undefined,
): StreamAgreement {
  const place = ({ host, port }: MediaAddress): MediaAddress => ({
    host: canonical(host === stream.remote?.host ? (numericHost ?? host) : host),
    port,
  });
  const { remote, remoteRtcp, telephoneEvents } = stream;
  const events = telephoneEvents.send;
  const send = stream.sendFormats.flatMap(codecFormat);
  return {
    direction: stream.direction,
    remote: remote && place(remote),
    remoteRtcp: remoteRtcp && place(remoteRtcp),
    send,
    receive: stream.receiveFormats.flatMap(codecFormat),
    sendEvents:
      events === undefined
        ? undefined
        : { ...eventFormat(events), events: [...parseEventList(events.fmtp)] },
    receiveEvents: telephoneEvents.receive.map(eventFormat),
    receiveNoise: stream.receiveFormats
      .filter((format) => format.name.toUpperCase() === 'CN' && format.clockRate === 8000)
      .map((format) => format.payloadType),
    packetMilliseconds: packetMilliseconds(stream.ptime ?? 20, send[0]?.codec),
    rtcpMux: stream.rtcpMux,
    masterKeys: stream.crypto && masterKeys(stream.crypto),
  };
}

/** `wanted`, or what of it the codec can put in a packet: the most that is no more, else the least. */
export function packetMilliseconds(wanted: number, codec: CodecName | undefined): number {
  const possible = codecNamed(codec ?? '')?.packetMilliseconds;
  if (possible === undefined) return Math.min(Math.max(wanted, 5), longestPtime);
  return possible.findLast((each) => each <= wanted) ?? possible[0] ?? 20;
}

function eventFormat({ payloadType, clockRate }: RtpFormat): EventFormat {
  return { payloadType, clockRate };
}

function masterKeys({ suite, localKey, remoteKey, remoteLifetime }: AgreedCrypto): MasterKeys {
  return {
    suite,
    send: new Uint8Array(Buffer.from(localKey.reveal(), 'base64')),
    receive: new Uint8Array(Buffer.from(remoteKey.reveal(), 'base64')),
    receiveLifetime: remoteLifetime ?? Infinity,
  };
}

/** As the system writes the sources of packets: IPv6 has many spellings. */
function canonical(host: string): string {
  return isIPv6(host) ? new SocketAddress({ address: host, family: 'ipv6' }).address : host;
}

function codecFormat(format: RtpFormat): readonly CodecFormat[] {
  const codec = codecNamed(format.name);
  if (
    codec === undefined ||
    format.clockRate !== codec.clockRate ||
    format.channels !== codec.channels
  )
    return [];
  return [{ payloadType: format.payloadType, codec: codec.name }];
}
