// The drawing of a call in Chromium: selected by keys and links, zoomed, taught, and safe from what others write.
import { expect, test } from 'vitest';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { Gallery } from './gallery.ts';

const desk = { viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' } as const;

async function open(world: World): Promise<Gallery> {
  return Gallery.open(world, await Chromium.start(world), desk);
}

test.runIf(hasChromium)(
  'Rows are selected by arrows, by the frames of the verdict and in the lanes, and what is selected is inspected',
  async () => {
    await using world = new World(90_000);
    const gallery = await open(world);
    const { page } = gallery.page;
    await gallery.show('trace-nothing-selected');
    const ladder = page.getByRole('grid');
    const heading = page.locator('.inspected h3');
    expect(await page.getByText('No rule found anything').isVisible()).toBe(true);
    await ladder.focus();
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => heading.textContent()).toBe('#1 INVITE');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => heading.textContent()).toBe('#2 180 Ringing');
    const active = await ladder.getAttribute('aria-activedescendant');
    expect(await page.locator(`[id="${active ?? ''}"]`).getAttribute('aria-selected')).toBe('true');
    // The row of media between is passed over.
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await expect.poll(() => heading.textContent()).toBe('#4 ACK');
    await page.getByLabel('Verdict').getByRole('button', { name: 'Select #11, BYE' }).click();
    await expect.poll(() => heading.textContent()).toBe('#11 BYE');
    await page.getByRole('button', { name: /^Dialog 1,/ }).click();
    await expect.poll(() => page.locator('.rung[data-lit="D"]').count()).toBeGreaterThan(5);
    // The step of the state machine that the message caused is lit.
    expect(
      await page.locator('.state-box[data-role="after"] .state-name').first().textContent(),
    ).toBe('Trying');
    expect(gallery.page.errors).toEqual([]);
  },
  100_000,
);

test.runIf(hasChromium)(
  'Keys and a drag choose the part of the time that is drawn, and 0 brings all of it back',
  async () => {
    await using world = new World(90_000);
    const gallery = await open(world);
    const { page } = gallery.page;
    await gallery.show('trace-lossy-call');
    const ticks = (): Promise<readonly string[]> => page.locator('.tick-text').allTextContents();
    const all = await ticks();
    await page.getByLabel('The three lanes').focus();
    await page.keyboard.press('+');
    await expect.poll(ticks).not.toEqual(all);
    await page.keyboard.press('0');
    await expect.poll(ticks).toEqual(all);
    const plot = await page.locator('.lane-plot').first().boundingBox();
    if (plot === null) throw new TypeError('No lane is drawn');
    const y = plot.y + plot.height / 2;
    await page.mouse.move(plot.x + 20, y);
    await page.mouse.down();
    await page.mouse.move(plot.x + 300, y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(ticks).not.toEqual(all);
    await expect.poll(() => page.locator('.rung[data-away="true"]').count()).toBeGreaterThan(3);
    await page.getByRole('button', { name: 'The whole call (0)' }).click();
    await expect.poll(ticks).toEqual(all);
    expect(gallery.page.errors).toEqual([]);
  },
  100_000,
);

test.runIf(hasChromium)(
  'A call of hundreds of messages has only the rows that are seen in the page, and its end is one key away',
  async () => {
    await using world = new World(90_000);
    const gallery = await open(world);
    const { page } = gallery.page;
    await gallery.show('trace-long-call');
    const grid = page.getByRole('grid');
    expect(Number(await grid.getAttribute('aria-rowcount'))).toBeGreaterThan(1_000);
    expect(await page.getByRole('row').count()).toBeLessThan(80);
    expect(await page.locator('.lane-row').count()).toBeLessThan(160);
    await grid.focus();
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('.rung[aria-selected="true"]').isVisible()).toBe(true);
    expect(gallery.page.errors).toEqual([]);
  },
  100_000,
);

