// From what SDP agreed to what the media thread needs of it.
import { isIPv6, SocketAddress } from 'node:net';
import { parseEventList } from '@offhook/sip/rtp';
import type { AgreedCrypto, NegotiatedStream, RtpFormat } from '@offhook/sip/sdp';
import type { CodecFormat, StreamAgreement } from './agreement.ts';
import { codecNamed } from './codec/codec.ts';
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
  return {
    direction: stream.direction,
    remote: remote && place(remote),
    remoteRtcp: remoteRtcp && place(remoteRtcp),
    send: stream.sendFormats.flatMap(codecFormat),
    receive: stream.receiveFormats.flatMap(codecFormat),
    sendEvents:
      events === undefined
        ? undefined
        : { payloadType: events.payloadType, events: [...parseEventList(events.fmtp)] },
    receiveEvents: telephoneEvents.receive.map((format) => format.payloadType),
    receiveNoise: stream.receiveFormats
      .filter((format) => format.name.toUpperCase() === 'CN' && format.clockRate === 8000)
      .map((format) => format.payloadType),
    packetMilliseconds: Math.min(Math.max(stream.ptime ?? 20, 5), longestPtime),
    rtcpMux: stream.rtcpMux,
    masterKeys: stream.crypto && masterKeys(stream.crypto),
  };
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
  if (codec === undefined || format.clockRate !== codec.clockRate || format.channels !== 1)
    return [];
  return [{ payloadType: format.payloadType, codec: codec.name }];
}
