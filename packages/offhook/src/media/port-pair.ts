// Two UDP sockets for one stream: RTP on an even port, RTCP on the odd one above it (RFC 3550 §11).
import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { NoMediaLeft } from '@offhook/sip/sdp';
import type { MediaAddress } from './source-lock.ts';

/** Ports for media, both included. */
export interface PortRange {
  readonly first: number;
  readonly last: number;
}

/** No two free ports are left in the range. */
export class NoMediaPort extends NoMediaLeft {
  override readonly name = 'NoMediaPort';
}

/** Tells a packet and where it came from. */
export type PacketListener = (bytes: Uint8Array, host: string, port: number) => void;

/** A forged datagram may come from port 0, and nothing lies above 65535; sending there would throw. */
function isPort(port: number): boolean {
  return port >= 1 && port <= 65_535;
}

/** Hands out the even ports of a range in turn, so that a port that was just freed rests. */
export class PortTurn {
  readonly range: PortRange;
  readonly #first: number;
  readonly #pairs: number;
  #next: number;

  /** Starts somewhere in the range, by `fraction` from 0 to 1, so that two processes seldom meet. */
  constructor(range: PortRange, fraction: number) {
    this.range = range;
    this.#first = range.first + (range.first % 2);
    this.#pairs = Math.floor((range.last - this.#first + 1) / 2);
    if (!(range.first >= 1 && range.last <= 65_535 && this.#pairs >= 1)) {
      throw new RangeError(
        'A range of media ports lies between 1 and 65535 and holds an even port and the one above it',
      );
    }
    this.#next = Math.floor(fraction * this.#pairs);
  }

  /** How many pairs there are. */
  get pairs(): number {
    return this.#pairs;
  }

  /** The next even port. */
  next(): number {
    const port = this.#first + 2 * this.#next;
    this.#next = (this.#next + 1) % this.#pairs;
    return port;
  }
}

/** The turns of a thread, one for each host and range. */
export class PortTurns {
  readonly #turns = new Map<string, PortTurn>();

  /** The turn for `ports` of `host`; a new one starts by `fraction`. */
  of(host: string, ports: PortRange, fraction: () => number): PortTurn {
    const key = `${host} ${ports.first} ${ports.last}`;
    const turn = this.#turns.get(key) ?? new PortTurn(ports, fraction());
    this.#turns.set(key, turn);
    return turn;
  }
}

/** The sockets of one stream. An error of a socket, such as an unreachable peer, changes nothing. */
export class PortPair {
  readonly local: MediaAddress;
  readonly #rtp: Socket;
  readonly #rtcp: Socket;
  #open = true;

  /** Takes two bound sockets. */
  constructor(local: MediaAddress, rtp: Socket, rtcp: Socket) {
    this.local = local;
    this.#rtp = rtp;
    this.#rtcp = rtcp;
  }

  /** Calls `rtp` and `rtcp` for each packet. */
  listen(rtp: PacketListener, rtcp: PacketListener): void {
    this.#rtp.on('message', (bytes, from) => rtp(bytes, from.address, from.port));
    this.#rtcp.on('message', (bytes, from) => rtcp(bytes, from.address, from.port));
  }

  /** Sends RTP; what cannot be sent is lost, as on the way. */
  sendRtp(bytes: Uint8Array, length: number, to: MediaAddress): void {
    if (this.#open && isPort(to.port)) this.#rtp.send(bytes, 0, length, to.port, to.host);
  }

  /** Sends RTCP. */
  sendRtcp(bytes: Uint8Array, length: number, to: MediaAddress): void {
    if (this.#open && isPort(to.port)) this.#rtcp.send(bytes, 0, length, to.port, to.host);
  }

  /** Frees both ports; what was sent before is still sent. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await Promise.all([closed(this.#rtp), closed(this.#rtcp)]);
  }
}

/** Opens the next free pair on `host`; rejects with NoMediaPort when the range is used up. */
export async function openPair(host: string, turn: PortTurn): Promise<PortPair> {
  for (let attempt = 0; attempt < turn.pairs; attempt += 1) {
    const port = turn.next();
    const rtp = await bind(host, port);
    if (rtp === undefined) continue;
    const rtcp = await bind(host, port + 1).catch(async (error: unknown) => {
      await closed(rtp);
      throw error;
    });
    if (rtcp !== undefined) return new PortPair({ host, port }, rtp, rtcp);
    await closed(rtp);
  }
  throw noPort(host, turn);
}

/** One UDP port, for a party whose lines all share it. */
export class OpenPort {
  readonly port: number;
  readonly #socket: Socket;
  #open = true;

  /** Takes a bound socket. */
  constructor(port: number, socket: Socket) {
    this.port = port;
    this.#socket = socket;
  }

  /** Calls `listener` for each datagram. */
  listen(listener: PacketListener): void {
    this.#socket.on('message', (bytes, from) => listener(bytes, from.address, from.port));
  }

  /** Sends; what cannot be sent is lost, as on the way. */
  send(bytes: Uint8Array, length: number, host: string, port: number): void {
    if (this.#open && isPort(port)) this.#socket.send(bytes, 0, length, port, host);
  }

  /** Frees the port; what was sent before is still sent. */
  async close(): Promise<void> {
    if (!this.#open) return;
    this.#open = false;
    await closed(this.#socket);
  }
}

/** Opens the next free even port on `host`; rejects with NoMediaPort when the range is used up. */
export async function openPort(host: string, turn: PortTurn): Promise<OpenPort> {
  for (let attempt = 0; attempt < turn.pairs; attempt += 1) {
    const port = turn.next();
    const socket = await bind(host, port);
    if (socket !== undefined) return new OpenPort(port, socket);
  }
  throw noPort(host, turn);
}

function noPort(host: string, { range }: PortTurn): NoMediaPort {
  return new NoMediaPort(
    `All media ports from ${range.first} to ${range.last} of ${host} are in use`,
  );
}

/** A bound socket; undefined when the port is taken. Rejects on any other error. */
function bind(host: string, port: number): Promise<Socket | undefined> {
  const v6 = isIPv6(host);
  const socket = createSocket({
    type: v6 ? 'udp6' : 'udp4',
    ipv6Only: v6,
    // Targets are numeric; the system's resolver would cost a thread for each packet.
    lookup: (name, _options, found) => found(null, name, v6 ? 6 : 4),
  });
  return new Promise((resolve, reject) => {
    socket.once('error', (error: NodeJS.ErrnoException) => {
      socket.close();
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    socket.bind({ address: host, port, exclusive: true }, () => {
      socket.removeAllListeners('error');
      // ICMP says that nobody listens at the peer's port: normal before a call is answered and after it ended.
      socket.on('error', () => undefined);
      resolve(socket);
    });
  });
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.close(() => resolve()));
}
