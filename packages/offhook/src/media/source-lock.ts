// Whose packets are taken: the address in the SDP first; one other, once, when it proves itself; then nobody else's.

/** A numeric address of RTP. */
export interface MediaAddress {
  readonly host: string;
  readonly port: number;
}

/** Milliseconds from the first packet of anyone in which another source may be learnt. */
const learningTime = 2000;
/** Packets of one source and SSRC in a row that prove it. */
const provingPackets = 5;

/** `taken`: it is the peer's. `learnt`: it is, and the peer is elsewhere than its SDP said. `foreign`: drop it. */
export type SourceVerdict = 'taken' | 'learnt' | 'foreign';

/**
 * Guards a stream against packets of strangers without a key to know them by (plain RTP). A peer behind an address
 * translator sends from elsewhere than its SDP says: so a source that sends five packets with one SSRC within two seconds
 * of the first packet, while nothing comes from the SDP's address, is learnt. After that nothing is learnt any more.
 */
export class SourceLock {
  #source: MediaAddress | undefined;
  #state: 'open' | 'learning' | 'locked' = 'open';
  #firstAt = 0;
  #candidate: MediaAddress = { host: '', port: 0 };
  #candidateSsrc = 0;
  #candidatePackets = 0;

  /** Where packets come from and go to; undefined as long as no SDP told. */
  get source(): MediaAddress | undefined {
    return this.#source;
  }

  /** Follows the SDP: another address than before starts all anew, the same one changes nothing. */
  expect(told: MediaAddress | undefined, before: MediaAddress | undefined): void {
    if (told !== undefined && before !== undefined && sameAddress(told, before.host, before.port))
      return;
    this.#source = told;
    this.#state = 'open';
  }

  /** Judges a packet with audio that came at `now` milliseconds. */
  judge(host: string, port: number, ssrc: number, now: number): SourceVerdict {
    if (this.#source === undefined) return 'foreign';
    if (sameAddress(this.#source, host, port)) {
      this.#state = 'locked';
      return 'taken';
    }
    if (this.#state === 'locked') return 'foreign';
    if (this.#state === 'open') {
      this.#state = 'learning';
      this.#firstAt = now;
      this.#candidatePackets = 0;
    }
    if (now - this.#firstAt > learningTime) {
      this.#state = 'locked';
      return 'foreign';
    }
    return this.#learn(host, port, ssrc);
  }

  /** True when the address is the one that packets are taken from; learns nothing. */
  knows(host: string, port: number): boolean {
    return this.#source !== undefined && sameAddress(this.#source, host, port);
  }

  #learn(host: string, port: number, ssrc: number): SourceVerdict {
    if (
      this.#candidatePackets === 0 ||
      !sameAddress(this.#candidate, host, port) ||
      this.#candidateSsrc !== ssrc
    ) {
      this.#candidate = { host, port };
      this.#candidateSsrc = ssrc;
      this.#candidatePackets = 0;
    }
    this.#candidatePackets += 1;
    if (this.#candidatePackets < provingPackets) return 'foreign';
    this.#source = this.#candidate;
    this.#state = 'locked';
    return 'learnt';
  }
}

function sameAddress(address: MediaAddress, host: string, port: number): boolean {
  return address.port === port && address.host === host;
}
