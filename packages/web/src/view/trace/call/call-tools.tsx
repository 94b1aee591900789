// What stands above a call: the way back, its neighbours, how it is shown, and how it is saved.
import {
  ArrowDown,
  ArrowLeft,
  ArrowUp,
  Download,
  Link as LinkIcon,
  Network,
  Palette,
  ScrollText,
} from 'lucide';
import type { IconNode } from 'lucide';
import type { ComponentChild } from 'preact';
import type { Command } from '../../../model/trace/keys.ts';
import type { OpenedCall } from '../../../model/trace/opened-call.ts';
import type { TraceView } from '../../../model/trace/selection.ts';
import { Choice } from '../../part/choice.tsx';
import { Icon } from '../../part/icon.tsx';
import { IconButton } from '../../part/icon-button.tsx';
import { useTrace } from '../trace-world.ts';

/** The tools above `calls`. */
export function CallTools({ calls }: { readonly calls: readonly OpenedCall[] }): ComponentChild {
  const { viewer, words, ports } = useTrace();
  const { labels } = words;
  const views: readonly TraceView[] = ['plain', 'engineer', 'teacher'];
  const hasLegs = calls.some(({ summary }) => (summary.value?.legs.length ?? 1) > 1);
  return (
    <div class="viewer-tools call-tools">
      <IconButton
        icon={ArrowLeft}
        turns
        label={labels.back}
        onClick={() => {
          viewer.raw.value = false;
          viewer.closeCalls();
        }}
      />
      {calls.length === 1 && (
        <>
          <IconButton
            icon={ArrowUp}
            kind="narrow-unseen"
            label={labels['previous call']}
            onClick={() => viewer.act('previous call')}
          />
          <IconButton
            icon={ArrowDown}
            kind="narrow-unseen"
            label={labels['next call']}
            onClick={() => viewer.act('next call')}
          />
        </>
      )}
      <Choice
        label={labels.view}
        options={views.map((view) => [view, labels[view]])}
        value={viewer.selections[0].view.value}
        onChange={(view) => {
          for (const selection of viewer.selections) selection.view.value = view;
        }}
      />
      <span class="tools-end">
        <Toggle icon={ScrollText} label={labels.raw} on={viewer.raw.value} command="raw" />
        {hasLegs && (
          <Toggle
            icon={Network}
            label={labels['all legs']}
            on={viewer.extended.value}
            command="extended"
          />
        )}
        <IconButton
          icon={Palette}
          kind="narrow-unseen"
          label={labels.colours}
          onClick={() => viewer.act('colours')}
        />
        <IconButton
          icon={LinkIcon}
          kind="narrow-unseen"
          label={labels['copy link']}
          onClick={() => ports.copy(ports.address())}
        />
        <IconButton icon={Download} label={labels.save} onClick={() => viewer.act('save')} />
      </span>
    </div>
  );
}

function Toggle({
  icon,
  label,
  on,
  command,
}: {
  readonly icon: IconNode;
  readonly label: string;
  readonly on: boolean;
  readonly command: Command;
}): ComponentChild {
  const { viewer } = useTrace();
  return (
    <button
      type="button"
      class="icon-button"
      aria-pressed={on}
      aria-label={label}
      title={label}
      onClick={() => viewer.act(command)}
    >
      <Icon of={icon} />
    </button>
  );
}
