// STUN messages and relayed media on a TCP connection to a relay (RFC 8656 §12.5), one direction of it.
import { Backlog } from './backlog.ts';
import { readDatagram } from './datagrams.ts';
import type { StreamReader } from './direction.ts';
import { u16, u8 } from './octets.ts';
import type { CaptureOutput, Carried } from './output.ts';

/** Cuts one direction into what would be datagrams. */
export class TurnStream implements StreamReader {
  readonly #output: CaptureOutput;
  readonly #way: Carried;
  readonly #backlog = new Backlog();
  /** False behind a gap, since nothing marks where a message begins. */
  #synchronous = true;

  constructor(output: CaptureOutput, way: Carried) {
    this.#output = output;
    this.#way = way;
  }

  read(bytes: Uint8Array): void {
    if (!this.#synchronous) return;
    const window = this.#backlog.window(bytes);
    let at = 0;
    while (window.length - at >= 4) {
      const isChannel = u8(window, at) >= 64;
      const length = u16(window, at + 2) + (isChannel ? 4 : 20);
      // On a stream each is padded to four octets.
      const next = at + ((length + 3) & ~3);
      if (next > window.length) break;
      // A copy, since what waits is written again.
      readDatagram(this.#output, this.#way, window.slice(at, at + length), 0, length, length);
      at = next;
    }
    this.#backlog.keep(window, at);
  }

  gap(octets: number): void {
    if (octets > 0) {
      this.#output.problem(
        'TCP gap',
        `${octets} octets of a connection to a relay were not captured.`,
        this.#way,
      );
    }
    this.#synchronous = false;
    this.#backlog.clear();
  }

  end(): void {
    this.#synchronous = false;
  }
}
