// A listener that only writes down what it is told.
import { latin1 } from '../base/bytes.ts';
import type { Flow, FlowListener } from '../transport/port.ts';

/** Records everything that a transport tells, in order. */
export class FlowRecorder implements FlowListener {
  readonly messages: { readonly text: string; readonly flow: Flow }[] = [];
  readonly openings: Flow[] = [];
  readonly closings: { readonly flow: Flow; readonly error: Error | undefined }[] = [];
  readonly losses: { readonly text: string; readonly reason: string; readonly flow: Flow }[] = [];

  readonly keepAlives: { readonly bytes: Uint8Array; readonly flow: Flow }[] = [];

  received(bytes: Uint8Array, flow: Flow): void {
    this.messages.push({ text: latin1(bytes), flow });
  }

  keepAlive(bytes: Uint8Array, flow: Flow): void {
    this.keepAlives.push({ bytes, flow });
  }

  framingLost(bytes: Uint8Array, reason: string, flow: Flow): void {
    this.losses.push({ text: latin1(bytes), reason, flow });
  }

  opened(flow: Flow): void {
    this.openings.push(flow);
  }

  closed(flow: Flow, error?: Error): void {
    this.closings.push({ flow, error });
  }
}
