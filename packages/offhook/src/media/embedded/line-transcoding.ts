// What a line does with packets that the other party does not understand: they become packets of a codec that it takes.
import type { RtpView, SequenceStep } from '@offhook/sip/rtp';
import type { PacketRing } from '../packet-ring.ts';
import { audioFormats } from '../transcode/format.ts';
import type { LineFormat as CodecFormat } from '../transcode/format.ts';
import { openTranscoder } from '../transcode/transcoder.ts';
import type { Transcoder } from '../transcode/transcoder.ts';
import type { LineAgreement, LineFormat } from './leg-agreement.ts';

/** What it needs from around it. */
export interface LineTranscodingOptions {
  readonly ring: PacketRing;
  /** Takes a whole packet for the other party; the bytes are used again later. */
  readonly send: (packet: Uint8Array, clockRate: number) => void;
  readonly failed: (reason: string) => void;
}

/** One direction between two lines. It opens its codecs with the first packet that needs them; those before that are dropped. */
export class LineTranscoding {
  readonly #options: LineTranscodingOptions;
  #between: { readonly from: LineAgreement; readonly to: LineAgreement } | undefined;
  #transcoder: Transcoder | 'opening' | undefined;
  #turn = 0;

  constructor(options: LineTranscodingOptions) {
    this.#options = options;
  }

  /** Between these from now on; undefined for nowhere. What goes on as it was keeps its codecs. */
  connect(from: LineAgreement | undefined, to: LineAgreement | undefined): void {
    const between = from === undefined || to === undefined ? undefined : { from, to };
    if (isSame(between, this.#between)) return;
    this.close();
    this.#between = between;
  }

  /** Takes a packet of audio that the other party does not understand, or what belongs to such audio. */
  take(view: RtpView, bytes: Uint8Array, step: SequenceStep, now: number): void {
    if (this.#transcoder === undefined) this.#open();
    if (typeof this.#transcoder === 'object') this.#transcoder.take(view, bytes, step, now);
  }

  /** Frees the codecs. */
  close(): void {
    this.#turn += 1;
    if (typeof this.#transcoder === 'object') this.#transcoder.close();
    this.#transcoder = undefined;
  }

  #open(): void {
    const [heard, taken] = [this.#between?.from.receive, this.#between?.to.send].map(codecFormats);
    const sent = taken && audioFormats(taken)[0];
    if (heard === undefined || sent === undefined || audioFormats(heard).length === 0) return;
    const { ring, send, failed } = this.#options;
    const turn = this.#turn;
    this.#transcoder = 'opening';
    // Who passes it on numbers it anew.
    openTranscoder({
      ...{ from: heard, to: taken ?? [], ptime: this.#between?.to.ptime ?? 20, ring },
      ...{ ssrc: 0, sequence: 0, timestamp: 0 },
      send: (packet, length) => send(packet.subarray(0, length), sent.codec.clockRate),
    }).then(
      (transcoder) => {
        if (turn === this.#turn) this.#transcoder = transcoder;
        else transcoder.close();
      },
      (error: unknown) => failed(String(error)),
    );
  }
}

/** Formats of a line as codecs have them. */
export function codecFormats(formats: readonly LineFormat[] | undefined): readonly CodecFormat[] {
  return (formats ?? []).map(({ payloadType, codec, clockRate }) => {
    return { payloadType, name: codec.split('/', 1)[0] ?? '', clockRate };
  });
}

type Between = { readonly from: LineAgreement; readonly to: LineAgreement } | undefined;

function isSame(a: Between, b: Between): boolean {
  const parts = (between: Between): unknown => [
    ...[between?.from.receive, between?.to.send, between?.to.ptime],
  ];
  return JSON.stringify(parts(a)) === JSON.stringify(parts(b));
}
