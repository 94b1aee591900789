// The Fault Lab as the server has it: labelled captures by fault, each opened as any other capture.
import { computed, signal } from '@preact/signals-core';
import type { ReadonlySignal, Signal } from '@preact/signals-core';
import type { ReaderPort } from './ask.ts';
import type { FaultLabel, TraceServer } from './server.ts';
import { FileSource } from './source/file-source.ts';
import { MissingSource } from './source/missing-source.ts';
import type { TraceViewer } from './viewer.ts';

/** The captures of one fault, or of one healthy call. */
export interface LabFault {
  readonly fault: number | null;
  readonly rule: string;
  readonly variants: readonly FaultLabel[];
}

/** The lab. */
export class FaultLab {
  /** Empty while nothing is known of it, and where there is none. */
  readonly labels: Signal<readonly FaultLabel[]> = signal([]);
  /** By number; what is healthy stands at the end. */
  readonly faults: ReadonlySignal<readonly LabFault[]>;
  readonly #port: ReaderPort;
  readonly #server: TraceServer;
  readonly #viewer: TraceViewer;

  constructor(port: ReaderPort, server: TraceServer, viewer: TraceViewer) {
    this.#port = port;
    this.#server = server;
    this.#viewer = viewer;
    this.faults = computed(() => grouped(this.labels.value));
  }

  /** Asks the server for it. */
  async load(): Promise<void> {
    this.labels.value = await this.#server.labels().catch(() => []);
  }

  /** Opens one of its captures, or shows it when it is open. */
  async open({ file }: Pick<FaultLabel, 'file'>): Promise<void> {
    const open = this.#viewer.sources
      .peek()
      .find(({ kind, name }) => kind === 'lab' && name === file);
    // What was not given is asked for again.
    if (open instanceof MissingSource) this.#viewer.remove(open);
    else if (open !== undefined) {
      this.#viewer.show(open);
      return;
    }
    const source = await this.#server.labFile(file).then(
      (capture) => new FileSource(this.#port, [capture], 'lab'),
      () => new MissingSource(file, 'lab'),
    );
    this.#viewer.add(source);
    this.#viewer.show(source);
  }
}

function grouped(labels: readonly FaultLabel[]): readonly LabFault[] {
  const groups = new Map<string, LabFault>();
  for (const label of labels) {
    const { fault, rule } = label;
    const key = `${fault ?? ''} ${rule}`;
    const variants = [...(groups.get(key)?.variants ?? []), label];
    groups.set(key, { fault, rule, variants });
  }
  return [...groups.values()].toSorted((one, other) => (one.fault ?? 999) - (other.fault ?? 999));
}
