// One RTP stream as it grows: every packet changes a few sums, none is kept.
import type { ObservedAddress } from '../../base/tap.ts';
import { staticCodec } from '../../sdp/payload.ts';
import type { CapturedDatagram } from '../capture/captured.ts';
import type { CodecDocument, StreamDocument } from '../document/document.ts';
import { Gaps } from './gaps.ts';
import { lawOf, levelOf } from './g711.ts';
import type { CapturedRtp } from './header.ts';
import { looksLikeKey, PressedKeys } from './keys.ts';
import { Lateness } from './lateness.ts';
import { PacketOrder } from './order.ts';
import { Pace } from './pace.ts';
import { mosOf, rFactorOf } from './quality.ts';
import { Series } from './series.ts';

/** What the owner of its addresses says of a stream. */
export interface StreamTerms {
  readonly codecs: ReadonlyMap<number, CodecDocument>;
  readonly encrypted: boolean;
}

/** Whose stream it is, as far as it is known. */
export type StreamPlace = Pick<StreamDocument, 'leg' | 'session' | 'line' | 'sender' | 'receiver'>;

/** Below this a packet is taken as silence, in dBm0. */
const silenceBelow = -50;
/** After a pause of so many milliseconds a packet out of order is a new beginning. */
const restAfter = 1000;
/** Fewer packets are not rated: one late second of them says nothing of how a call sounds. */
const ratable = 50;
/** So many packets in a row make a stream of what no SDP announced. */
const believable = 4;
/** How far a timestamp may be from the time that went by for a large step forward to be loss, in milliseconds. */
const steadyWithin = 2000;
const mostPayloadTypes = 16;

const comfortNoise = 'cn';
const keysPressed = 'telephone-event';

/** The sums of one stream: one source's packets from one address to another. */
export class StreamRecord {
  readonly source: ObservedAddress;
  readonly destination: ObservedAddress;
  readonly ssrc: number;
  readonly startedAt: number;
  readonly firstFrame: number;
  endedAt: number;
  terms: StreamTerms;
  /** True once it is surely RTP: announced by an SDP, or consistent for a few packets. */
  believed = false;
  #report: StreamDocument['report'];
  #reports = 0;
  #lastFrame: number;
  #packets = 0;
  #bytes = 0;
  #row = 0;
  #sounding = 0;
  #silent = 0;
  #lossBursts = 0;
  #lastTimestamp = 0;
  #lastType = -1;
  #keys: PressedKeys | undefined;
  readonly #types = new Map<number, number>();
  readonly #order = new PacketOrder();
  readonly #pace = new Pace();
  readonly #gaps = new Gaps();
  readonly #late = new Lateness();
  readonly #series: Series;

  /** Begins with the datagram of its first packet, which is still to be added. */
  constructor(first: CapturedDatagram, ssrc: number, terms: StreamTerms) {
    this.source = first.source;
    this.destination = first.destination;
    this.ssrc = ssrc;
    this.terms = terms;
    this.startedAt = first.at;
    this.endedAt = first.at;
    this.firstFrame = first.frame;
    this.#lastFrame = first.frame;
    this.#series = new Series(first.at);
  }

  /** Whether a packet with this number would go on where the stream stands. */
  continues(sequence: number, at: number): boolean {
    return this.#packets === 0 || at - this.endedAt < restAfter || this.#order.isNext(sequence);
  }

