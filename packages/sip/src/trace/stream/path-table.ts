// How media found its way as a capture shows it: checks of ICE, handshakes of DTLS and what the network refused, pair by pair.
import type { ObservedAddress } from '../../base/tap.ts';
import type { CapturedDatagram, CapturedProblem } from '../capture/captured.ts';
import type { NoteDocument } from '../document/document.ts';
import { CheckedAddresses } from './checked.ts';
import { HandshakeRecord } from './handshake-record.ts';
import { IcePair } from './ice-pair.ts';
import { addressKey } from './place.ts';
import type { MediaPlace } from './place.ts';

/** A fact about a way, before it is known whose way it is. */
export type PathFact = Pick<
  NoteDocument,
  'frame' | 'at' | 'topic' | 'event' | 'text' | 'source' | 'destination'
>;

/** One way between two addresses. */
interface Path {
  readonly addresses: readonly [ObservedAddress, ObservedAddress];
  readonly ice: IcePair;
  readonly dtls: HandshakeRecord;
  readonly problems: PathFact[];
  endedAt: number;
  /** Rises with everything that is seen of it. */
  revision: number;
}

/** Options of a table. */
export interface PathTableOptions {
  /** How many pairs of addresses are kept; 4096 unless said. The idlest go first. */
  readonly limit?: number | undefined;
}

/** A check may be ahead of the SDP, and a handshake may still be going on when the session ends; in milliseconds. */
const ahead = 1000;
const behind = 5000;
/** How many problems of one way are told. */
const mostProblems = 8;

/** Collects what STUN and DTLS tell of all pairs of addresses. */
export class PathTable {
  readonly #limit: number;
  readonly #paths = new Map<string, Path>();
  readonly #byAddress = new Map<string, Set<Path>>();
  readonly #checked = new CheckedAddresses();

  constructor({ limit = 4096 }: PathTableOptions = {}) {
    this.#limit = Math.max(1, limit);
  }

  /** Takes a datagram; those of other families are passed over. */
  add(datagram: CapturedDatagram): void {
    const { family, at } = datagram;
    if (family !== 'stun' && family !== 'dtls') return;
    const path = this.#pathOf(datagram.source, datagram.destination, at);
    if (family === 'dtls') {
      path.dtls.add(datagram);
      return;
    }
    this.#checked.add(datagram);
    path.ice.add(datagram);
  }

  /** Takes what could not be read, or what the network refused, such as a port that is unreachable. */
  problem({ frame, at, event, text, source, destination }: CapturedProblem): void {
    if (source === undefined || destination === undefined) return;
    const { problems } = this.#pathOf(source, destination, at);
    if (problems.length < mostProblems)
      problems.push({ frame, at, topic: 'network', event, text, source, destination });
  }

  /** Notes on the ways of a call whose media is wanted at `places`, in order of time. */
  of(places: readonly MediaPlace[]): readonly NoteDocument[] {
    const { owners, paths } = this.#around(places);
    return [...paths]
      .flatMap(({ ice, dtls, problems }) => [...ice.facts(), ...dtls.facts(), ...problems])
      .flatMap((fact) => noteOf(fact, owners))
      .toSorted((one, other) => one.at - other.at || one.frame - other.frame);
  }

  /** Rises with everything that is seen of the ways of such a call. */
  seenAt(places: readonly MediaPlace[]): number {
    let seen = 0;
    for (const { revision } of this.#around(places).paths) seen += 1 + revision;
    return seen;
  }

  /** The ways from and to the addresses of `places`, and whose addresses those are. */
  #around(places: readonly MediaPlace[]): {
    readonly owners: ReadonlyMap<string, readonly MediaPlace[]>;
    readonly paths: ReadonlySet<Path>;
  } {
    const owners = new Map<string, MediaPlace[]>();
    const paths = new Set<Path>();
    if (this.#paths.size === 0) return { owners, paths };
    for (const place of places) {
      const keys = [
        addressKey(place),
        ...(place.candidates ?? []).map(addressKey),
        ...(place.ufrag === undefined ? [] : this.#checked.of(place.ufrag)),
      ];
      for (const key of keys) {
        owners.set(key, [...(owners.get(key) ?? []), place]);
        for (const path of this.#byAddress.get(key) ?? [])
          if (path.endedAt >= place.from - ahead) paths.add(path);
      }
    }
    return { owners, paths };
  }

  #pathOf(source: ObservedAddress, destination: ObservedAddress, at: number): Path {
    const key = [addressKey(source), addressKey(destination)].toSorted().join(' ');
    const known = this.#paths.get(key);
    if (known !== undefined) {
      known.endedAt = at;
      known.revision += 1;
      return known;
    }
    if (this.#paths.size >= this.#limit) this.#forget();
    const path: Path = {
      addresses: [source, destination],
      ice: new IcePair(),
      dtls: new HandshakeRecord(),
      problems: [],
      endedAt: at,
      revision: 1,
    };
    this.#paths.set(key, path);
    for (const address of path.addresses) {
      const own = this.#byAddress.get(addressKey(address)) ?? new Set();
      own.add(path);
      this.#byAddress.set(addressKey(address), own);
    }
    return path;
  }

  #forget(): void {
    const idlest = [...this.#paths].toSorted(([, one], [, other]) => one.endedAt - other.endedAt);
    for (const [key, path] of idlest.slice(0, Math.ceil(this.#limit / 4))) {
      this.#paths.delete(key);
      for (const address of path.addresses) {
        const own = this.#byAddress.get(addressKey(address));
        own?.delete(path);
        if (own?.size === 0) this.#byAddress.delete(addressKey(address));
      }
    }
  }
}

// A note of the line whose address it came from or went to at that time; its party is the one it came from.
function noteOf(
  fact: PathFact,
  owners: ReadonlyMap<string, readonly MediaPlace[]>,
): readonly NoteDocument[] {
  const at = (address: ObservedAddress | undefined): MediaPlace | undefined =>
    address && owners.get(addressKey(address))?.find((place) => isDuring(fact.at, place));
  const from = at(fact.source);
  const place = from ?? at(fact.destination);
  if (place === undefined) return [];
  return [{ ...fact, party: from?.party, leg: place.leg, session: place.session }];
}

function isDuring(at: number, { from, to }: MediaPlace): boolean {
  return at >= from - ahead && at <= (to ?? Infinity) + behind;
}
