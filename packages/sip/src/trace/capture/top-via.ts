// What the topmost Via tells where nothing else does: the protocol, and the address of the hop before (RFC 3261 §18.1.1, §18.2.1).
import type { ObservedAddress } from '../../base/tap.ts';
import { defaultPort, protocolOf } from '../../transport/address.ts';

const via =
  /^(?:via|v)[ \t]*:[ \t]*SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*(\w{2,4})[ \t]+([^\r\n,]{1,500})/im;

/** How much of a message is searched. */
const searched = 8192;

/** The protocol of the topmost Via, where what carried the message told only that it was a stream. */
export function viaProtocol(text: string): string {
  const protocol = via.exec(text.slice(0, searched))?.[1];
  const known = protocol === undefined ? undefined : protocolOf(protocol);
  return known === undefined || known === 'UDP' ? 'TCP' : known;
}

/** Who sent the request, or will get the response: with `received` and `rport` where a server wrote them (RFC 3581 §4). */
export function viaAddress(text: string): ObservedAddress | undefined {
  const [, protocol = '', value = ''] = via.exec(text.slice(0, searched)) ?? [];
  const [sentBy = '', ...parameters] = value.split(';');
  const parameter = (name: string): string | undefined =>
    parameters
      .find((one) => one.trim().toLowerCase().startsWith(`${name}=`))
      ?.split('=')[1]
      ?.trim();
  const address = addressOf(sentBy.trim(), protocol);
  if (address === undefined) return undefined;
  const port = Number(parameter('rport'));
  return {
    host: parameter('received') ?? address.host,
    port: port > 0 && port < 65_536 ? port : address.port,
  };
}

/** Where a request goes, as its Request-URI says. */
export function requestAddress(text: string): ObservedAddress | undefined {
  const uri = /^[^\s]{1,64} (sips?):(?:[^@\s]{0,500}@)?([^;?>\s]{1,255})/i.exec(text);
  return uri === null
    ? undefined
    : addressOf(uri[2] ?? '', uri[1]?.toLowerCase() === 'sips' ? 'TLS' : 'UDP');
}

/** `host`, `host:port` or `[address]:port`. */
export function addressOf(text: string, protocol: string): ObservedAddress | undefined {
  const [, bracketed, host = bracketed, port] =
    /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (host === undefined) return undefined;
  return {
    host,
    port: port === undefined ? defaultPort(protocolOf(protocol) ?? 'UDP') : Number(port),
  };
}
