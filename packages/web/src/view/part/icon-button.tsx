// A button that shows an icon only: its name is there for those who hear it, and as a hint.
import type { ComponentChild, ComponentChildren } from 'preact';
import type { IconNode } from 'lucide';
import { Icon } from './icon.tsx';

/** A square button with an icon, named `label`. */
export function IconButton({
  icon,
  label,
  onClick,
  kind,
  turns = false,
  disabled = false,
  children,
}: {
  readonly icon: IconNode;
  readonly label: string;
  readonly onClick: () => void;
  readonly kind?: string;
  readonly turns?: boolean;
  readonly disabled?: boolean;
  readonly children?: ComponentChildren;
}): ComponentChild {
  return (
    <button
      type="button"
      class={kind === undefined ? 'icon-button' : `icon-button ${kind}`}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      <Icon of={icon} turns={turns} />
      {children}
    </button>
  );
}
