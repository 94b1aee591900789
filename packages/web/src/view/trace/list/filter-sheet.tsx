// The filter: one field for each thing that calls can be told apart by; the list follows as one types.
import type { ComponentChild } from 'preact';
import type { Filter } from '../../../model/trace/filter.ts';
import type { TraceLabel } from '../../../words/trace/trace-words.ts';
import { Dialog } from '../part/dialog.tsx';
import { useTrace } from '../trace-world.ts';

const fields: readonly (readonly [
  'method' | 'number' | 'address' | 'callId' | 'status',
  TraceLabel,
  string,
])[] = [
  ['number', 'number', '+4930123456'],
  ['address', 'address', '192.0.2.7'],
  ['callId', 'call id', ''],
  ['status', 'status', '486, 4xx'],
];

/** The fields of the filter. */
export function FilterSheet(): ComponentChild {
  const { viewer, words } = useTrace();
  const { labels } = words;
  const filter = viewer.filter.value;
  const calls = viewer.source.value?.calls.value ?? [];
  const methods = [...new Set(calls.map(({ method }) => method))].toSorted();
  const faults = [...new Set(calls.flatMap((call) => call.faults))].toSorted((a, b) => a - b);
  return (
    <Dialog title={labels.filter}>
      <form class="filter-form" method="dialog">
        <Field label={words.columns.method}>
          <select
            class="input"
            value={filter.method}
            onChange={(event) => viewer.change({ method: event.currentTarget.value })}
          >
            <option value="">{labels.any}</option>
            {methods.map((method) => (
              <option key={method} value={method}>
                {method}
              </option>
            ))}
          </select>
        </Field>
        {fields.map(([name, label, example]) => (
          <Field key={name} label={labels[label]}>
            <input
              class="input"
              dir="ltr"
              value={filter[name]}
              placeholder={example}
              onInput={(event) => viewer.change({ [name]: event.currentTarget.value })}
            />
          </Field>
        ))}
        <Field label={labels.fault}>
          <select
            class="input"
            value={filter.fault === undefined ? '' : String(filter.fault)}
            onChange={(event) => {
              const { value } = event.currentTarget;
              viewer.change({ fault: value === '' ? undefined : Number(value) });
            }}
          >
            <option value="">{labels.any}</option>
            {faults.map((fault) => (
              <option key={fault} value={String(fault)}>
                {words.sentences.fault(fault)}
              </option>
            ))}
          </select>
        </Field>
        <TimeField name="since" label={labels.since} />
        <TimeField name="until" label={labels.until} />
        <label class="check">
          <input
            type="checkbox"
            checked={filter.onlyFailed}
            onChange={(event) => viewer.change({ onlyFailed: event.currentTarget.checked })}
          />
          {labels['only failed']}
        </label>
        <div class="form-end">
          <button type="button" class="button" onClick={() => viewer.clearFilter()}>
            {labels['clear filter']}
          </button>
          <button class="button main">
            {words.sentences.calls(viewer.shown.value.length, calls.length)}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Field({
  label,
  wide = false,
  children,
}: {
  readonly label: string;
  readonly wide?: boolean;
  readonly children: ComponentChild;
}): ComponentChild {
  return (
    <label class={wide ? 'field wide' : 'field'}>
      <span>{label}</span>
      {children}
    </label>
  );
}

function TimeField({
  name,
  label,
}: {
  readonly name: 'since' | 'until';
  readonly label: string;
}): ComponentChild {
  const { viewer } = useTrace();
  return (
    <Field label={label} wide>
      <input
        class="input"
        type="datetime-local"
        step="1"
        value={localText(viewer.filter.value[name])}
        onChange={(event) => {
          const at = new Date(event.currentTarget.value).getTime();
          const some: Partial<Filter> = { [name]: Number.isNaN(at) ? undefined : at };
          viewer.change(some);
        }}
      />
    </Field>
  );
}

// The field speaks of the time of this place, without saying so.
function localText(at: number | undefined): string {
  if (at === undefined) return '';
  const shift = new Date(at).getTimezoneOffset() * 60_000;
  return new Date(at - shift).toISOString().slice(0, 19);
}
