// The page before anything is open: where a capture goes, and the Fault Lab to play with.
import { ShieldCheck } from 'lucide';
import type { ComponentChild } from 'preact';
import { Icon } from '../part/icon.tsx';
import { ChooseButton } from './drop.tsx';
import { LabList } from './lab-list.tsx';
import { useTrace } from './trace-world.ts';

/** What one sees first. */
export function Welcome(): ComponentChild {
  const { words, lab, viewer } = useTrace();
  const { labels, sentences } = words;
  const awaited = viewer.awaited.value;
  return (
    <div class="welcome scroll" tabIndex={0} role="region" aria-label={labels.title}>
      <section class="drop-zone">
        <h2 class="title">{labels['drop here']}</h2>
        <p>{labels['drop hint']}</p>
        {awaited?.call !== undefined && awaited.source === 'file' && (
          <p class="note">{sentences.awaitedFile(awaited.name ?? '…')}</p>
        )}
        <ChooseButton main />
        <p class="stays">
          <Icon of={ShieldCheck} />
          <strong>{labels['stays here']}</strong>
        </p>
        <p class="soft small">{labels.formats}</p>
      </section>
      {lab.labels.value.length > 0 && <LabList />}
    </div>
  );
}
