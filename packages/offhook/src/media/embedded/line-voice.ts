// What a bridge itself says to a party in one line: keys that came by another way, and music while it is held.
import { music } from '../audio/music.ts';
import type { AudioSource } from '../audio/source.ts';
import type { PacketRing } from '../packet-ring.ts';
import { audioFormats } from '../transcode/format.ts';
import { openKeyPlayer } from '../transcode/key-player.ts';
import type { KeyPlayer } from '../transcode/key-player.ts';
import { openPlayer } from '../transcode/player.ts';
import type { Player, PlayerOptions } from '../transcode/player.ts';
import type { LineAgreement } from './leg-agreement.ts';
import { codecFormats } from './line-transcoding.ts';

/** What it needs from around it. */
export interface LineVoiceOptions {
  readonly ring: PacketRing;
  /** Takes a whole packet for the party; the bytes are used again later. */
  readonly send: (packet: Uint8Array, clockRate: number) => void;
  readonly failed: (reason: string) => void;
}

/** Keys that may wait. */
const longestQueue = 64;

/** The voice of one line. Its codecs are opened when they are first needed. */
export class LineVoice {
  readonly #options: LineVoiceOptions;
  #agreement: LineAgreement | undefined;
  #holds = false;
  #keys: KeyPlayer | 'opening' | undefined;
  #player: Player | 'opening' | undefined;
  #melody: AudioSource = music();
  #waiting: string[] = [];
  #turn = 0;

  constructor(options: LineVoiceOptions) {
    this.#options = options;
  }

  /** Speaks as agreed; `holds` says that the party hears music. */
  agree(agreement: LineAgreement | undefined, holds: boolean): void {
    const same = JSON.stringify(agreement?.send) === JSON.stringify(this.#agreement?.send);
    if (!same || agreement?.ptime !== this.#agreement?.ptime) this.close();
    if (holds && !this.#holds) this.#melody = music();
    this.#agreement = agreement;
    this.#holds = holds;
  }

  /** True while it speaks, and nobody else should. */
  get speaks(): boolean {
    return (
      this.#holds ||
      this.#waiting.length > 0 ||
      (typeof this.#keys === 'object' && this.#keys.active)
    );
  }

  /** Presses a key towards the party, behind those that wait. */
  press(key: string): void {
    if (this.#waiting.length >= longestQueue) return;
    if (typeof this.#keys === 'object') this.#keys.press(key);
    else {
      this.#waiting.push(key);
      if (this.#keys === undefined) this.#openKeys();
    }
  }

  /** Does what is due each 20 ms. */
  tick(): void {
    const keys = typeof this.#keys === 'object' ? this.#keys : undefined;
    const pressing = keys?.active === true;
    keys?.tick();
    if (!this.#holds) return;
    if (this.#player === undefined) this.#openPlayer();
    if (typeof this.#player !== 'object') return;
    if (pressing) this.#player.skip(1);
    else this.#player.play(this.#melody);
  }

  /** Frees the codecs; what waits is forgotten. */
  close(): void {
    this.#turn += 1;
    if (typeof this.#keys === 'object') this.#keys.close();
    if (typeof this.#player === 'object') this.#player.close();
    this.#keys = undefined;
    this.#player = undefined;
    this.#waiting = [];
  }

  #openKeys(): void {
    const options = this.#playing(1);
    if (options === undefined) {
      this.#waiting = [];
      return;
    }
    this.#keys = 'opening';
    this.#whenOpen(openKeyPlayer(options), (player) => {
      this.#keys = player;
      for (const key of this.#waiting.splice(0)) player.press(key);
    });
  }

  #openPlayer(): void {
    const options = this.#playing(2);
    if (options === undefined) return;
    this.#player = 'opening';
    this.#whenOpen(openPlayer(options), (player) => (this.#player = player));
  }

  // Undefined where the party takes no codec that there is: then it hears nothing.
  #playing(ssrc: number): PlayerOptions | undefined {
    const to = codecFormats(this.#agreement?.send);
    const sent = audioFormats(to)[0];
    if (sent === undefined) return undefined;
    const { ring, send } = this.#options;
    return {
      ...{ to, ptime: this.#agreement?.ptime ?? 20, ring, ssrc, sequence: 0, timestamp: 0 },
      send: (packet, length) => send(packet.subarray(0, length), sent.codec.clockRate),
    };
  }

  #whenOpen<Opened extends { close(): void }>(
    opening: Promise<Opened>,
    take: (opened: Opened) => void,
  ): void {
    const turn = this.#turn;
    opening.then(
      (opened) => {
        if (turn === this.#turn) take(opened);
        else opened.close();
      },
      (error: unknown) => this.#options.failed(String(error)),
    );
  }
}
