// a=candidate: a place where a peer may be reached, for ICE to try (RFC 8839 §5.1).

/** One candidate. */
export interface Candidate {
  /** Equal for candidates that are alike in kind, base and server. */
  readonly foundation: string;
  /** 1 for RTP, 2 for RTCP. */
  readonly component: number;
  /** As written: `udp`, `TCP`. */
  readonly transport: string;
  readonly priority: number;
  /** Numeric, or a name such as `….local`. */
  readonly address: string;
  readonly port: number;
  /** `host`, `srflx`, `prflx`, `relay`, or one that came later. */
  readonly type: string;
  /** Where it was seen from, for reflexive and relayed ones. */
  readonly related: { readonly address: string; readonly port: number } | undefined;
  /** What follows, such as `['generation', '0']`, in its order. */
  readonly extensions: readonly (readonly [string, string])[];
}

/** Reads the value of an a=candidate line; undefined when it is malformed. */
export function parseCandidate(value: string): Candidate | undefined {
  const words = value.trim().split(' ');
  const [foundation = '', component = '', transport = '', priority = '', address = ''] = words;
  const [port = '', typ, type = '', ...rest] = words.slice(5);
  if (!/^[A-Za-z0-9+/]{1,32}$/.test(foundation) || !/^[1-9]\d{0,2}$/.test(component))
    return undefined;
  if (!/^[\w-]{1,16}$/.test(transport) || !/^[1-9]\d{0,9}$/.test(priority)) return undefined;
  if (!/^[\w.:%-]{1,255}$/.test(address) || typ !== 'typ' || !/^[\w-]{1,32}$/.test(type))
    return undefined;
  const number = asPort(port);
  if (number === undefined || rest.length % 2 !== 0 || rest.length > 64) return undefined;
  const pairs = Array.from({ length: rest.length / 2 }, (_, index) =>
    pair(rest[2 * index] ?? '', rest[2 * index + 1] ?? ''),
  );
  const [[first, relatedAddress] = pair('', ''), [second, relatedPort] = pair('', '')] = pairs;
  const from = first === 'raddr' && second === 'rport' ? asPort(relatedPort) : undefined;
  return {
    foundation,
    component: Number(component),
    transport,
    priority: Number(priority),
    address,
    port: number,
    type,
    related: from === undefined ? undefined : { address: relatedAddress, port: from },
    extensions: from === undefined ? pairs : pairs.slice(2),
  };
}

/** The value of an a=candidate line. */
export function formatCandidate(candidate: Candidate): string {
  const { foundation, component, transport, priority, address, port, type, related } = candidate;
  return [
    ...[foundation, component, transport, priority, address, port, 'typ', type],
    ...(related === undefined ? [] : ['raddr', related.address, 'rport', related.port]),
    ...candidate.extensions.flat(),
  ].join(' ');
}

function pair(name: string, value: string): readonly [string, string] {
  return [name, value];
}

// RFC 8839 §5.1: 9 and 0 stand for ports that are not known.
function asPort(text: string): number | undefined {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : undefined;
  return port === undefined || port > 65_535 ? undefined : port;
}
