// SIP over UDP on a node:dgram socket (RFC 3261 §18, RFC 3581 §4).
import { createSocket } from 'node:dgram';
import type { RemoteInfo, Socket, SocketOptions } from 'node:dgram';
import { isIP } from 'node:net';
import { systemClock } from '../base/clock.ts';
import type { Clock } from '../base/clock.ts';
import { silentLogger } from '../base/log.ts';
import type { Logger } from '../base/log.ts';
import { canonicalHost, flowId } from '../transport/address.ts';
import { leadingCrlf, mayBeginMessage } from '../transport/framing.ts';
import type { Address, Flow, FlowListener, Transport } from '../transport/port.ts';
import { UnreachableFlow } from '../transport/unreachable.ts';
import { localHost } from './local-address.ts';
import { UdpWatch } from './udp-watch.ts';
import type { Datagram } from './udp-watch.ts';

/** How a UDP transport is made. */
export interface UdpOptions {
  /** A numeric address of this machine; all IPv4 addresses unless said. An IPv6 socket carries IPv6 only. */
  readonly host?: string | undefined;
  /** 0, or nothing, for any free port. */
  readonly port?: number | undefined;
  /** The host that goes into Via when it is not the bound one, as behind a port forwarding. */
  readonly advertisedHost?: string | undefined;
  /** Receive buffer asked of the kernel, in bytes; 4 MiB unless said. */
  readonly receiveBuffer?: number | undefined;
  /**
   * Whether ICMP is heard, so that a call to where nobody listens fails at once: on for a port that the system chose,
   * off for a given one, since it needs SO_REUSEADDR, with which other programs of this machine could take that port.
   */
  readonly noticeUnreachable?: boolean | undefined;
  readonly clock?: Clock | undefined;
  readonly log?: Logger | undefined;
}

/** What a UDP transport counted. */
export interface UdpCounters {
  received: number;
  sent: number;
  /** Empty datagrams and those of CRLF alone. */
  keepAlives: number;
  stun: number;
  /** Datagrams that cannot be SIP. */
  dropped: number;
  failed: number;
  /** Times that ICMP told of a remote where nobody listens. */
  unreachable: number;
}

/** A UDP transport with what the network edge knows beyond the port. */
export interface UdpTransport extends Transport {
  readonly counters: Readonly<UdpCounters>;
  /** The receive buffer that the kernel granted, in bytes. */
  readonly receiveBuffer: number | undefined;
}

/** A UDP socket as a transport. */
export function udp(options: UdpOptions = {}): UdpTransport {
  return new NodeUdp(options);
}

const defaultReceiveBuffer = 4 * 1024 * 1024;
const smallReceiveBuffer = 1024 * 1024;

/** Flows that are kept to be used again. */
const mostKnownFlows = 4096;

class NodeUdp implements UdpTransport {
  readonly protocol = 'UDP';
  readonly counters: UdpCounters = {
    received: 0,
    sent: 0,
    keepAlives: 0,
    stun: 0,
    dropped: 0,
    failed: 0,
    unreachable: 0,
  };
  readonly #options: UdpOptions;
  readonly #host: string;
  readonly #log: Logger;
  #socket: Socket | undefined;
  #watch: UdpWatch | undefined;
  #listener: FlowListener | undefined;
  #local: Address | undefined;
  #bound: Address | undefined;
  #receiveBuffer: number | undefined;
  #closing: Promise<void> | undefined;
  readonly #known = new Map<string, Map<number, UdpFlow>>();
  #knownCount = 0;

  constructor(options: UdpOptions) {
    const { host = '0.0.0.0', log = silentLogger } = options;
    if (isIP(host) === 0) throw new TypeError(`udp() binds to a numeric address, not to ${host}`);
    this.#options = options;
    this.#host = host;
    this.#log = log;
  }

  get local(): Address | undefined {
    return this.#local;
  }

  get receiveBuffer(): number | undefined {
    return this.#receiveBuffer;
  }

