// The viewer by keys; what stands in a field, or on a button, is left to that.
import { commandOf } from '../../model/trace/keys.ts';
import type { TraceWorld } from './trace-world.ts';

/** A key that went down somewhere in the page. */
export function keyPressed(
  { viewer, devices }: Pick<TraceWorld, 'viewer' | 'devices'>,
  event: KeyboardEvent,
): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const isDevices = viewer.showsDevices.peek();
  if (event.isComposing || (viewer.source.peek() === undefined && !isDevices)) return;
  const [target] = event.composedPath();
  if (target instanceof Element && isTaken(target, event.key)) return;
  const place = isDevices ? 'devices' : viewer.opened.peek().length > 0 ? 'call' : 'list';
  const command = commandOf(event.key, place);
  if (command === undefined) return;
  event.preventDefault();
  (isDevices ? devices : viewer).act(command);
}

function isTaken(target: Element, key: string): boolean {
  // The sheet that was just closed stands in the page for a moment still.
  if (
    target.closest('input:not([type=radio], [type=checkbox]), textarea, select, dialog[open]') !==
    null
  )
    return true;
  // Enter and the space bar press the button that they stand on; arrows turn a switch.
  if (key === 'Enter' || key === ' ') return target.closest('button, a, label, summary') !== null;
  return key.startsWith('Arrow') && target.closest('input, [role=slider]') !== null;
}
