// A file of HEP packets, or what came on a connection to a collector: one packet after another.
import { Backlog } from './backlog.ts';
import { hepLength, hepObservation, readHep } from './hep.ts';
import type { CaptureOutput } from './output.ts';

/** Reads HEP packets one after another. */
export class HepFile {
  readonly #output: CaptureOutput;
  readonly #backlog = new Backlog();
  /** True while the next packet is looked for in damaged bytes. */
  #lost = false;

  constructor(output: CaptureOutput) {
    this.#output = output;
  }

  /** Takes the next bytes. */
  push(bytes: Uint8Array): void {
    const window = this.#backlog.window(bytes);
    let at = 0;
    while (window.length - at >= 6) {
      const length = hepLength(window, at);
      if (length < 6) {
        if (!this.#lost)
          this.#output.problem('damaged', 'Between HEP packets stands something else.');
        this.#lost = true;
        const next = window.indexOf(0x48, at + 1);
        at = next < 0 ? window.length : next;
        continue;
      }
      if (at + length > window.length) break;
      this.#lost = false;
      this.#packet(window.subarray(at, at + length));
      at += length;
    }
    this.#backlog.keep(window, at);
  }

  /** Nothing more comes. */
  end(): void {
    if (this.#backlog.length > 0 && !this.#lost)
      this.#output.problem('cut', 'The file ends within a HEP packet.');
  }

  #packet(bytes: Uint8Array): void {
    this.#output.frame += 1;
    readHepInto(this.#output, bytes);
  }
}

/** Takes the message of a packet; its own time is the time of the frame. */
export function readHepInto(output: CaptureOutput, bytes: Uint8Array): void {
  const packet = readHep(bytes);
  if (!packet.ok) {
    output.problem('damaged', `${packet.error.text}.`);
    return;
  }
  output.at = packet.value.at;
  const observation = hepObservation(packet.value);
  if (observation !== undefined)
    output.add({ kind: 'observation', frame: output.frame, observation });
}