  async listen(listener: FlowListener): Promise<void> {
    if (this.#listener !== undefined) throw new TypeError('This transport listens already');
    this.#listener = listener;
    const { port = 0, noticeUnreachable = port === 0 } = this.#options;
    const settings = this.#settings(noticeUnreachable);
    try {
      const wanted = { host: this.#host, port };
      const socket = noticeUnreachable
        ? await claimed(settings, this.#settings(false), wanted)
        : await bound(settings, wanted);
      this.#start(socket, noticeUnreachable ? settings : undefined);
    } catch (error) {
      this.#listener = undefined;
      throw error;
    }
  }

  flowTo(remote: Address): Flow {
    const to = { host: canonicalHost(remote.host), port: remote.port };
    if (isIP(to.host) === isIP(this.#host)) {
      if (to.port > 0 && to.port < 65_536) this.#watch?.watch(to);
      return new UdpFlow(this, this.#bound, this.#options.advertisedHost, to);
    }
    const nowhere = {
      protocol: 'UDP',
      local: this.#local ?? { host: this.#host, port: 0 },
      remote: to,
    } as const;
    return new UnreachableFlow(
      nowhere,
      new Error(`No UDP socket here reaches ${to.host === '' ? 'an empty host' : to.host}`),
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const socket = this.#socket;
    this.#listener = undefined;
    this.#forgetFlows();
    const watched = this.#watch?.close();
    if (socket !== undefined) await new Promise<void>((resolve) => socket.close(() => resolve()));
    await watched;
  }

  /** Sends to a numeric address; for the flows of this transport. */
  send(bytes: Uint8Array, remote: Address, failed: (error: Error) => void): void {
    const fail = (error: Error): void => {
      this.counters.failed += 1;
      failed(error);
    };
    const socket = this.#socket;
    if (socket === undefined || this.#closing !== undefined) {
      queueMicrotask(() => fail(new Error('The UDP transport is not open')));
      return;
    }
    this.counters.sent += 1;
    const datagram = { bytes, remote, failed: fail };
    if (this.#watch?.send(datagram) !== true) this.#sendPlain(datagram);
  }

  #sendPlain({ bytes, remote, failed }: Datagram): void {
    try {
      this.#socket?.send(bytes, remote.port, remote.host, (error) => {
        if (error !== null) failed(error);
      });
    } catch (error) {
      queueMicrotask(() => failed(error instanceof Error ? error : new Error(String(error))));
    }
  }

  #settings(reuseAddr: boolean): SocketOptions {
    const six = isIP(this.#host) === 6;
    return {
      type: six ? 'udp6' : 'udp4',
      ipv6Only: six,
      reuseAddr,
      // Hosts are numeric here; without this each send would go through the resolver's code.
      lookup: (host, _options, found) => found(null, host, six ? 6 : 4),
    };
  }

  #start(socket: Socket, watched: SocketOptions | undefined): void {
    const { address, port } = socket.address();
    const bound = { host: address, port };
    this.#socket = socket;
    this.#bound = bound;
    this.#local = { host: this.#options.advertisedHost ?? localHost(address), port };
    this.#askBuffer(socket);
    socket.on('message', (bytes, from) => this.#receive(bytes, from));
    socket.on('error', (error) => this.#log.warn('UDP socket error', { error: String(error) }));
    if (watched === undefined) return;
    this.#watch = new UdpWatch({
      bound,
      socket: watched,
      clock: this.#options.clock ?? systemClock,
      receive: (bytes, from) => this.#receive(bytes, from),
      unreachable: (remote, error) => this.#unreachable(remote, error),
      sendPlain: (datagram) => this.#sendPlain(datagram),
    });
  }

  #unreachable(remote: Address, error: Error): void {
    this.counters.unreachable += 1;
    this.#listener?.closed(
      new UdpFlow(this, this.#bound, this.#options.advertisedHost, remote),
      error,
    );
  }

  #askBuffer(socket: Socket): void {
    try {
      socket.setRecvBufferSize(this.#options.receiveBuffer ?? defaultReceiveBuffer);
    } catch (error) {
      this.#log.warn('The UDP receive buffer cannot be set', { error: String(error) });
    }
    this.#receiveBuffer = socket.getRecvBufferSize();
    if (this.#receiveBuffer < smallReceiveBuffer) {
      this.#log.warn('The UDP receive buffer is small; raise net.core.rmem_max', {
        bytes: this.#receiveBuffer,
      });
    }
  }

