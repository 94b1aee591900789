// What lies above the page: the keys, the figures, the filter, the ways to save.
import type { ComponentChild } from 'preact';
import { FilterSheet } from './list/filter-sheet.tsx';
import { HelpSheet } from './help-sheet.tsx';
import { StatisticsSheet } from './list/statistics-sheet.tsx';
import { SaveSheet } from './save-sheet.tsx';
import { useTrace } from './trace-world.ts';

/** The one that is open. */
export function Sheets(): ComponentChild {
  switch (useTrace().viewer.sheet.value) {
    case 'help':
      return <HelpSheet />;
    case 'statistics':
      return <StatisticsSheet />;
    case 'filter':
      return <FilterSheet />;
    case 'save':
      return <SaveSheet />;
    case undefined:
      return undefined;
  }
}
