// What every impaired line has: where it stands, where it leads, and how bad it is each way.
import type { Clock } from '../../base/clock.ts';
import type { Address } from '../../transport/port.ts';
import type { Weather } from '../weather.ts';

/** How bad one way of a real line is. */
export interface LineWeather extends Weather {
  /** Share of datagrams, or of a stream's chunks, with one bit flipped. */
  readonly corrupt: number;
  /** Share of a stream's chunks that go on in pieces of a few bytes, each in a packet of its own. */
  readonly cut: number;
}

/** How a line is made. */
export interface LineOptions {
  /** Where everything goes on to. */
  readonly target: Address;
  /** All chance comes from it: the same seed and the same traffic give the same course. */
  readonly seed: number;
  /** Where the line listens; any free port of 127.0.0.1 unless said. */
  readonly local?: Partial<Address> | undefined;
  /** From the client to the target; a clear sky unless said. */
  readonly toTarget?: Partial<LineWeather> | undefined;
  readonly toClient?: Partial<LineWeather> | undefined;
  readonly clock?: Clock | undefined;
}

/** A way that is being spoiled: `target` leads from the client to the target. */
export type Way = 'target' | 'client';

/** A running line, whatever it carries. */
export interface Line {
  /** Where clients send to. */
  readonly local: Address;
  /** What happened so far: datagrams, or chunks of a stream. */
  readonly counts: LineCounts;
  /** Changes the weather of one way, or of both. */
  change(weather: Partial<LineWeather>, way?: Way): void;
  /** Nothing goes on either way until `resume`: datagrams are lost, streams wait. */
  stall(): void;
  resume(): void;
  /** As a NAT box that was switched off and on: the target sees the client at a new port, and what it sends to the old one is lost. */
  rebind(): void;
  /** Chance begins anew from `seed`, so that what follows can be had again. */
  reseed(seed: number): void;
  close(): Promise<void>;
}

/** What a line did. */
export interface LineCounts {
  passed: number;
  lost: number;
  doubled: number;
  corrupted: number;
  cut: number;
}

/** A clear sky. */
export const clear: LineWeather = {
  latency: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  corrupt: 0,
  cut: 0,
};

/** The weather of both ways. */
export class Sky {
  readonly #weather: Record<Way, LineWeather>;

  constructor({ toTarget, toClient }: Pick<LineOptions, 'toTarget' | 'toClient'>) {
    this.#weather = { target: { ...clear, ...toTarget }, client: { ...clear, ...toClient } };
  }

  /** How bad one way is now. */
  over(way: Way): LineWeather {
    return this.#weather[way];
  }

  change(weather: Partial<LineWeather>, way?: Way): void {
    for (const one of way === undefined ? (['target', 'client'] as const) : [way])
      this.#weather[one] = { ...this.#weather[one], ...weather };
  }
}
