// The twelve keys of a telephone.
import type { ComponentChild } from 'preact';

const keys: readonly (readonly [string, string])[] = [
  ['1', ''],
  ['2', 'ABC'],
  ['3', 'DEF'],
  ['4', 'GHI'],
  ['5', 'JKL'],
  ['6', 'MNO'],
  ['7', 'PQRS'],
  ['8', 'TUV'],
  ['9', 'WXYZ'],
  ['*', ''],
  ['0', '+'],
  ['#', ''],
];

/** The keys; each tells that it was pressed. */
export function Keypad({ onKey }: { readonly onKey: (key: string) => void }): ComponentChild {
  return (
    <div class="keypad" role="group">
      {keys.map(([key, letters]) => (
        <button type="button" class="key" key={key} aria-label={key} onClick={() => onKey(key)}>
          {key}
          <small aria-hidden="true">{letters}</small>
        </button>
      ))}
    </div>
  );
}
