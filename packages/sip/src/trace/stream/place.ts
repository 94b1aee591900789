// What signalling says of media: where it is wanted and in which codecs, and of which line of which session that is.
import { ipv6Words } from '../../base/ip.ts';
import type { ObservedAddress } from '../../base/tap.ts';
import type { CodecDocument } from '../document/document.ts';

/** What one media line of an SDP says of the packets that come to its address. */
export interface MediaHint extends ObservedAddress {
  readonly codecs: readonly CodecDocument[];
  /** True when it is to be SRTP (RFC 3711). */
  readonly encrypted?: boolean | undefined;
}

/** Where a party wants the media of one line of a session, and for how long. Times in milliseconds since 1970. */
export interface MediaPlace extends MediaHint {
  readonly from: number;
  readonly to: number | undefined;
  readonly leg: number;
  readonly session: number;
  /** Index of the media line. */
  readonly line: number;
  /** Id of the party whose address it is. */
  readonly party: number;
  /** Its other addresses by ICE (RFC 8839 §5.1). */
  readonly candidates?: readonly ObservedAddress[] | undefined;
  /** a=ice-ufrag, by which checks of addresses that no SDP names are known (RFC 8445 §7.2.2). */
  readonly ufrag?: string | undefined;
  /** The sources that it says it sends (RFC 5576 §4.1). */
  readonly sources?: readonly number[] | undefined;
}

/** An address as a key: equal for equal addresses however they are written. */
export function addressKey({ host, port }: ObservedAddress): string {
  return `${hostKey(host)} ${port}`;
}

/** A host as a key. */
export function hostKey(host: string): string {
  if (!host.includes(':')) return host.toLowerCase();
  return ipv6Words(host)?.join(':') ?? host.toLowerCase();
}
