// Does what a trouble proposes: the one press beside its sentence.
import type { Trouble, TroubleName } from '../words/trouble.ts';
import type { Party, PhoneCall } from './call.ts';
import type { Phone } from './phone.ts';

/** What can be done with. */
export interface Mends {
  readonly phone: Phone;
  readonly line: { tryAgain(): void };
  readonly reload: () => void;
}

/** Does it; `about` is the call, or the party, of which the trouble is told. */
export function act(
  { action, name }: Trouble,
  about: PhoneCall | Party | undefined,
  { phone, line, reload }: Mends,
): void {
  const call = about !== undefined && 'phase' in about ? about : undefined;
  const party = about !== undefined && 'phase' in about ? about.with.peek() : about;
  switch (action) {
    case 'call again':
      call?.dismiss();
      if (party !== undefined) phone.call(party.address);
      break;
    case 'check the number':
      call?.dismiss();
      phone.dial.text.value = party?.name ?? '';
      phone.place.value = { is: 'dial' };
      break;
    case 'send a message':
      call?.dismiss();
      if (party !== undefined) phone.place.value = { is: 'chat', address: party.address };
      break;
    case 'allow the microphone':
      if (isOver(call)) call?.dismiss();
      phone.place.value = { is: 'audio check' };
      phone.devices.allow();
      break;
    case 'check the audio':
      if (isOver(call)) call?.dismiss();
      phone.place.value = { is: 'audio check' };
      break;
    case 'try again':
      tryAgain(name, call, line);
      break;
    case 'reload':
      reload();
      break;
    case 'use it here':
      phone.tabs.takeOver();
      break;
    case 'explain':
      if (call !== undefined) phone.place.value = { is: 'explain', callId: call.callId.peek() };
      break;
    case 'close':
      call?.dismiss();
      break;
  }
}

function isOver(call: PhoneCall | undefined): boolean {
  return call?.phase.peek().is === 'over';
}

// What was asked of a call is asked again; what needs a new word of our user only makes room for it; the rest is the line's.
function tryAgain(name: TroubleName, call: PhoneCall | undefined, line: Mends['line']): void {
  if (name === 'hold failed') call?.holdIt();
  else if (name === 'resume failed') call?.resume();
  else if (name === 'join failed') call?.join();
  else {
    call?.dismiss();
    if (!askedOfCall.includes(name)) line.tryAgain();
  }
}

const askedOfCall: readonly TroubleName[] = [
  'transfer failed',
  'transfer not taken',
  'keys not sent',
];