  /** Takes a packet, already read into `rtp`. */
  add(datagram: CapturedDatagram, rtp: CapturedRtp): void {
    const { at, frame } = datagram;
    const { payloadType, sequence, timestamp, marker } = rtp.view;
    const codec = this.#codecOf(payloadType);
    const name = codec?.name.toLowerCase();
    const noise = name === comfortNoise || payloadType === 19;
    const events = name === keysPressed || (codec === undefined && this.#isKey(rtp));
    const clockRate = events ? undefined : codec?.clockRate;
    const arrival = this.#order.take(
      sequence,
      this.#packets > 0 && at - this.endedAt > restAfter,
      this.#isSteady(at, timestamp, clockRate),
    );
    this.#packets += 1;
    this.#bytes += datagram.length;
    this.#types.set(payloadType, (this.#types.get(payloadType) ?? 0) + 1);
    if (this.#types.size > mostPayloadTypes) this.#types.delete(payloadType);
    this.#pace.add({ at, timestamp, clockRate, marker, comfortNoise: noise });
    this.#count(arrival === 'next' && this.#order.missing === 0);
    const { missing } = this.#order;
    if (missing > 0) this.#lossBursts += 1;
    if (arrival === 'late') this.#series.found(at);
    if (arrival === 'restart' || arrival === 'next' || arrival === 'first')
      this.#gaps.add({ at, frame, timestamp, clockRate, marker, comfortNoise: noise, missing });
    if (clockRate !== undefined && arrival !== 'duplicate')
      this.#late.add(at, timestamp, clockRate, marker || payloadType !== this.#lastType);
    const level = this.#listen(codec, rtp.payload);
    this.#series.add(at, missing, this.#pace.jitter, level);
    if (events && !this.terms.encrypted) {
      this.#keys ??= new PressedKeys(codec?.clockRate ?? 8000);
      this.#keys.add(rtp.payload, { at, frame, timestamp, marker });
    }
    this.endedAt = at;
    this.#lastFrame = frame;
    this.#lastTimestamp = timestamp;
    this.#lastType = payloadType;
  }

  /** The stream as plain data; `id` counts from 1 in its document. */
  document(id: number, place: StreamPlace): StreamDocument {
    const codec = this.#mainCodec();
    const expected = this.#order.expected;
    const lost = expected - this.#packets;
    const missing = Math.max(0, lost + this.#order.duplicated);
    const loss = expected === 0 ? 0 : Math.min(1, (missing + this.#late.late) / expected);
    const rFactor = rFactorOf({
      codec: expected < ratable ? undefined : codec?.name,
      loss,
      burst: burstRatio(missing, this.#lossBursts, expected),
      delay: this.#delay(),
    });
    return {
      id,
      ...place,
      source: this.source,
      destination: this.destination,
      ssrc: this.ssrc,
      payloadTypes: [...this.#types.keys()],
      codec: codec?.name,
      clockRate: codec?.clockRate,
      encrypted: this.terms.encrypted,
      startedAt: this.startedAt,
      endedAt: this.endedAt,
      firstFrame: this.firstFrame,
      lastFrame: this.#lastFrame,
      packets: this.#packets,
      bytes: this.#bytes,
      expected,
      lost,
      duplicated: this.#order.duplicated,
      reordered: this.#order.reordered,
      late: this.#late.late,
      meanJitter: this.#pace.meanJitter,
      maxJitter: this.#pace.maxJitter,
      maxDelta: this.#pace.maxDelta,
      gaps: this.#gaps.all,
      rFactor,
      mos: rFactor === undefined ? undefined : mosOf(rFactor),
      silence: this.#sounding === 0 ? undefined : this.#silent / this.#sounding,
      events: this.#keys?.all ?? [],
      series: this.#series.all,
      report: this.report,
    };
  }

  /** Units of its timestamp in a second, where that is known. */
  get clockRate(): number | undefined {
    return this.#mainCodec()?.clockRate;
  }

  /** What its receiver said of it last. */
  get report(): StreamDocument['report'] {
    return this.#report;
  }

  set report(report: StreamDocument['report']) {
    this.#report = report;
    this.#reports += 1;
  }

  /** Rises with everything that is learned of it. */
  get revision(): number {
    return this.#packets + this.#reports;
  }

  #codecOf(payloadType: number): CodecDocument | undefined {
    const known = this.terms.codecs.get(payloadType);
    if (known !== undefined) return known;
    const fixed = staticCodec(payloadType);
    return fixed && { payloadType, channels: undefined, format: undefined, ...fixed };
  }

  // The format that most packets have, apart from those that only go along.
  #mainCodec(): CodecDocument | undefined {
    let best: CodecDocument | undefined;
    let most = 0;
    for (const [payloadType, packets] of this.#types) {
      const codec = this.#codecOf(payloadType);
      const name = codec?.name.toLowerCase();
      const weight = name === comfortNoise || name === keysPressed ? packets / 2 ** 32 : packets;
      if (codec === undefined || weight <= most) continue;
      best = codec;
      most = weight;
    }
    return best;
  }

  #isKey({ view, payload }: CapturedRtp): boolean {
    return view.payloadType >= 96 && this.#types.size > 0 && looksLikeKey(payload);
  }

  #isSteady(at: number, timestamp: number, clockRate: number | undefined): boolean {
    if (clockRate === undefined) return false;
    const sent = (((timestamp - this.#lastTimestamp) | 0) * 1000) / clockRate;
    return sent > 0 && Math.abs(at - this.endedAt - sent) < steadyWithin;
  }

  #count(inRow: boolean): void {
    this.#row = inRow ? this.#row + 1 : 1;
    if (this.#row >= believable) this.believed = true;
  }

  #listen(codec: CodecDocument | undefined, payload: Uint8Array): number | undefined {
    const law = lawOf(codec?.name);
    if (law === undefined || this.terms.encrypted || payload.length === 0) return undefined;
    const level = levelOf(law, payload);
    this.#sounding += 1;
    if (level < silenceBelow) this.#silent += 1;
    return level;
  }

  // From mouth to ear: half the way there and back, one packet, and the buffer that evens the jitter out.
  #delay(): number | undefined {
    const roundTrip = this.report?.roundTrip;
    const { clockRate } = this;
    if (roundTrip === undefined || clockRate === undefined) return undefined;
    return roundTrip / 2 + this.#gaps.usual(clockRate) + 2 * this.#pace.meanJitter;
  }
}

// ITU-T G.107 §7.5: the mean length of bursts of loss against that of losses by chance, 1/(1-p).
function burstRatio(lost: number, bursts: number, expected: number): number {
  if (lost === 0 || bursts === 0 || expected === 0) return 1;
  return (lost / bursts) * (1 - lost / expected);
}
