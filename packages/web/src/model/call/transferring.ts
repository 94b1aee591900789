// Handing a call over: at once, or after asking there first; told as the other side tells it (RFC 3515, RFC 5589).
import { SipError } from '@offhook/sip';
import type { Call, ReferredStatus } from '@offhook/sip';
import { signal } from '@preact/signals-core';
import type { Signal } from '@preact/signals-core';
import { trouble } from '../../words/trouble.ts';
import type { Trouble } from '../../words/trouble.ts';
import type { Party, TransferState } from '../call.ts';
import type { PhoneMedia } from '../ports.ts';
import type { LiveCall } from './live-call.ts';
import type { CallSurroundings } from './surroundings.ts';
import { troubleOf } from './troubles.ts';

/** The transfers of one call. */
export class Transferring {
  readonly state: Signal<TransferState> = signal({ is: 'none' });
  /** The call that asks for the one to whom this one may go. */
  readonly consultation: Signal<LiveCall | undefined> = signal(undefined);
  readonly #call: LiveCall;
  readonly #around: CallSurroundings;

  constructor(call: LiveCall, around: CallSurroundings) {
    this.#call = call;
    this.#around = around;
  }

  /** Hands the other side over to `target`. */
  blind(target: string): void {
    const address = this.#addressOf(target);
    if (address === undefined) return;
    const to = this.#around.names.partyAt(address);
    void this.#run(to, (call, onProgress) => call.transfer(address, { onProgress }));
  }

  /** Holds the call and calls `target`, to ask there first. */
  consult(target: string): void {
    const address = this.#addressOf(target);
    if (address === undefined || this.consultation.value !== undefined) return;
    this.consultation.value = this.#around.desk.call(address, { consults: this.#call });
  }

  /** Hands the other side over to the one that was asked. */
  complete(): void {
    const asked = this.consultation.value;
    if (asked === undefined) return;
    const to = asked.with.value;
    void this.#run(to, async (call, onProgress) => {
      const outcome =
        asked.call === undefined
          ? await call.transfer(to.address, { onProgress })
          : await call.transfer(asked.call, { onProgress });
      asked.handsOver(true);
      asked.hangUp();
      return outcome;
    });
    // Nobody is called twice: who still rings is called by the one who is handed over.
    if (asked.call === undefined) asked.hangUp();
  }

  /** Hangs up on the one that was asked, and comes back. */
  cancel(): void {
    this.consultation.value?.hangUp();
    this.consultation.value = undefined;
    this.#call.resume();
  }

  /** The call that asks is over. */
  asked(call: LiveCall): void {
    if (this.consultation.value === call) this.consultation.value = undefined;
  }

  dismiss(): void {
    if (this.state.value.is === 'failed') this.state.value = { is: 'none' };
  }

  /** The call is over: whoever was asked goes on as a call of its own. */
  end(): void {
    this.consultation.value = undefined;
    this.state.value = { is: 'none' };
  }

  async #run(
    to: Party,
    ask: (call: Call<PhoneMedia>, progress: (told: ReferredStatus) => void) => Promise<unknown>,
  ): Promise<void> {
    const { call, holding } = this.#call;
    if (call === undefined || this.state.value.is === 'asked' || this.state.value.is === 'ringing')
      return;
    this.state.value = { is: 'asked', to };
    const wasHeld = holding.state.value !== 'off';
    // RFC 5589 §6: the other side waits on hold until it is called for.
    holding.press('hold');
    await holding.settled();
    // It ends as a transfer, unless it comes back.
    const progress = ({ status }: ReferredStatus): void => {
      if (status >= 180 && status < 200) this.state.value = { is: 'ringing', to };
    };
    try {
      this.#call.handsOver(true);
      await ask(call, progress);
    } catch (error) {
      this.#call.handsOver(false);
      if (this.#call.state !== 'Up' && this.#call.state !== 'Mending') return;
      this.state.value = { is: 'failed', to, trouble: failure(error, to) };
      if (!wasHeld) this.#call.resume();
    }
  }

  #addressOf(target: string): string | undefined {
    const address = this.#around.names.addressOf(target);
    if (address === undefined) this.#call.report(trouble('not an address'));
    return address;
  }
}

// A refusal of the request itself came as a response; what became of the new call was told in a NOTIFY.
function failure(error: unknown, to: Party): Trouble {
  const who = to.name;
  if (error instanceof SipError) {
    const { code, response, status } = error;
    if (code === 'SIP_REJECTED' && response !== undefined)
      return trouble('transfer not taken', { who, status, said: response.reason });
    if (code === 'SIP_REJECTED' && status === undefined) return trouble('transfer failed', { who });
    if (code === 'SIP_TIMEOUT') return trouble('transfer unknown', { who });
  }
  const because = troubleOf(error, who, { rang: true });
  return trouble('transfer failed', {
    who,
    because: because?.name,
    status: because?.status,
    said: because?.said,
  });
}
