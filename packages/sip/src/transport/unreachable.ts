// A flow that leads nowhere, for remotes that a transport cannot reach: it fails each send instead of throwing.
import { formatAddress } from './address.ts';
import type { Address, Flow, Protocol } from './port.ts';

/** A flow to where no connection can be made; each send fails, soon after it returned. */
export class UnreachableFlow implements Flow {
  readonly id: string;
  readonly protocol: Protocol;
  readonly reliable: boolean;
  readonly local: Address;
  readonly remote: Address;
  readonly open = false;
  readonly #reason: Error;

  constructor(
    { protocol, local, remote }: Pick<Flow, 'protocol' | 'local' | 'remote'>,
    reason: Error,
  ) {
    this.id = `${protocol.toLowerCase()} unreachable ${formatAddress(remote)}`;
    this.protocol = protocol;
    this.reliable = protocol !== 'UDP';
    this.local = local;
    this.remote = remote;
    this.#reason = reason;
  }

  send(_bytes: Uint8Array, failed: (error: Error) => void): void {
    void Promise.resolve().then(() => failed(this.#reason));
  }

  close(): void {}
}
