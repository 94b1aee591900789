// The whole phone by keys: what is typed is dialled, Enter calls, M mutes, H holds, Escape closes or hangs up what rings.
import type { PhoneCall } from '../model/call.ts';
import { isUp } from './call/state.ts';
import type { World } from './world.ts';

/** A key that went down somewhere in the phone. */
export function keyPressed(world: World, event: KeyboardEvent): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.isComposing || isWriting(event) || world.sheet.value !== undefined) return;
  const call = world.adding.value ? undefined : world.phone.current.value;
  const taken = call === undefined ? dialled(world, event) : inCall(call, event.key);
  if (taken) event.preventDefault();
}

/** True where a key means what is written on it, or what the element under it makes of it. */
function isWriting(event: KeyboardEvent): boolean {
  const [target] = event.composedPath();
  if (!(target instanceof Element)) return false;
  // Escape means nothing to the field itself.
  if (event.key === 'Escape' && target.closest('.dial-field') !== null) return false;
  if (target.closest('input:not([type=radio], [type=checkbox]), textarea, select, dialog'))
    return true;
  // Enter and the space bar press the button that they stand on.
  return event.key === 'Enter' && target.closest('button, a, label') !== null;
}

function dialled({ phone, adding }: World, event: KeyboardEvent): boolean {
  const { key } = event;
  const { dial, place } = phone;
  if (/^[\d*#+]$/.test(key) || (place.value.is === 'dial' && /^[^\s]$/u.test(key))) {
    place.value = { is: 'dial' };
    dial.text.value += key;
    fieldNear(event)?.focus();
    return true;
  }
  if (place.value.is !== 'dial') return false;
  if (key === 'Enter') {
    if (dial.call() !== undefined) adding.value = false;
    return true;
  }
  if (key === 'Backspace') dial.erase();
  else if (key === 'Escape' && dial.text.value !== '') dial.text.value = '';
  else return false;
  return true;
}

/** The field in which one dials, where it is on the screen: what is typed on belongs there. */
function fieldNear(event: KeyboardEvent): HTMLElement | null | undefined {
  const root = event
    .composedPath()
    .find((one) => one instanceof DocumentFragment || one instanceof Document);
  return root?.querySelector<HTMLElement>('.dial-field input');
}

function inCall(call: PhoneCall, key: string): boolean {
  const { is } = call.phase.value;
  if (is === 'ringing here' && key === 'Enter') call.answer();
  else if (is === 'ringing here' && key === 'Escape') call.decline();
  else if (is === 'over' && key === 'Escape') call.dismiss();
  else if ((is === 'calling' || is === 'ringing there') && key === 'Escape') call.hangUp();
  else if (isUp(call) && /^[\d*#]$/.test(key)) call.press(key);
  else if (isUp(call) && key.toLowerCase() === 'm') call.mute(!call.muted.value);
  else if (isUp(call) && key.toLowerCase() === 'h') {
    if (call.hold.value === 'held') call.resume();
    else call.holdIt();
  } else return false;
  return true;
}
