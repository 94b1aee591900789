// The calls that are looked at: one over the whole page, or two side by side on one time axis.
import type { ComponentChild } from 'preact';
import type { OpenedCall } from '../../../model/trace/opened-call.ts';
import { useTrace } from '../trace-world.ts';
import { CallTools } from './call-tools.tsx';
import { CallView } from './call-view.tsx';

/** One call, or two. */
export function CallsPage({ calls }: { readonly calls: readonly OpenedCall[] }): ComponentChild {
  const { words } = useTrace();
  return (
    <div class="calls-page">
      <CallTools calls={calls} />
      <div class="calls-frame" data-calls={calls.length}>
        {calls.map((call) => {
          const telling = call.telling.value;
          return (
            <section key={`${call.source.id} ${call.id}`} class="call-frame" aria-label={call.id}>
              {telling.is === 'told' ? (
                <CallView call={call} told={telling.told} />
              ) : (
                <p class="empty" role="status">
                  {words.labels[telling.is === 'asking' ? 'asking' : 'call gone']}
                </p>
              )}
            </section>
          );
        })}
      </div>
    </div>
  );
}
