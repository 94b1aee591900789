// A native dialog of the viewer: focus stays inside, Escape closes it.
import { X } from 'lucide';
import type { ComponentChild, ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { IconButton } from '../../part/icon-button.tsx';
import { useTrace } from '../trace-world.ts';

/** A dialog that is open as long as it is drawn. */
export function Dialog({
  title,
  wide = false,
  children,
}: {
  readonly title: string;
  readonly wide?: boolean;
  readonly children: ComponentChildren;
}): ComponentChild {
  const { viewer, words } = useTrace();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  // A browser tells late that it closed a dialog: by then another one may be open.
  const own = useRef(viewer.sheet.peek());
  const close = (): void => {
    if (viewer.sheet.peek() === own.current) viewer.sheet.value = undefined;
  };
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class={wide ? 'sheet wide' : 'sheet'}
      aria-labelledby={id}
      onClose={close}
      onClick={(event) => event.target === event.currentTarget && close()}
    >
      <div class="sheet-head">
        <h2 class="title" id={id}>
          {title}
        </h2>
        <IconButton icon={X} label={words.labels.close} onClick={close} />
      </div>
      <div class="sheet-body">{children}</div>
    </dialog>
  );
}
