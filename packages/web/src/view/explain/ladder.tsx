// A ladder as a table: time, the arrow between two parties, and what it changed.
import type { ComponentChild } from 'preact';
import type { Change, Label, Labelled, MediaRow, MessageRow, Party } from '@offhook/sip/trace';
import type { CallStory } from '../../model/phone.ts';
import { useWords } from '../world.ts';

/** The rows of a story. */
export function Ladder({ story }: { readonly story: CallStory }): ComponentChild {
  const { labels } = useWords();
  const { call, rows } = story;
  const caller = call.caller?.current;
  return (
    <div class="ladder-frame" role="region" aria-label={labels.explain} tabIndex={0}>
      {/* The roles are said again: laid out for a narrow box, browsers take it for no table any more. */}
      <table class="ladder" role="table">
        <thead role="rowgroup">
          <tr role="row">
            <th role="columnheader" scope="col" class="at">
              {labels.time}
            </th>
            <th role="columnheader" scope="col" class="wire">
              <div>
                <PartyHead party={call.caller} />
                <PartyHead party={call.callee} />
              </div>
            </th>
            <th role="columnheader" scope="col" class="narrow-unseen">
              {labels['what changed']}
            </th>
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.filter(isShown).map((row) => (
            <tr role="row" key={row.id}>
              <td role="cell" class="at">
                {((row.at - call.startedAt) / 1000).toFixed(3)}
              </td>
              <td role="cell" class="wire">
                <Arrow row={row} caller={caller} />
              </td>
              <td role="cell" class="told">
                <Changes row={row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function isShown(row: Labelled): boolean {
  return row.kind !== 'note' || row.topic !== 'media';
}

function PartyHead({ party }: { readonly party: Party | undefined }): ComponentChild {
  return (
    <span>
      <bdi>{party?.current.name ?? party?.current.address ?? '…'}</bdi>
    </span>
  );
}

function Arrow({
  row,
  caller,
}: {
  readonly row: Labelled;
  readonly caller: Party | undefined;
}): ComponentChild {
  switch (row.kind) {
    case 'message':
      return <div class={arrowClass(row, caller)}>{row.title}</div>;
    case 'media':
      return (
        <div class={mediaClass(row, caller)}>
          {mediaText(row)}
          {row.streams.some((stream) => stream.forth && stream.back) && <i class="head" />}
        </div>
      );
    case 'step':
    case 'note':
      return <div class="arrow empty-wire" />;
  }
}

function arrowClass(row: MessageRow, caller: Party | undefined): string {
  const back = caller !== undefined && row.from.current.id !== caller.id;
  const refused =
    row.status !== undefined && row.status >= 300 && row.status !== 401 && row.status !== 407;
  return ['arrow', back && 'back', row.resend > 0 && 'again', refused && 'refused']
    .filter((part) => part !== false)
    .join(' ');
}

function mediaClass({ from, streams, state }: MediaRow, caller: Party | undefined): string {
  if (state === 'ended') return 'arrow media ended';
  const forth = streams.some((stream) => stream.forth);
  const offeredByCaller = caller === undefined || from.current.id === caller.id;
  return forth === offeredByCaller ? 'arrow media' : 'arrow media back';
}

function mediaText({ state, streams }: MediaRow): string {
  const codecs = streams.flatMap(({ codec }) => codec ?? []);
  return `${streams.some(({ encrypted }) => encrypted) ? 'SRTP' : 'RTP'} ${codecs.join(', ')} ${state}`;
}

function Changes({ row }: { readonly row: Labelled }): ComponentChild {
  switch (row.kind) {
    case 'message':
      return (
        <ul class="changes">
          <li>
            {row.labels.map((label) => (
              <Chip key={label.lane} label={label} />
            ))}
            {row.resend > 0 && <span class="soft">{`${row.resend}×`}</span>}
          </li>
          {row.changes.map((change, at) => (
            <ChangeLine key={at} change={change} />
          ))}
        </ul>
      );
    case 'step':
      return (
        <ul class="changes">
          <ChangeLine change={row.change} />
        </ul>
      );
    case 'media':
      return <Chip label={row.label} />;
    case 'note':
      return <span class="soft">{row.text}</span>;
  }
}

function ChangeLine({ change }: { readonly change: Change }): ComponentChild {
  const { before, after, subject, label } = change;
  return (
    <li>
      {label !== undefined && <Chip label={label} />}
      <span>
        {subject}: {before === undefined ? '' : `${before} → `}
        <strong>{after}</strong>
      </span>
    </li>
  );
}

/** The label of a transaction, dialog or session. */
function Chip({ label }: { readonly label: Label }): ComponentChild {
  return (
    <span class="chip" data-lane={label.lane}>
      {label.lane}
      {label.number}
    </span>
  );
}
