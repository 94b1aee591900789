// How media found its way as a capture shows it: checks of ICE and handshakes of DTLS, pair of addresses by pair.
import type { ObservedAddress } from '../../base/tap.ts';
import type { CapturedDatagram } from '../capture/captured.ts';
import type { NoteDocument } from '../document/document.ts';
import { CheckedAddresses } from './checked.ts';
import { HandshakeRecord } from './handshake-record.ts';
import { IcePair } from './ice-pair.ts';
import { addressKey } from './place.ts';
import type { MediaPlace } from './place.ts';

/** A fact about a way, as a note tells it. */
export type PathFact = Pick<
  NoteDocument,
  'frame' | 'at' | 'event' | 'text' | 'source' | 'destination'
> & { readonly topic: 'ice' | 'dtls' };

/** One way between two addresses. */
interface Path {
  readonly addresses: readonly [ObservedAddress, ObservedAddress];
  readonly ice: IcePair;
  readonly dtls: HandshakeRecord;
  endedAt: number;
}

/** Options of a table. */
export interface PathTableOptions {
  /** How many pairs of addresses are kept; 4096 unless said. The idlest go first. */
  readonly limit?: number | undefined;
}

/** A check may be ahead of the SDP, and a handshake may still be going on when the session ends; in milliseconds. */
const ahead = 1000;
const behind = 5000;

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
    const path = this.#pathOf(datagram);
    path.endedAt = at;
    if (family === 'dtls') {
      path.dtls.add(datagram);
      return;
    }
    this.#checked.add(datagram);
    path.ice.add(datagram);
  }

  /** What is known of the ways of a call whose media is wanted at `places`, in order of time. */
  of(places: readonly MediaPlace[]): readonly PathFact[] {
    const paths = new Set<Path>();
    for (const place of places) {
      const keys = [
        addressKey(place),
        ...(place.candidates ?? []).map(addressKey),
        ...(place.ufrag === undefined ? [] : this.#checked.of(place.ufrag)),
      ];
      for (const key of keys)
        for (const path of this.#byAddress.get(key) ?? [])
          if (isInTime(path, place)) paths.add(path);
    }
    return [...paths]
      .flatMap(({ ice, dtls }) => [...ice.facts(), ...dtls.facts()])
      .filter(({ at }) => places.some((place) => isDuring(at, place)))
      .toSorted((one, other) => one.at - other.at || one.frame - other.frame);
  }

  #pathOf({ source, destination, at }: CapturedDatagram): Path {
    const key = [addressKey(source), addressKey(destination)].toSorted().join(' ');
    const known = this.#paths.get(key);
    if (known !== undefined) return known;
    if (this.#paths.size >= this.#limit) this.#forget();
    const path: Path = {
      addresses: [source, destination],
      ice: new IcePair(),
      dtls: new HandshakeRecord(),
      endedAt: at,
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

function isInTime({ endedAt }: Path, place: MediaPlace): boolean {
  return endedAt >= place.from - ahead;
}

function isDuring(at: number, { from, to }: MediaPlace): boolean {
  return at >= from - ahead && at <= (to ?? Infinity) + behind;
}
