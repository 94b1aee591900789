// All keys, and what they do.
import type { ComponentChild } from 'preact';
import { keyLines } from '../../model/trace/keys.ts';
import { Dialog } from './part/dialog.tsx';
import { useTrace } from './trace-world.ts';

const names: Readonly<Record<string, string>> = {
  ' ': 'Space',
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Escape: 'Esc',
};

/** The keys. */
export function HelpSheet(): ComponentChild {
  const { words } = useTrace();
  return (
    <Dialog title={words.labels.help} wide>
      <dl class="key-list">
        {keyLines.map(({ keys, command }) => (
          <div key={command}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{names[key] ?? key}</kbd>
              ))}
            </dt>
            <dd>{words.keys[command]}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
