// Numbers as they are read: times, shares, counts.

/** Milliseconds as seconds with three digits: `12.042`. */
export function clockText(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** How long something lasted, with as many digits as one wants to read: `82 ms`, `3.04 s`, `1 min 5 s`. */
export function spanText(milliseconds: number): string {
  const size = Math.abs(milliseconds);
  if (size < 1) return `${milliseconds.toFixed(1)} ms`;
  if (size < 1_000) return `${Math.round(milliseconds)} ms`;
  if (size < 60_000) return `${Number((milliseconds / 1000).toPrecision(3))} s`;
  const minutes = Math.trunc(milliseconds / 60_000);
  const seconds = Math.round(Math.abs(milliseconds % 60_000) / 1000);
  if (size < 3_600_000) return `${minutes} min ${seconds} s`;
  return `${Math.trunc(minutes / 60)} h ${Math.abs(minutes % 60)} min`;
}

/** A share from 0 to 1 in percent; what is not nothing never reads as nothing. */
export function percentText(share: number): string {
  if (share === 0) return '0 %';
  const percent = share * 100;
  return percent < 0.1 ? '< 0.1 %' : `${percent < 10 ? percent.toFixed(1) : Math.round(percent)} %`;
}

/** A count with its noun: `1 message`, `3 messages`. */
export function countText(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
