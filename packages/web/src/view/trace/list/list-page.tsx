// The calls of a source: what to search for, how far the reading is, the list, and the keys below.
import type { ComponentChild } from 'preact';
import type { TraceSource } from '../../../model/trace/source.ts';
import { CallTable } from './call-table.tsx';
import { FilesLine } from './files-line.tsx';
import { ListTools } from './list-tools.tsx';
import { Peek } from './peek.tsx';
import { StateLine } from './state-line.tsx';

/** The list of `source`. */
export function ListPage({ source }: { readonly source: TraceSource }): ComponentChild {
  return (
    <div class="list-page">
      <ListTools source={source} />
      <div class="state-lines">
        <StateLine source={source} />
        <FilesLine source={source} />
      </div>
      <CallTable source={source} />
      <Peek source={source} />
    </div>
  );
}
