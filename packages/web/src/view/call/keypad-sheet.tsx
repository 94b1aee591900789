// Keys in a call: for menus and codes at the other side.
import type { ComponentChild } from 'preact';
import type { PhoneCall } from '../../model/call.ts';
import { Keypad } from '../dial/keypad.tsx';
import { Sheet } from '../part/sheet.tsx';
import { useWords } from '../world.ts';

/** The keypad of `call`, with what was sent. */
export function KeypadSheet({
  call,
  onClose,
}: {
  readonly call: PhoneCall;
  readonly onClose: () => void;
}): ComponentChild {
  const { labels } = useWords();
  return (
    <Sheet title={labels.keypad} onClose={onClose}>
      <output class="keys-sent figures address" aria-label={labels.keypad}>
        {call.keys.value}
      </output>
      <Keypad onKey={(key) => call.press(key)} />
    </Sheet>
  );
}
