// A native dialog that comes from below or stands in the middle: focus stays inside, Escape closes it.
import { X } from 'lucide';
import type { ComponentChild, ComponentChildren } from 'preact';
import { useEffect, useId, useRef } from 'preact/hooks';
import { useWords } from '../world.ts';
import { IconButton } from './icon-button.tsx';

/** A dialog that is open as long as it is drawn. */
export function Sheet({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}): ComponentChild {
  const { labels } = useWords();
  const id = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    if (dialog.current?.open === false) dialog.current.showModal();
  }, []);
  return (
    <dialog
      ref={dialog}
      class="sheet"
      aria-labelledby={id}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && onClose()}
    >
      <div class="sheet-head">
        <h2 class="title" id={id}>
          {title}
        </h2>
        <IconButton icon={X} label={labels.close} onClick={onClose} />
      </div>
      <div class="sheet-body">{children}</div>
    </dialog>
  );
}
