// What a page's own ICE candidates tell of the network around it: seen under which address, through what kind of NAT, relayed or not.
import type { NatReport } from '../stun/nat.ts';
import type { MappedAddress } from '../stun/binding.ts';

/** One address that gathering found (RFC 8445 §5.1.1); the related one is where it was sent from, when the browser says so. */
export interface FoundCandidate {
  readonly type: 'host' | 'srflx' | 'prflx' | 'relay';
  readonly protocol: 'udp' | 'tcp';
  readonly address: string;
  readonly port: number;
  readonly relatedAddress?: string | undefined;
  readonly relatedPort?: number | undefined;
}

/** What gathering came to. */
export interface Gathering {
  readonly candidates: readonly FoundCandidate[];
  /** How many servers were asked, of each kind. */
  readonly asked: { readonly stun: number; readonly turn: number };
  /** Those that did not answer, or refused. */
  readonly failed: readonly string[];
}

/** What is known of the network around the page. */
export interface NetworkReport {
  /** The address that servers see; undefined when none told, or when it is the page's own. */
  readonly mapped: MappedAddress | undefined;
  /** `address-and-port-dependent` is the symmetric NAT, behind which media may need a relay (RFC 4787 §4.1). */
  readonly mapping: Exclude<NatReport['mapping'], 'address-dependent'>;
  /** True when a server answered by UDP; false when all were asked in vain; undefined when none was asked. */
  readonly udp: boolean | undefined;
  /** True when a TURN server relays for us; undefined when none was asked. */
  readonly relay: boolean | undefined;
  readonly failed: readonly string[];
}

/** Judges what gathering found. */
export function networkReport({ candidates, asked, failed }: Gathering): NetworkReport {
  const mapped = candidates.filter(({ type, protocol }) => type === 'srflx' && protocol === 'udp');
  const relays = candidates.filter(({ type }) => type === 'relay');
  const count = asked.stun + asked.turn;
  // A browser keeps back a mapped address that is its own: a server that did not fail was heard all the same.
  const heard = count - new Set(failed).size;
  const [first] = mapped;
  return {
    mapped: first === undefined ? undefined : { host: first.address, port: first.port },
    mapping: first === undefined ? (heard > 0 ? 'none' : 'unknown') : mappingOf(mapped, heard),
    udp: count === 0 ? undefined : heard > 0 || mapped.length > 0,
    relay: asked.turn === 0 ? undefined : relays.length > 0,
    failed,
  };
}

// Of several servers that see one address and port, a browser tells it once.
function mappingOf(mapped: readonly FoundCandidate[], heard: number): NetworkReport['mapping'] {
  const seen = new Map<string, Set<string>>();
  for (const { address, port, relatedAddress, relatedPort } of mapped) {
    const from = `${relatedAddress} ${relatedPort}`;
    seen.set(from, (seen.get(from) ?? new Set()).add(`${address} ${port}`));
  }
  // Where the browser hides its own address, sockets cannot be told apart.
  const isHidden = mapped.some(({ relatedPort = 0 }) => relatedPort === 0);
  if (isHidden && mapped.length > 1) return 'unknown';
  if ([...seen.values()].some(({ size }) => size > 1)) return 'address-and-port-dependent';
  return heard > 1 ? 'endpoint-independent' : 'unknown';
}
