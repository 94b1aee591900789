// One party of a bridge in the main thread: its offers and answers, and its leg in a media thread.
import { systemRandom } from '@offhook/sip';
import {
  acceptAnswer,
  createAnswer,
  createOffer,
  iceCredentials,
  LocalOrigin,
  NoCommonMedia,
} from '@offhook/sip/sdp';
import type {
  Agreement,
  Codec,
  Direction,
  MediaDescription,
  MediaSlot,
  NegotiatedStream,
  OpenOffer,
  SessionDescription,
  SuiteKey,
  Terms,
} from '@offhook/sip/sdp';
import type { PartyProfile } from '../bridge.ts';
import { numericHost } from '../numeric-host.ts';
import { newKeys } from '../srtp/keys.ts';
import { hasMoved } from '../srtp/moved-peer.ts';
import { streamAgreement } from '../stream-agreement.ts';
import { lineFormat } from './bridge-codecs.ts';
import type { LegPlace } from './leg.ts';
import type { LegAgreement, LineAgreement, LineMedia, WebRtcSide } from './leg-agreement.ts';
import type { LegCommand } from './bridge-messages.ts';
import { finishForBrowser, isBundled, readBrowserSide, setupOf } from './webrtc-description.ts';

/** The lines that are joined, in the order of a party's slots. */
const medias: readonly LineMedia[] = ['audio', 'video'];
const browserProtocols: readonly string[] = ['UDP/TLS/RTP/SAVPF', 'UDP/TLS/RTP/SAVP'];

/** What is wished of one line. */
export interface LineWish {
  readonly media: LineMedia;
  readonly codecs: readonly Codec[];
  readonly direction: Direction;
  readonly ptime: number | undefined;
}

/** What a party needs from around it. */
export interface PartyOptions {
  readonly profile: PartyProfile;
  readonly advertised: string;
  /** Opens lines of its leg. */
  readonly open: (media: readonly LineMedia[]) => Promise<LegPlace>;
  /** Tells its leg. */
  readonly tell: (command: LegCommand) => Promise<unknown>;
}

/** What was in force at one moment, to go back to. */
interface InForce {
  readonly agreement: Agreement;
  readonly leg: LegAgreement;
}

/** One party. */
export class Party {
  readonly profile: PartyProfile;
  readonly #options: PartyOptions;
  readonly #origin: LocalOrigin;
  readonly #cname = systemRandom.token(80);
  /** Our keys for SRTP, others for each line (RFC 4568 §6.1). */
  #keys: Readonly<Record<LineMedia, readonly SuiteKey[]>> = { audio: newKeys(), video: newKeys() };
  #inForce: InForce | undefined;
  #before: InForce | undefined;
  #openOffer: OpenOffer | undefined;
  #heard: SessionDescription | undefined;
  #answered: Agreement | undefined;
  #dtlsRole: 'client' | 'server' | undefined;
  #restarted = false;
  #opened = false;

  constructor(options: PartyOptions) {
    this.profile = options.profile;
    this.#options = options;
    this.#origin = new LocalOrigin({ random: systemRandom, host: options.advertised });
  }

  /** Whether it has a leg, and ports that are to be freed. */
  get opened(): boolean {
    return this.#opened;
  }

  /** What is in force. */
  get agreement(): Agreement | undefined {
    return this.#inForce?.agreement;
  }

  /** The lines in force as the other party may be told of them. */
  get lines(): readonly NegotiatedStream[] {
    return this.#inForce?.agreement.streams ?? [];
  }

  /** The last offer of it. */
  get heard(): SessionDescription | undefined {
    return this.#heard;
  }

  /** Makes an offer for it. */
  async offer(wishes: readonly LineWish[]): Promise<SessionDescription> {
    const terms = await this.#terms(wishes, 'offer', undefined);
    this.#before = this.#inForce;
    this.#openOffer = createOffer(terms);
    return this.#openOffer.description;
  }

