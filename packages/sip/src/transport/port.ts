// What an edge must offer so that messages travel: transports that carry bytes, and flows on which they come and go.

/** The transports of a Via header. */
export type Protocol = 'UDP' | 'TCP' | 'TLS' | 'WS' | 'WSS';

/** A numeric host (IPv6 without brackets) and a port. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** An address, and the name under which it was found. */
export interface Remote extends Address {
  /** What a certificate must show there: the domain of the URI, as it was before DNS (RFC 5922 §7.3). */
  readonly domain?: string | undefined;
}

/** Where a message goes: a transport and an address. */
export interface Target extends Remote {
  readonly protocol: Protocol;
}

/**
 * The path between one local and one remote address on which messages go both ways: a connection, or a UDP socket
 * together with a remote address.
 */
export interface Flow {
  /** Unique in its endpoint, and readable: `udp 127.0.0.1:5060 127.0.0.1:5070`. */
  readonly id: string;
  readonly protocol: Protocol;
  /** True when the transport delivers or fails, so that nothing is sent twice (RFC 3261 §17). */
  readonly reliable: boolean;
  readonly local: Address;
  readonly remote: Address;
  /** False once a connection is closed. */
  readonly open: boolean;
  /** Sends one whole message. Never throws: a failure reaches `failed`, at once or later. */
  send(bytes: Uint8Array, failed: (error: Error) => void): void;
  /**
   * The peer lets requests come back on this connection as if it led to `port` of its address (RFC 5923). That is taken
   * only from a peer that has proved its domain, for requests to that domain. Absent where nothing can be proved.
   */
  alias?(port: number): void;
  /** Closes a connection; does nothing to a UDP flow. */
  close(): void;
}

/** What a transport tells. None of these may be called before `listen` or `flowTo` was, nor after `close`. */
export interface FlowListener {
  /** One whole message arrived (a datagram, a framed part of a stream, a WebSocket message). */
  received(bytes: Uint8Array, flow: Flow): void;
  /** A keep-alive arrived: a lone CRLF on a connection (RFC 5626 §4.4.1), or on UDP a packet that is STUN and not SIP (§8). A ping on a connection is answered by the edge. */
  keepAlive(bytes: Uint8Array, flow: Flow): void;
  /** A stream's framing is lost; the edge closes the flow once this returns. `bytes` are those of the bad message. */
  framingLost(bytes: Uint8Array, reason: string, flow: Flow): void;
  /** A connection is open. */
  opened(flow: Flow): void;
  /** A connection ended (`error` absent when the peer closed it in order), or ICMP told that a UDP address is unreachable. */
  closed(flow: Flow, error?: Error): void;
}

/** One way to carry messages, made by an edge: `udp()`, `tcp()`, `webSocket()`. */
export interface Transport {
  readonly protocol: Protocol;
  /** The address it is bound to and that goes into Via; undefined until `listen` resolved, and for clients that cannot listen. */
  readonly local: Address | undefined;
  /** Starts; resolves once bound. Rejects with the platform's error (`EADDRINUSE`). */
  listen(listener: FlowListener): Promise<void>;
  /** The flow to `remote`: an existing connection, or a new one that sends what it was given once it is open. */
  flowTo(remote: Remote): Flow;
  /** Gives up every connection at once, since the network under them is another; absent where there are none. */
  drop?(): void;
  close(): Promise<void>;
}
