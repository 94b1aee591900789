// Reads a capture of any kind that we know: what it is, it finds out by itself.
import type { Captured } from './captured.ts';
import { hepLength } from './hep.ts';
import { HepFile } from './hep-file.ts';
import { isKeyLog, KeyLog } from './key-log.ts';
import { Network } from './network.ts';
import { CaptureOutput } from './output.ts';
import { isPcap, PcapFile } from './pcap.ts';
import { isPcapng, PcapngFile } from './pcapng.ts';
import { TapFile } from './tap-file.ts';
import { TextLog } from './text-log.ts';

/** What a file was found to be; `unknown` until that can be told. */
export type CaptureFormat = 'unknown' | 'pcap' | 'pcapng' | 'HEP' | 'tap' | 'text';

/** How a capture is read. */
export interface CaptureReaderOptions {
  /** What it is called, for what is said of it. */
  readonly name?: string | undefined;
  /** Secrets of the TLS connections in it; key logs that stand in the file itself are added to it. */
  readonly keys?: KeyLog | undefined;
}

/** Takes the bytes of one kind of file. */
interface CaptureFile {
  push(bytes: Uint8Array): void;
  end(): void;
}

/** So many octets tell every format, however the file is cut. */
const longestMark = 64;

/**
 * Reads a capture: pcap, pcapng, HEP packets, lines of our own tap, or the text logs of SIPp and sngrep. The file is pushed in pieces of any size, and each push gives what it completed; memory stays
 * bounded however long the file is. Nothing in it can make this throw: what is damaged is told as a problem.
 *
 * @example
 * const reader = new CaptureReader();
 * for await (const piece of file) for (const item of reader.push(piece)) book.add(item);
 * for (const item of reader.end()) book.add(item);
 * book.watched(reader.at);
 */
export class CaptureReader {
  readonly #output = new CaptureOutput();
  readonly #name: string;
  readonly #keys: KeyLog;
  #format: CaptureFormat = 'unknown';
  #file: CaptureFile | undefined;
  /** The first bytes, until there are enough of them. */
  #mark = new Uint8Array(0);

  constructor(options: CaptureReaderOptions = {}) {
    this.#name = options.name ?? 'The file';
    this.#keys = options.keys ?? new KeyLog();
  }

  /** What the file is. */
  get format(): CaptureFormat {
    return this.#format;
  }

  /** How many frames or records were read. */
  get frames(): number {
    return this.#output.frame;
  }

  /** When the frame was that was read last, whatever is in it; milliseconds since 1970, 0 before the first. */
  get at(): number {
    return this.#output.at;
  }

  /** Takes the next bytes of the file; views of bytes in what comes back are valid until the next push. */
  push(bytes: Uint8Array): readonly Captured[] {
    if (this.#file === undefined) this.#begin(bytes, false);
    else this.#file.push(bytes);
    return this.#output.take();
  }

  /** The file is at its end: gives what waited for more. */
  end(): readonly Captured[] {
    if (this.#file === undefined) this.#begin(new Uint8Array(0), true);
    this.#file?.end();
    return this.#output.take();
  }

  #begin(bytes: Uint8Array, last: boolean): void {
    const mark = new Uint8Array(this.#mark.length + bytes.length);
    mark.set(this.#mark);
    mark.set(bytes, this.#mark.length);
    this.#mark = mark;
    if (mark.length < longestMark && !last) return;
    this.#file = this.#open(mark);
    this.#mark = new Uint8Array(0);
    this.#file.push(mark);
  }

  #open(mark: Uint8Array): CaptureFile {
    const output = this.#output;
    if (isPcap(mark)) return this.#packets('pcap', PcapFile);
    if (isPcapng(mark)) return this.#packets('pcapng', PcapngFile);
    if (hepLength(mark, 0) > 0) return this.#as('HEP', new HepFile(output));
    if (mark[0] === 0x7b) return this.#as('tap', new TapFile(output));
    if (!isKeyLog(mark) && isText(mark.subarray(0, longestMark)))
      return this.#as('text', new TextLog(output, this.#name));
    output.problem('unknown format', `${this.#name} is ${whatElse(mark)}.`);
    return { push: () => undefined, end: () => undefined };
  }

  #as(format: CaptureFormat, file: CaptureFile): CaptureFile {
    this.#format = format;
    return file;
  }

  #packets(format: CaptureFormat, Kind: typeof PcapFile | typeof PcapngFile): CaptureFile {
    const network = new Network(this.#output, this.#keys);
    const file = new Kind(network);
    return this.#as(format, {
      push: (bytes) => file.push(bytes),
      end: () => {
        file.end();
        network.end();
      },
    });
  }
}

function whatElse(mark: Uint8Array): string {
  if (mark.length === 0) return 'empty';
  if (mark[0] === 0x1f && mark[1] === 0x8b) return 'compressed with gzip: unpack it first';
  if (isKeyLog(mark)) return 'a key log of TLS: it is of use beside a capture, as its keys';
  return 'no capture that can be read';
}

/** Nothing but what is printed, in whatever code beyond ASCII. */
function isText(mark: Uint8Array): boolean {
  return mark.length > 0 && mark.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13));
}
