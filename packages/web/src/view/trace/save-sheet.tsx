// The ways to save a call: for a ticket, for another tool, for whoever reads on.
import type { ComponentChild } from 'preact';
import { useState } from 'preact/hooks';
import { hidingNothing, saveFormats } from '../../model/trace/save-formats.ts';
import type { SaveFormat } from '../../model/trace/save-formats.ts';
import { Dialog } from './part/dialog.tsx';
import { useTrace } from './trace-world.ts';

/** Saves the call that is looked at, or the one under the cursor. */
export function SaveSheet(): ComponentChild {
  const { viewer, words, ports } = useTrace();
  const [busy, setBusy] = useState<SaveFormat>();
  const [hiding, setHiding] = useState(hidingNothing);
  const key = viewer.chosen();
  const save = async (format: SaveFormat): Promise<void> => {
    if (key === undefined || busy !== undefined) return;
    setBusy(format);
    const told = await key.source.told(key.id);
    const files = told === undefined ? [] : await key.source.saved({ told, format, hiding });
    setBusy(undefined);
    for (const { name, type, content } of files) ports.save(name, type, content);
  };
  return (
    <Dialog title={words.labels.save}>
      <ul class="save-list">
        {saveFormats.map((format) => (
          <li key={format}>
            <button
              type="button"
              class="save-choice"
              disabled={key === undefined}
              aria-busy={busy === format}
              onClick={() => void save(format)}
            >
              <strong>{words.saves[format][0]}</strong>
              <span class="soft small">{words.saves[format][1]}</span>
            </button>
          </li>
        ))}
      </ul>
      <fieldset class="hide-choice">
        {(['numbers', 'addresses'] as const).map((what) => (
          <label key={what} class="check">
            <input
              type="checkbox"
              checked={hiding[what]}
              onChange={(event) => setHiding({ ...hiding, [what]: event.currentTarget.checked })}
            />
            {words.labels[`redact ${what}`]}
          </label>
        ))}
      </fieldset>
      <p class="soft small">{words.labels['secrets never']}</p>
    </Dialog>
  );
}
