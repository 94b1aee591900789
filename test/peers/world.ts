// What one interop test lives in: a temporary folder, ports, a time budget, and everything that was started, ended for certain.
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Ports } from './ports.ts';

// Waits are given as a machine needs them that does nothing else; four files at once, on the noisy cores of others, need more.
const leisure = 3;

/** Something that a test started and that must end with it. */
export interface Closable {
  close(): Promise<void> | void;
}

/** One test's surroundings. Use it as `await using world = new World(…)`. */
export class World implements AsyncDisposable {
  /** A folder of its own, removed at the end. */
  readonly folder: string;
  readonly ports: Ports = new Ports();
  readonly #started: Closable[] = [];
  readonly #deadline: number;

  /** `budget` is the time in milliseconds that all waits of the test have together. */
  constructor(budget = 85_000) {
    this.folder = mkdtempSync(path.join(os.tmpdir(), 'offhook-test-'));
    this.#deadline = performance.now() + budget;
  }

  /** Milliseconds left of the budget. */
  get left(): number {
    return Math.max(0, this.#deadline - performance.now());
  }

  /** Ends `thing` when the test ends, after what was started later. */
  own<Thing extends Closable>(thing: Thing): Thing {
    this.#started.push(thing);
    return thing;
  }

  /** Waits until `look` finds something, looking every few milliseconds; fails when three times `milliseconds` or the budget is over. */
  async until<Found>(
    what: string,
    look: () => Found | undefined | false | Promise<Found | undefined | false>,
    milliseconds = 10_000,
  ): Promise<Found> {
    const patience = Math.min(milliseconds * leisure, this.left);
    const end = performance.now() + patience;
    for (;;) {
      const found = await look();
      if (found !== undefined && found !== false) return found;
      if (performance.now() >= end)
        throw new Error(`Waited ${Math.round(patience)} ms in vain for ${what}`);
      await pause(5);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const thing of this.#started.toReversed()) await thing.close();
    this.ports.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Real time passing: other programs cannot be given a clock. */
export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}
