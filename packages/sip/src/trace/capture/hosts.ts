// Addresses of packets as text, made once for each host and port.
import { latin1 } from '../../base/bytes.ts';
import type { ObservedAddress } from '../../base/tap.ts';
import { canonicalHost } from '../../transport/address.ts';
import { u16, u32, u8 } from './octets.ts';

/** One host of the capture. */
export interface Host {
  readonly text: string;
  readonly ports: Map<number, ObservedAddress>;
}

/** How many hosts and ports are remembered before all are forgotten; forgetting costs time alone. */
const limit = 100_000;

/** The hosts and ports seen, so that equal addresses are one object. */
export class Hosts {
  readonly #four = new Map<number, Host>();
  readonly #six = new Map<string, Host>();
  #count = 0;

  /** The IPv4 address at `at`. */
  four(bytes: Uint8Array, at: number): Host {
    const key = u32(bytes, at) | 0;
    let host = this.#four.get(key);
    if (host === undefined) {
      this.#grow();
      const text = `${u8(bytes, at)}.${u8(bytes, at + 1)}.${u8(bytes, at + 2)}.${u8(bytes, at + 3)}`;
      host = { text, ports: new Map() };
      this.#four.set(key, host);
    }
    return host;
  }

  /** The IPv6 address at `at`, in the form of RFC 5952. */
  six(bytes: Uint8Array, at: number): Host {
    const key = latin1(bytes, at, at + 16);
    let host = this.#six.get(key);
    if (host === undefined) {
      this.#grow();
      host = { text: canonicalHost(groups(bytes, at)), ports: new Map() };
      this.#six.set(key, host);
    }
    return host;
  }

  /** A port of a host. */
  address(host: Host, port: number): ObservedAddress {
    let address = host.ports.get(port);
    if (address === undefined) {
      this.#grow();
      address = { host: host.text, port };
      host.ports.set(port, address);
    }
    return address;
  }

  #grow(): void {
    this.#count += 1;
    if (this.#count <= limit) return;
    this.#count = 0;
    this.#four.clear();
    this.#six.clear();
  }
}

function groups(bytes: Uint8Array, at: number): string {
  return Array.from({ length: 8 }, (_, index) => u16(bytes, at + index * 2).toString(16)).join(':');
}
