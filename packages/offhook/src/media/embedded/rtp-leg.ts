// A party without ICE: each of its lines has two ports of its own (RFC 3550 §11).
import type { StreamReport } from '@offhook/sip/sdp';
import { monotonicNow } from '../machine-time.ts';
import { openPair } from '../port-pair.ts';
import type { MediaAddress } from '../source-lock.ts';
import type { Leg, LegOptions, LegPlace } from './leg.ts';
import type { LegAgreement, LineMedia } from './leg-agreement.ts';
import type { PartyLine } from './party-line.ts';
import { RtpPath } from './rtp-path.ts';

/** One party. */
export class RtpLeg implements Leg {
  readonly lines: Map<LineMedia, PartyLine> = new Map();
  readonly #paths = new Map<LineMedia, RtpPath>();
  readonly #options: LegOptions;
  #closed = false;

  constructor(options: LegOptions) {
    this.#options = options;
  }

  async open(media: readonly LineMedia[]): Promise<LegPlace> {
    for (const each of media) if (!this.#paths.has(each)) await this.#openLine(each);
    const lines: Partial<Record<LineMedia, MediaAddress>> = {};
    const ssrcs: Partial<Record<LineMedia, number>> = {};
    for (const [each, path] of this.#paths)
      lines[each] = { host: this.#options.advertised, port: path.local.port };
    for (const [each, line] of this.lines) ssrcs[each] = line.ssrc;
    return { lines, ssrcs, webRtc: undefined };
  }

  agree({ lines }: LegAgreement): void {
    for (const [media, line] of this.lines) {
      const agreed = lines.find((each) => each.media === media);
      line.agree(agreed);
      this.#paths.get(media)?.agree(agreed?.place);
    }
  }

  restart(): void {}

  tick(now: number): void {
    for (const line of this.lines.values()) line.tick(now);
  }

  statistics(): readonly StreamReport[] {
    return [...this.lines.values()].flatMap((line) => line.statistics() ?? []);
  }

  async close(now: number): Promise<void> {
    this.#closed = true;
    for (const line of this.lines.values()) line.report(now, true);
    await Promise.all([...this.#paths.values()].map((path) => path.close()));
  }

  async #openLine(media: LineMedia): Promise<void> {
    const { host, turn, line: makeLine, tell } = this.#options;
    const pair = await openPair(host, turn);
    if (this.#closed || this.#paths.has(media)) {
      await pair.close();
      return;
    }
    const path = new RtpPath(pair);
    const line = makeLine(media, {
      sendRtp: (bytes, length) => path.sendRtp(bytes, length),
      sendRtcp: (compound) => path.sendRtcp(compound),
      // RTP/AVP has no way to ask for it (RFC 4585 §3.1).
      resend: () => false,
    });
    path.serve(line);
    this.#paths.set(media, path);
    this.lines.set(media, line);
    const guarded =
      (take: (bytes: Uint8Array, from: string, port: number, now: number) => void) =>
      (bytes: Uint8Array, from: string, port: number): void => {
        if (this.#closed) return;
        try {
          take(bytes, from, port, monotonicNow());
        } catch (error) {
          tell({ name: 'broken', reason: String(error) });
        }
      };
    pair.listen(
      guarded((bytes, from, port, now) => path.received(bytes, from, port, now)),
      guarded((bytes, from, port, now) => path.receivedRtcp(bytes, from, port, now)),
    );
  }
}
