// The rows of the transactions: of many only those are made that are seen, and the one of the selected message is brought into sight.
import { useComputed } from '@preact/signals';
import type { ReadonlySignal } from '@preact/signals';
import type { ComponentChild, RefObject } from 'preact';
import { useEffect, useMemo } from 'preact/hooks';
import type { TransactionDocument } from '@offhook/sip/trace';
import { useSubject } from '../part/subject.ts';
import { TransactionRow, transactionHeight } from './transaction-row.tsx';

/** So many rows are made in any case. */
const few = 80;
/** What is made above and below of what is seen, and what is seen at most, in CSS pixels. */
const spare = 200;
const tallest = 480;

/** The transactions of the subject; `scrolled` is how far the lanes are. */
export function TransactionRows({
  scrolled,
}: {
  readonly scrolled: ReadonlySignal<number>;
}): ComponentChild {
  const { document } = useSubject();
  const { transactions } = document;
  const tops = useMemo(() => topsOf(transactions), [transactions]);
  const whole = tops.at(-1) ?? 0;
  // Drawn anew only when one is a good part farther.
  const place = useComputed(() => Math.round(scrolled.value / 100) * 100).value;
  const [first, last] =
    transactions.length <= few
      ? [0, transactions.length]
      : [indexAt(tops, place - spare), indexAt(tops, place + tallest + spare) + 1];
  const shown = transactions.slice(first, last);
  return (
    <>
      <Space height={tops[first] ?? 0} />
      {shown.map((of) => (
        <TransactionRow key={of.number} of={of} />
      ))}
      <Space height={whole - (tops[Math.min(last, transactions.length)] ?? whole)} />
    </>
  );
}

function Space({ height }: { readonly height: number }): ComponentChild {
  if (height <= 0) return undefined;
  return (
    <li aria-hidden="true">
      <svg class="spacer" width={1} height={height} />
    </li>
  );
}

function topsOf(transactions: readonly TransactionDocument[]): readonly number[] {
  const tops = [0];
  for (const one of transactions) tops.push((tops.at(-1) ?? 0) + transactionHeight(one));
  return tops;
}

/** The row at a height. */
function indexAt(tops: readonly number[], height: number): number {
  let [low, high] = [0, Math.max(0, tops.length - 2)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((tops[middle] ?? 0) <= height) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Follows the selected message to its transaction, in the box that scrolls the lanes. */
export function Following({
  scroll,
}: {
  readonly scroll: RefObject<HTMLDivElement>;
}): ComponentChild {
  const { document, index, selection } = useSubject();
  const frame = selection.frame.value;
  useEffect(() => {
    const box = scroll.current;
    const item = index.itemOf(frame);
    const labels = item?.kind === 'message' ? item.of.labels : [];
    const number = labels.find(({ lane }) => lane === 'T')?.number;
    const at = document.transactions.findIndex((one) => one.number === number);
    if (box === null || at < 0) return;
    const tops = topsOf(document.transactions);
    // The axis and the name of the lane are above the first row.
    const above = 46;
    const [start, end] = [(tops[at] ?? 0) + above, (tops[at + 1] ?? 0) + above];
    if (start - above < box.scrollTop) box.scrollTop = Math.max(0, start - 2 * above);
    else if (end > box.scrollTop + box.clientHeight) box.scrollTop = end - box.clientHeight + above;
  }, [frame]);
  return undefined;
}
