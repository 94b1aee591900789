// Where everything of a drawn figure stands: a box for each state with its arrows as rows, and a line from each row to where it leads.
import type { FigureArrow, FigureState } from './states.ts';

/** Lengths of a drawing, in the drawing's own units. */
export interface FigureSizes {
  /** Of a box. */
  readonly width: number;
  /** Of the part of a box that names the state. */
  readonly head: number;
  readonly row: number;
  /** Between two boxes. */
  readonly gap: number;
  /** Around all. */
  readonly margin: number;
  /** How much farther a line bends for each box that it passes. */
  readonly bend: number;
}

/** A figure with its places. */
export interface FigureLayout {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly FigureBox[];
  readonly lines: readonly FigureLine[];
}

/** The box of a state. */
export interface FigureBox {
  readonly state: FigureState;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Its arrows; none when the box is closed. */
  readonly rows: readonly FigureRow[];
}

/** An arrow as a row of its box. */
export interface FigureRow {
  readonly arrow: FigureArrow;
  /** It leads to its own state. */
  readonly stays: boolean;
  /** The middle of the row. */
  readonly y: number;
}

/** A line from a row, or from a closed box, to the state where it leads. */
export interface FigureLine {
  readonly from: string;
  readonly to: string;
  /** Undefined for the lines of a closed box, of which there is one for each state they lead to. */
  readonly event: string | undefined;
  /** For the attribute `d` of an SVG path; it ends where the arrow's head is. */
  readonly path: string;
}

/** Lays `states` out below one another. Boxes for which `isOpen` says no show no rows. */
export function layoutFigure(
  states: readonly FigureState[],
  sizes: FigureSizes,
  isOpen: (state: string) => boolean = () => true,
): FigureLayout {
  const boxes: FigureBox[] = [];
  let y = sizes.margin;
  for (const state of states) {
    const placed = place(state, y, sizes, isOpen(state.name));
    boxes.push(placed);
    y += placed.height + sizes.gap;
  }
  return {
    width: sizes.margin + sizes.width + 2 * sizes.margin + sizes.bend * states.length,
    height: y,
    boxes,
    lines: boxes.flatMap((box) => linesOf(box, boxes, sizes)),
  };
}

function place(state: FigureState, y: number, sizes: FigureSizes, open: boolean): FigureBox {
  const { head, row, margin, width } = sizes;
  const rows = open
    ? state.arrows.map((arrow, at) => ({
        arrow,
        stays: arrow.next === state.name,
        y: y + head + at * row + row / 2,
      }))
    : [];
  const height = head + rows.length * row + (rows.length > 0 ? 6 : 0);
  return { state, x: margin, y, width, height, rows };
}

function linesOf(
  box: FigureBox,
  boxes: readonly FigureBox[],
  sizes: FigureSizes,
): readonly FigureLine[] {
  const { name, arrows } = box.state;
  const starts =
    box.rows.length > 0
      ? box.rows.map(({ arrow, y }) => ({ to: arrow.next, event: arrow.event, y }))
      : [...new Set(arrows.map(({ next }) => next))].map((to) => ({
          to,
          event: undefined,
          y: box.y + sizes.head / 2,
        }));
  const from = boxes.indexOf(box);
  return starts.flatMap(({ to, event, y }) => {
    const at = boxes.findIndex(({ state }) => state.name === to);
    const end = boxes[at];
    if (end === undefined || end === box) return [];
    const path = curve(y, end.y + sizes.head / 2, Math.abs(at - from), sizes);
    return [{ from: name, to, event, path }];
  });
}

function curve(
  from: number,
  to: number,
  distance: number,
  { margin, width, bend }: FigureSizes,
): string {
  const right = margin + width;
  const far = right + margin + bend * distance;
  return `M${right} ${from}C${far} ${from} ${far} ${to} ${right} ${to}`;
}
