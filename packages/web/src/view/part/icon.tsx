// Icons: arrays of shapes that become an SVG. They say nothing; the words beside them, or the name of their button, do.
import { h } from 'preact';
import type { ComponentChild } from 'preact';
import type { IconNode } from 'lucide';

/** An icon. `turns`: it points along the text, and the other way where that runs the other way. */
export function Icon({
  of,
  turns = false,
}: {
  readonly of: IconNode;
  readonly turns?: boolean;
}): ComponentChild {
  return (
    <svg
      class={turns ? 'icon turns' : 'icon'}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.9"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      {of.map(([tag, attributes], at) => h(tag, { key: at, ...attributes }))}
    </svg>
  );
}
