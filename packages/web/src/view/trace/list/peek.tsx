// What became of the call under the cursor, below the list: its verdict in short, and the way into it.
import { ArrowRight } from 'lucide';
import type { ComponentChild } from 'preact';
import type { TraceSource } from '../../../model/trace/source.ts';
import { Icon } from '../../part/icon.tsx';
import { InEnglish } from '../part/in-english.tsx';
import { PlainFault } from '../part/plain-fault.tsx';
import { useTrace } from '../trace-world.ts';

/** The call under the cursor. */
export function Peek({ source }: { readonly source: TraceSource }): ComponentChild {
  const { viewer, words } = useTrace();
  const id = viewer.cursor.value;
  const call = viewer.shown.value.find((one) => one.id === id);
  if (call === undefined) return undefined;
  const [fault] = call.faults;
  return (
    <section class="peek" aria-label={words.columns.verdict}>
      <div class="peek-said">
        <p class="peek-happened">
          <InEnglish text={call.happened} />
        </p>
        {fault === undefined ? (
          <p class="soft small">
            <InEnglish text={call.outcome} />
          </p>
        ) : (
          <PlainFault fault={fault} />
        )}
      </div>
      <button
        type="button"
        class="button main"
        onClick={() => viewer.open({ source, id: call.id })}
      >
        {words.labels['open call']}
        <Icon of={ArrowRight} turns />
      </button>
    </section>
  );
}