test.runIf(hasChromium)(
  'Wherever the ladder is scrolled to, each row stands in its place; when rows go away at its end, the last ones are there',
  async () => {
    await using world = new World(90_000);
    const gallery = await open(world);
    const { page } = gallery.page;
    await page.setViewportSize({ width: 1_000, height: 420 });
    await gallery.show('trace-long-call');
    const grid = page.getByRole('grid');
    await grid.locator('.rung-group .rung').first().waitFor();
    // Told once the picture that follows a scrolling is painted: rows out of their places, and parts without rows.
    const wrong = (to: string): Promise<readonly string[]> =>
      page.evaluate<readonly string[]>(`(async () => {
        const frame = document.querySelector('.ladder-frame');
        const box = frame.querySelector('.rung-group').getBoundingClientRect.bind(frame.querySelector('.rung-group'));
        frame.scrollTop = ${to};
        await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
        const rungs = [...frame.querySelectorAll('.rung-group .rung')];
        const moved = rungs.filter((row) =>
          Math.abs(row.getBoundingClientRect().top - box().top - 34 * Number(row.id.slice(5))) > 1);
        const start = frame.querySelector('.ladder-head').getBoundingClientRect().bottom;
        const end = Math.min(frame.getBoundingClientRect().bottom, box().bottom);
        const places = rungs.map((row) => row.getBoundingClientRect());
        const covered = places.some(({ top }) => top <= start + 1) && places.some(({ bottom }) => bottom >= end - 1);
        return [...moved.map(({ id }) => id), ...(covered ? [] : ['nothing at ' + frame.scrollTop])];
      })()`);
    for (const to of ['0', '500', '9000', '8700', '1e9', 'frame.scrollHeight / 2', '1e9'])
      expect([to, await wrong(to)]).toEqual([to, []]);

    // Rows of timers and notes go away while it stands at the end.
    const all = Number(await grid.getAttribute('aria-rowcount'));
    await page.getByRole('checkbox', { name: 'Show timers and notes' }).uncheck();
    expect(Number(await grid.getAttribute('aria-rowcount'))).toBeLessThan(all - 40);
    expect(await wrong('frame.scrollTop')).toEqual([]);
    expect(gallery.page.errors).toEqual([]);
  },
  100_000,
);

test.runIf(hasChromium)(
  'The teacher asks a question with each word, takes back a wrong answer, and ends with everything',
  async () => {
    await using world = new World(90_000);
    const gallery = await open(world);
    const { page } = gallery.page;
    await gallery.show('trace-teacher');
    const reply = page.locator('.reply');
    await page.getByRole('button', { name: 'T1, the INVITE' }).click();
    await expect.poll(() => reply.textContent()).toContain('try again');
    await page.getByRole('button', { name: 'T2, one of its own' }).click();
    await expect.poll(() => reply.textContent()).toContain('RFC 3261 §13.2.2.4');
    expect(await page.locator('.rung[aria-selected="true"]').getAttribute('data-away')).toBe(
      'false',
    );
    await page.getByRole('button', { name: 'Next: Dialog' }).click();
    await expect.poll(() => page.locator('.lesson-title').textContent()).toBe('Dialog');
    await page.getByRole('button', { name: 'Next: Session' }).click();
    await page.getByRole('button', { name: 'See everything' }).click();
    await page.getByRole('tab', { name: /Offer/ }).waitFor();
    expect(gallery.page.errors).toEqual([]);
  },
  100_000,
);

test.runIf(hasChromium)(
  'What others write into a call is only ever text in its drawing (A15)',
  async () => {
    await using world = new World(90_000);
    const gallery = await open(world);
    const { page } = gallery.page;
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    await gallery.show('trace-evil-call');
    await page.locator('.headers dd', { hasText: '<script>alert(3)</script>' }).waitFor();
    expect(await page.locator('.wire-text', { hasText: '<img' }).count()).toBeGreaterThan(0);
    expect(await page.locator('.drawn :is(script, img, h1, b b)').count()).toBe(0);
    // A mark that turns the direction of the text is shown, and does nothing.
    const text = await page.locator('.drawn').textContent();
    expect(text).toContain(String.raw`\u202e`);
    expect(text).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
    await page.getByLabel('as on the wire').check();
    await page.locator('.raw', { hasText: '<h1 onclick' }).waitFor();
    expect({ dialogs, errors: gallery.page.errors }).toEqual({ dialogs: 0, errors: [] });
  },
  100_000,
);
