// Figures as they are laid out to be drawn.
import { expect, test } from 'vitest';
import { layoutFigure } from './layout.ts';
import { figureStates } from './states.ts';
import { figureTables } from './tables.ts';

const sizes = { width: 300, head: 24, row: 18, gap: 10, margin: 10, bend: 8 };

test.each(Object.entries(figureTables))(
  'boxes of %s stand below one another, each with a row for each arrow',
  (_, table) => {
    const states = figureStates(table);
    const { boxes, lines, height } = layoutFigure(states, sizes);
    for (const [at, box] of boxes.entries()) {
      expect(box.rows.length).toBe(box.state.arrows.length);
      const end = boxes[at + 1]?.y ?? height;
      expect(box.y + box.height).toBeLessThan(end);
      for (const { y } of box.rows) expect(y).toBeLessThan(box.y + box.height);
    }
    const leaving = states.flatMap(({ name, arrows }) =>
      arrows.filter(({ next }) => next !== name),
    );
    expect(lines.length).toBe(leaving.length);
  },
);

test('a closed box shows no rows, and one line to each state that it leads to', () => {
  const states = figureStates(figureTables['invite-client']);
  const { boxes, lines } = layoutFigure(states, sizes, (state) => state === 'Proceeding');
  expect(boxes.filter(({ rows }) => rows.length > 0).map(({ state }) => state.name)).toEqual([
    'Proceeding',
  ]);
  expect(lines.filter(({ from }) => from === 'Completed').map(({ to }) => to)).toEqual([
    'Terminated',
  ]);
});
