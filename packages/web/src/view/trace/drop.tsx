// Captures are dropped anywhere on the page, or pasted.
import { FileInput } from 'lucide';
import type { ComponentChild, ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { Icon } from '../part/icon.tsx';
import { useTrace } from './trace-world.ts';

/** A part of the page that takes files. */
export function DropTarget({ children }: { readonly children: ComponentChildren }): ComponentChild {
  const { ports, words } = useTrace();
  const [isOver, setOver] = useState(false);
  // Each element inside tells of its own coming and going.
  const depth = useRef(0);
  const enter = (step: number): void => {
    depth.current = Math.max(0, depth.current + step);
    setOver(depth.current > 0);
  };
  return (
    <div
      class="drop"
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        enter(1);
      }}
      onDragLeave={(event) => hasFiles(event) && enter(-1)}
      onDragOver={(event) => hasFiles(event) && event.preventDefault()}
      onDrop={(event) => {
        event.preventDefault();
        depth.current = 0;
        setOver(false);
        ports.openFiles([...(event.dataTransfer?.files ?? [])]);
      }}
      onPaste={(event) => {
        const files = [...(event.clipboardData?.files ?? [])];
        if (files.length > 0) ports.openFiles(files);
      }}
    >
      {children}
      {isOver && (
        <div class="drop-here" aria-hidden="true">
          <Icon of={FileInput} />
          {words.labels['drop here']}
        </div>
      )}
    </div>
  );
}

/** A button that lets the user choose captures. */
export function ChooseButton({ main = false }: { readonly main?: boolean }): ComponentChild {
  const { ports, words } = useTrace();
  return (
    <label class={main ? 'button main large' : 'button'}>
      <Icon of={FileInput} />
      <span class={main ? '' : 'narrow-unseen-word'}>{words.labels['open capture']}</span>
      <input
        class="for-readers"
        type="file"
        multiple
        onChange={(event) => {
          ports.openFiles([...(event.currentTarget.files ?? [])]);
          event.currentTarget.value = '';
        }}
      />
    </label>
  );
}

function hasFiles(event: DragEvent): boolean {
  return event.dataTransfer?.types.includes('Files') === true;
}