  /** Takes an offer of it, to be answered later; throws NoCommonMedia when nothing in it can be used. */
  hear(offer: SessionDescription): void {
    if (this.#heard === offer) return;
    const usable = medias.some((media) => lineOf(offer, media, this.profile.kind) !== undefined);
    const wanted = offer.media.some(({ port }) => port !== 0);
    if (wanted && !usable)
      throw new NoCommonMedia('Nothing in the offer can be joined to another party');
    this.#heard = offer;
    this.#answered = undefined;
    this.#restarted = false;
    this.#before = this.#inForce;
  }

  /** Answers the offer that was heard last; the answer to the same offer stays what it was. */
  async answer(wishes: readonly LineWish[]): Promise<SessionDescription> {
    const offer = this.#heard;
    if (offer === undefined) throw new Error('There is no offer that this would answer');
    if (this.#answered !== undefined) return this.#answered.local;
    await this.#followRestart(offer);
    if (hasMoved(this.#inForce?.agreement, offer))
      this.#keys = { audio: newKeys(), video: newKeys() };
    const made = createAnswer(offer, await this.#terms(wishes, 'answer', offer));
    if (!made.ok) throw new NoCommonMedia(made.error.text);
    await this.#putInForce(made.value);
    this.#answered = made.value;
    return made.value.local;
  }

  /** Takes its answer to our offer. */
  async applyAnswer(answer: SessionDescription): Promise<void> {
    if (this.#openOffer === undefined) throw new Error('There is no offer that this would answer');
    const accepted = acceptAnswer(this.#openOffer, answer);
    if (!accepted.ok) throw new NoCommonMedia(accepted.error.text);
    // An answer to our actpass says who begins; where it does not, whoever was asked does (RFC 5763 §5, RFC 4145 §4.1).
    const line = lineOf(answer, 'audio', 'webrtc') ?? lineOf(answer, 'video', 'webrtc');
    const said = line && setupOf(answer, line);
    this.#dtlsRole = said === 'passive' ? 'client' : 'server';
    await this.#putInForce(accepted.value.agreement);
  }

  /** The last offer, its or ours, was refused: all is as before. */
  async rollback(): Promise<void> {
    this.#openOffer = undefined;
    this.#heard = undefined;
    this.#answered = undefined;
    if (this.#restarted) await this.#options.tell({ verb: 'restart', on: false });
    this.#restarted = false;
    if (this.#before === this.#inForce || this.#before === undefined) return;
    this.#inForce = this.#before;
    await this.#options.tell({ verb: 'agree', agreement: this.#before.leg });
  }

  // RFC 8445 §9: another name and password of the peer are a restart, which is answered by one.
  async #followRestart(offer: SessionDescription): Promise<void> {
    const before = this.#inForce?.leg.webRtc?.ice;
    const line = lineOf(offer, 'audio', 'webrtc') ?? lineOf(offer, 'video', 'webrtc');
    const ice = line && iceCredentials(line, offer);
    if (before === undefined || ice === undefined || ice.ufrag === before.ufrag) return;
    await this.#options.tell({ verb: 'restart', on: true });
    this.#restarted = true;
  }

  async #terms(
    wishes: readonly LineWish[],
    purpose: 'offer' | 'answer',
    offer: SessionDescription | undefined,
  ): Promise<Terms> {
    this.#opened = true;
    const place = await this.#options.open(wishes.map(({ media }) => media));
    const first = offer && lineOf(offer, 'audio', this.profile.kind);
    const slots = medias.map((media): MediaSlot => {
      const wish = wishes.find((each) => each.media === media);
      const local = place.lines[media] ?? { host: this.#options.advertised, port: 0 };
      const line = offer && lineOf(offer, media, this.profile.kind);
      const apart =
        this.profile.kind === 'webrtc' &&
        offer !== undefined &&
        first !== undefined &&
        line !== undefined &&
        line !== first &&
        !isBundled(offer, first, line);
      return {
        media,
        codecs: wish?.codecs ?? [],
        local: wish === undefined || apart ? { ...local, port: 0 } : local,
        direction: wish?.direction ?? 'inactive',
        ptime: wish?.ptime,
        rtcpMux: true,
        ...(this.profile.kind === 'webrtc'
          ? { protocols: browserProtocols }
          : { security: this.#security(purpose, media) }),
      };
    });
    const previous = this.#inForce?.agreement;
    const terms = { origin: this.#origin, slots, previous };
    if (place.webRtc === undefined) return terms;
    const finish = finishForBrowser({
      side: place.webRtc,
      setup: purpose === 'offer' ? 'actpass' : this.#answerSetup(offer),
      mids: midsFor(offer, previous),
      ssrcs: place.ssrcs,
      cname: this.#cname,
    });
    return { ...terms, finish };
  }

  // RFC 5763 §5: who may choose begins at once. RFC 8842 §5.3: the roles of an association stay.
  #answerSetup(offer: SessionDescription | undefined): 'active' | 'passive' {
    const line = offer && (lineOf(offer, 'audio', 'webrtc') ?? lineOf(offer, 'video', 'webrtc'));
    const said = offer && line && setupOf(offer, line);
    if (said === 'active') this.#dtlsRole = 'server';
    else if (said === 'passive') this.#dtlsRole = 'client';
    else this.#dtlsRole ??= 'client';
    return this.#dtlsRole === 'client' ? 'active' : 'passive';
  }

  #security(purpose: 'offer' | 'answer', media: LineMedia): MediaSlot['security'] {
    const { srtp = 'off' } = this.profile;
    const keys = this.#keys[media];
    if (srtp !== 'off') return { policy: srtp, keys };
    const encrypted = this.lines.some(({ crypto }) => crypto !== undefined);
    return purpose === 'answer' || encrypted ? { policy: 'optional', keys } : undefined;
  }

  async #putInForce(agreement: Agreement): Promise<void> {
    const { kind } = this.profile;
    const lines = await Promise.all(
      agreement.streams.map((stream) => lineAgreement(stream, kind, this.#options.advertised)),
    );
    const webRtc = kind === 'webrtc' ? this.#browserSide(agreement) : undefined;
    const leg: LegAgreement = { lines: lines.flat(), webRtc };
    await this.#options.tell({ verb: 'agree', agreement: leg });
    this.#inForce = { agreement, leg };
  }

  #browserSide({ remote, streams }: Agreement): WebRtcSide | undefined {
    const stream = streams.find(({ codec }) => codec !== undefined);
    const line = stream && remote.media[stream.line];
    if (line === undefined) return undefined;
    const side = readBrowserSide(remote, line, this.#dtlsRole ?? 'server');
    if (side === undefined)
      throw new NoCommonMedia('ICE or a fingerprint that can be relied upon is missing');
    return side;
  }
}

/** The first line of this kind that can be joined. */
export function lineOf(
  description: SessionDescription,
  media: LineMedia,
  kind: PartyProfile['kind'],
): MediaDescription | undefined {
  return description.media.find(
    (line) =>
      line.media === media &&
      line.port !== 0 &&
      browserProtocols.includes(line.protocol) === (kind === 'webrtc'),
  );
}

async function lineAgreement(
  stream: NegotiatedStream,
  kind: PartyProfile['kind'],
  ours: string,
): Promise<readonly LineAgreement[]> {
  const { media, line, codec, direction } = stream;
  if (codec === undefined || (media !== 'audio' && media !== 'video')) return [];
  const named = kind === 'rtp' ? stream.remote?.host : undefined;
  const numeric = named && (await numericHost(named, ours));
  const { remote, remoteRtcp, rtcpMux, masterKeys, packetMilliseconds } = streamAgreement(
    stream,
    numeric,
  );
  return [
    {
      media,
      line,
      codec,
      direction,
      send: stream.sendFormats.map(lineFormat),
      receive: stream.receiveFormats.map(lineFormat),
      ptime: packetMilliseconds,
      place: kind === 'webrtc' ? undefined : { remote, remoteRtcp, rtcpMux, masterKeys },
    },
  ];
}

// The offer's own names in an answer; in an offer those of before, and new ones that no line has.
function midsFor(
  offer: SessionDescription | undefined,
  previous: Agreement | undefined,
): readonly string[] {
  const known = (offer ?? previous?.local)?.media.map((line) => line.attribute('mid')) ?? [];
  const count = Math.max(known.length, medias.length);
  return Array.from({ length: count }, (_, line) => known[line] ?? `line${line}`);
}
