// What the network around the page is like, looked at when somebody asks.
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import type { NetworkFinding } from '../../words/words.ts';
import type { NetworkCheck } from '../phone.ts';
import type { IceServer, NetworkLook, NetworkPort } from '../ports.ts';

/** The network's part of the audio check. */
export class LiveNetworkCheck implements NetworkCheck {
  readonly looking: Signal<boolean> = signal(false);
  readonly seenAs: Signal<string | undefined> = signal(undefined);
  readonly findings: Signal<readonly NetworkFinding[]> = signal([]);
  readonly #port: NetworkPort;
  readonly #servers: () => readonly IceServer[];

  constructor(port: NetworkPort, servers: () => readonly IceServer[]) {
    this.#port = port;
    this.#servers = servers;
  }

  look(): void {
    if (!this.looking.peek()) void this.#look();
  }

  async #look(): Promise<void> {
    this.looking.value = true;
    const look = await this.#port.look(this.#servers());
    this.seenAs.value = look.mapped && addressText(look.mapped);
    this.findings.value = findingsOf(look);
    this.looking.value = false;
  }
}

function addressText({ host, port }: { readonly host: string; readonly port: number }): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** What is told of a look, the most important first. */
function findingsOf({ mapping, udp, relay }: NetworkLook): readonly NetworkFinding[] {
  if (udp === undefined) return ['nobody asked'];
  const ofRelay: readonly NetworkFinding[] =
    relay === undefined ? [] : [relay ? 'relay' : 'no relay'];
  return udp ? [natFindings[mapping], ...ofRelay] : ['no udp', ...ofRelay];
}

const natFindings = {
  none: 'own address',
  'endpoint-independent': 'friendly nat',
  'address-and-port-dependent': 'symmetric nat',
  unknown: 'unknown nat',
} as const;
