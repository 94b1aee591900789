// A state machine with one step lit: the stack's own table, laid out as in docs/figures, with only the states of the step open.
import type { ComponentChild } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { figureStates, figureTables, layoutFigure } from '@offhook/sip/trace';
import type { FigureBox, FigureName } from '@offhook/sip/trace';
import type { MachineStep } from '../../../../model/trace/draw/machine-steps.ts';
import { fitting } from '../ladder/columns.ts';

const sizes = { width: 304, head: 22, row: 17, gap: 7, margin: 5, bend: 6 };

/** The figure of `step`, drawn with it. */
export function MachineDrawing({
  figure,
  step,
}: {
  readonly figure: FigureName;
  readonly step: MachineStep;
}): ComponentChild {
  const layout = useMemo(
    () =>
      layoutFigure(figureStates(figureTables[figure]), sizes, (state) =>
        step.before === undefined ? state === step.after : state === step.before,
      ),
    [figure, step],
  );
  const frame = useRef<HTMLDivElement>(null);
  const lit = layout.boxes.find(({ state }) => state.name === (step.before ?? step.after));
  useEffect(() => {
    const box = frame.current;
    if (box !== null && lit !== undefined && lit.y + lit.height > box.clientHeight) {
      box.scrollTop = Math.max(0, lit.y - 30);
    }
  }, [lit]);
  return (
    <div
      class="machine"
      ref={frame}
      tabIndex={0}
      role="group"
      aria-label={`State machine ${figure}`}
    >
      <svg
        viewBox={`0 0 ${layout.width} ${layout.height}`}
        width={layout.width}
        height={layout.height}
        role="img"
        aria-label={stepWords(figure, step)}
      >
        {layout.lines.map(({ from, to, event, path }, at) => (
          <path
            key={at}
            class="way"
            d={path}
            data-lit={
              from === step.before &&
              to === step.after &&
              (event === step.event || event === undefined)
            }
          />
        ))}
        {layout.boxes.map((box) => (
          <Box key={box.state.name} of={box} step={step} />
        ))}
        {layout.lines
          .filter(
            ({ from, to, event }) =>
              from === step.before && to === step.after && event === step.event,
          )
          .map(({ to }) => {
            const box = layout.boxes.find(({ state }) => state.name === to);
            return box === undefined ? undefined : (
              <path
                key={to}
                class="way-head"
                d={`M${box.x + box.width} ${box.y + sizes.head / 2}l8 -4.5v9z`}
              />
            );
          })}
      </svg>
    </div>
  );
}

function Box({ of, step }: { readonly of: FigureBox; readonly step: MachineStep }): ComponentChild {
  const { state, x, y, width, height, rows } = of;
  const role =
    state.name === step.after ? 'after' : state.name === step.before ? 'before' : undefined;
  return (
    <g class="state-box" data-role={role}>
      <rect x={x} y={y} width={width} height={height} rx={5} />
      <text class="state-name" x={x + 8} y={y + 15}>
        {state.name}
      </text>
      {state.timers.length > 0 && (
        <text class="state-timers" x={x + width - 8} y={y + 15} text-anchor="end">
          {`timer ${state.timers.join(', ')}`}
        </text>
      )}
      {rows.map(({ arrow, stays, y: middle }) => (
        <g
          key={arrow.event}
          class="arrow-row"
          data-lit={state.name === step.before && arrow.event === step.event}
        >
          <rect x={x + 3} y={middle - 8} width={width - 6} height={16} rx={3} />
          <text x={x + 10} y={middle + 4}>
            {fitting(arrow.event, 126, 5.8)}
            {stays ? ' ⟲' : ''}
          </text>
          <text class="actions" x={x + 144} y={middle + 4}>
            {fitting(arrow.actions.join(', '), 152, 5.5)}
          </text>
        </g>
      ))}
    </g>
  );
}

function stepWords(figure: string, { before, after, event }: MachineStep): string {
  return before === undefined
    ? `${figure}: born in ${after}`
    : `${figure}: from ${before} by ${event} to ${after}`;
}
