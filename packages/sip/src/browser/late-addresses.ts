// Addresses that were found after a description had left: another offer tells them where no way was found without them.
import type { Clock, Timer } from '../base/clock.ts';

/** How long the addresses that were told may try alone, in milliseconds. */
const patience = 1_000;

/** Watches one peer connection. */
export class LateAddresses {
  readonly #connection: RTCPeerConnection;
  readonly #clock: Clock;
  readonly #wanted: () => void;
  #untold = false;
  #timer: Timer | undefined;

  /** `wanted`: an offer with them is needed. */
  constructor(connection: RTCPeerConnection, clock: Clock, wanted: () => void) {
    this.#connection = connection;
    this.#clock = clock;
    this.#wanted = wanted;
    connection.onicecandidate = ({ candidate }) => {
      if (candidate === null || candidate.candidate === '') return;
      this.#untold = true;
      this.look();
    };
  }

  /** A description with all that are known leaves. */
  told(): void {
    this.#untold = false;
  }

  /** Looks in a while whether they are needed: one was found, or the peer's answer came. */
  look(): void {
    this.#timer ??= this.#clock.after(patience, () => {
      this.#timer = undefined;
      const { signalingState, iceConnectionState } = this.#connection;
      const searches = iceConnectionState === 'new' || iceConnectionState === 'checking';
      if (this.#untold && searches && signalingState === 'stable') this.#wanted();
    });
  }

  close(): void {
    this.#connection.onicecandidate = null;
    this.#timer?.cancel();
  }
}
