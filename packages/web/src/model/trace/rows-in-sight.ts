// Which rows of a long list are made: those that are seen, and some above and below.

/** A part of a list's rows. */
export interface RowRange {
  readonly first: number;
  /** The row after the last one. */
  readonly end: number;
}

/** What of `rows` rows is made where a box of `height` has been scrolled to `top`, in CSS pixels. */
export function rowsInSight({
  rows,
  rowHeight,
  top,
  height,
  spare,
}: {
  readonly rows: number;
  readonly rowHeight: number;
  readonly top: number;
  readonly height: number;
  /** Rows beyond what is seen, on either side. */
  readonly spare: number;
}): RowRange {
  // When rows went away the box stands where none is until the browser has scrolled it back: its last rows are in sight.
  const end = Math.min(rows, Math.ceil((top + height) / rowHeight) + spare);
  const most = Math.ceil(height / rowHeight) + 2 * spare;
  const first = Math.max(0, Math.min(Math.floor(top / rowHeight) - spare, end - most));
  return { first, end };
}
