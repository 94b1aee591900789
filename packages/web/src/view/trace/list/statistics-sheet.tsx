// The figures of the calls that are shown.
import type { ComponentChild } from 'preact';
import { statisticsOf } from '../../../model/trace/statistics.ts';
import type { Count } from '../../../model/trace/statistics.ts';
import { Dialog } from '../part/dialog.tsx';
import { lengthOf } from '../part/time.ts';
import { useTrace } from '../trace-world.ts';

/** The figures. */
export function StatisticsSheet(): ComponentChild {
  const { viewer, words, faultWords } = useTrace();
  const { labels, standings, sentences } = words;
  const figures = statisticsOf(viewer.shown.value);
  const facts: readonly (readonly [string, string])[] = [
    [labels.total, String(figures.calls)],
    [labels.failed, String(figures.failed)],
    [labels['answered share'], figures.answered === undefined ? '–' : percent(figures.answered)],
    [
      labels['mean duration'],
      figures.meanDuration === undefined ? '–' : lengthOf(figures.meanDuration),
    ],
    [labels.messages, String(figures.messages)],
    [labels.resent, String(figures.resent)],
    [labels.packets, String(figures.packets)],
    [labels['lost packets'], String(figures.lostPackets)],
  ];
  return (
    <Dialog title={labels.statistics} wide>
      <dl class="facts figures">
        {facts.map(([name, value]) => (
          <>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </>
        ))}
      </dl>
      <div class="shares">
        <Shares
          title={labels['by state']}
          counts={figures.standings}
          name={(of) => standings[of]}
        />
        <Shares title={labels['by method']} counts={figures.methods} name={(of) => of} />
        <Shares title={labels['by status']} counts={figures.statuses} name={String} />
        <Shares
          title={labels['by fault']}
          counts={figures.faults}
          name={(of) => `${sentences.fault(of)}: ${faultWords[of]?.happened ?? ''}`}
        />
      </div>
    </Dialog>
  );
}

function Shares<Of extends string | number>({
  title,
  counts,
  name,
}: {
  readonly title: string;
  readonly counts: readonly Count<Of>[];
  readonly name: (of: Of) => string;
}): ComponentChild {
  if (counts.length === 0) return undefined;
  const most = counts[0]?.count ?? 1;
  return (
    <section class="share">
      <h3>{title}</h3>
      <ul>
        {counts.map(({ of, count }) => (
          <li key={of}>
            <span class="cut">{name(of)}</span>
            <meter min={0} max={most} value={count} aria-label={`${name(of)}: ${count}`} />
            <span class="figures">{count}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function percent(share: number): string {
  return `${Math.round(100 * share)} %`;
}
