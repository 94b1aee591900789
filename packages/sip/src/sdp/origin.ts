// The o= line of one session: its id stays, and its version rises by one whenever something else changed.
import type { Random } from '../base/random.ts';
import { addressTypeOf } from './address.ts';
import type { Origin, SessionDescription } from './description.ts';
import { allLines, createDescription, descriptionLines } from './serialize.ts';
import type { DescriptionInit } from './serialize.ts';

/** What a LocalOrigin needs. */
export interface LocalOriginOptions {
  readonly random: Random;
  /** The address of this machine, without brackets; it stays in o= even when the media moves. */
  readonly host: string;
  /** `-` unless said. */
  readonly username?: string | undefined;
}

/**
 * Makes the descriptions of one side of one session, so that their o= lines follow RFC 3264 §8: all alike but for the
 * version, which is one more than that of the description made before when any other line differs, and the same otherwise.
 */
export class LocalOrigin {
  readonly #origin: Omit<Origin, 'sessionVersion'>;
  #version = 0;
  #made: SessionDescription | undefined;

  constructor({ random, host, username = '-' }: LocalOriginOptions) {
    let number = 0;
    for (const byte of random.bytes(6)) number = number * 256 + byte;
    const sessionId = String(number);
    this.#origin = {
      username,
      sessionId,
      netType: 'IN',
      addressType: addressTypeOf(host),
      address: host,
    };
  }

  /** The address in its o= lines. */
  get host(): string {
    return this.#origin.address;
  }

  /** The next description of this side, made of `parts`. */
  describe(parts: Omit<DescriptionInit, 'origin'>): SessionDescription {
    if (this.#made !== undefined && this.#isMadeOf(parts, this.#made)) return this.#made;
    const made = createDescription({ ...parts, origin: this.#at(this.#version + 1) });
    this.#version += 1;
    this.#made = made;
    return made;
  }

  #isMadeOf(parts: Omit<DescriptionInit, 'origin'>, made: SessionDescription): boolean {
    const lines = descriptionLines({ ...parts, origin: this.#at(this.#version) });
    return lines.join('\n') === allLines(made).join('\n');
  }

  #at(version: number): Origin {
    return { ...this.#origin, sessionVersion: String(version) };
  }
}
