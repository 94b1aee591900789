// One thing to do in a call: an icon with its word; a toggle tells whether it is on.
import type { ComponentChild } from 'preact';
import type { IconNode } from 'lucide';
import { Icon } from '../part/icon.tsx';

/** A control. `pressed` makes it a toggle; `busy`: asked for and not confirmed yet. */
export function Control({
  icon,
  label,
  onClick,
  pressed,
  busy = false,
  disabled = false,
  tone,
}: {
  readonly icon: IconNode;
  readonly label: string;
  readonly onClick: () => void;
  readonly pressed?: boolean;
  readonly busy?: boolean;
  readonly disabled?: boolean;
  readonly tone?: 'wait' | 'danger';
}): ComponentChild {
  return (
    <button
      type="button"
      class="control"
      data-tone={tone}
      aria-pressed={pressed}
      aria-busy={busy}
      disabled={disabled}
      onClick={onClick}
    >
      <span class="face">
        <Icon of={icon} />
      </span>
      {label}
    </button>
  );
}
