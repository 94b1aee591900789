// Noise for the pauses of a peer that sends nothing while nobody speaks, as it describes it (RFC 3389 §3).

/** Coefficients that are followed; the noise of a room needs fewer. */
const mostCoefficients = 12;

/** Makes noise of the level and colour of the last description. */
export class ComfortNoise {
  #amplitude = 0;
  #reflections: readonly number[] = [];
  readonly #state = new Float64Array(mostCoefficients + 1);
  #chance = 0x9e3779b9;

  /** Takes a payload: the level below overload in decibels, then reflection coefficients. */
  describe(payload: Uint8Array): void {
    const level = (payload[0] ?? 127) & 127;
    const reflections = Array.from(payload.subarray(1, 1 + mostCoefficients), (index) =>
      // RFC 3389 §3.2; 255 is reserved, and read as no colour.
      index === 255 ? 0 : (258 * (index - 127)) / 32_768,
    );
    // The filter makes the noise louder by this much, and uniform noise has a third of its peak's power.
    const gain = reflections.reduce((power, each) => power * (1 - each * each), 1);
    this.#amplitude = 32_768 * 10 ** (-level / 20) * Math.sqrt(3 * gain);
    if (reflections.length !== this.#reflections.length) this.#state.fill(0);
    this.#reflections = reflections;
  }

  /** Fills a frame. */
  fill(frame: Int16Array): void {
    for (let index = 0; index < frame.length; index += 1) {
      const sample = this.#filter(this.#amplitude * this.#next());
      frame[index] = Math.max(-32_768, Math.min(32_767, Math.round(sample)));
    }
  }

  // An all-pole lattice: the coefficients are those of its stages, so that it is stable whatever they are.
  #filter(excitation: number): number {
    let forward = excitation;
    const state = this.#state;
    for (let stage = this.#reflections.length - 1; stage >= 0; stage -= 1) {
      const reflection = this.#reflections[stage] ?? 0;
      const backward = state[stage] ?? 0;
      forward -= reflection * backward;
      state[stage + 1] = backward + reflection * forward;
    }
    state[0] = forward;
    return forward;
  }

  // Noise needs no secrecy: a xorshift generator, from -1 to 1.
  #next(): number {
    this.#chance ^= this.#chance << 13;
    this.#chance ^= this.#chance >>> 17;
    this.#chance ^= this.#chance << 5;
    return this.#chance / 2 ** 31;
  }
}