  #receive(bytes: Uint8Array, from: RemoteInfo): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.counters.received += 1;
    const first = bytes[0];
    if (first !== undefined && first < 4) {
      // RFC 5626 §8: STUN, never SIP.
      this.counters.stun += 1;
      listener.keepAlive(bytes, this.#flow(from));
      return;
    }
    const start = leadingCrlf(bytes);
    if (start === bytes.length) this.counters.keepAlives += 1;
    else if (!mayBeginMessage(bytes[start])) this.counters.dropped += 1;
    else listener.received(start === 0 ? bytes : bytes.subarray(start), this.#flow(from));
  }

  // Whoever sent one datagram mostly sends more, and each of their transactions holds the flow for half a minute.
  #flow({ address, port }: RemoteInfo): UdpFlow {
    let ofHost = this.#known.get(address);
    if (ofHost === undefined) this.#known.set(address, (ofHost = new Map()));
    const known = ofHost.get(port);
    if (known !== undefined) return known;
    if (this.#knownCount === mostKnownFlows) this.#forgetFlows();
    const flow = new UdpFlow(this, this.#bound, this.#options.advertisedHost, {
      host: address,
      port,
    });
    ofHost.set(port, flow);
    this.#knownCount += 1;
    return flow;
  }

  // Two flows of one address are the same flow, so forgetting costs memory only.
  #forgetFlows(): void {
    this.#known.clear();
    this.#knownCount = 0;
  }
}

/** A socket on a port of which nobody else had a share; another try where any will do and somebody was quicker. */
async function claimed(
  settings: SocketOptions,
  alone: SocketOptions,
  { host, port }: Address,
): Promise<Socket> {
  for (let left = 4; ; left -= 1) {
    const free = await claim(alone, { host, port });
    try {
      return await bound(settings, { host, port: free });
    } catch (error) {
      if (port !== 0 || left === 0) throw error;
    }
  }
}

async function bound(settings: SocketOptions, wanted: Address): Promise<Socket> {
  const socket = createSocket(settings);
  await bind(socket, wanted);
  return socket;
}

/** Finds a port, or makes sure that the wanted one is free: a socket that shares its port would not be refused. */
async function claim(settings: SocketOptions, wanted: Address): Promise<number> {
  const socket = createSocket(settings);
  await bind(socket, wanted);
  const { port } = socket.address();
  await new Promise<void>((resolve) => socket.close(() => resolve()));
  return port;
}

function bind(socket: Socket, { host, port }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    const refuse = (error: Error): void => {
      socket.close();
      reject(error);
    };
    socket.once('error', refuse);
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.off('error', refuse);
      resolve();
    });
  });
}

/** A socket together with a remote address. Two of them with one id are the same flow. */
class UdpFlow implements Flow {
  readonly protocol = 'UDP';
  readonly reliable = false;
  readonly open = true;
  readonly remote: Address;
  readonly #transport: NodeUdp;
  readonly #bound: Address | undefined;
  readonly #advertisedHost: string | undefined;
  #local: Address | undefined;
  #id: string | undefined;

  constructor(
    transport: NodeUdp,
    bound: Address | undefined,
    advertisedHost: string | undefined,
    remote: Address,
  ) {
    this.#transport = transport;
    this.#bound = bound;
    this.#advertisedHost = advertisedHost;
    this.remote = remote;
  }

  get local(): Address {
    const { host, port } = this.#bound ?? { host: '0.0.0.0', port: 0 };
    this.#local ??= { host: this.#advertisedHost ?? localHost(host, this.remote.host), port };
    return this.#local;
  }

  get id(): string {
    this.#id ??= flowId('UDP', this.local, this.remote);
    return this.#id;
  }

  send(bytes: Uint8Array, failed: (error: Error) => void): void {
    this.#transport.send(bytes, this.remote, failed);
  }

  close(): void {}
}
