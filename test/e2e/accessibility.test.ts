// What axe-core, the most used checker of accessibility, finds on every screen and in every state of the phone.
import { AxeBuilder } from '@axe-core/playwright';
import { expect, test } from 'vitest';
import { Chromium, hasChromium } from '../peers/chromium.ts';
import type { TestPage } from '../peers/chromium.ts';
import { World } from '../peers/world.ts';
import { Gallery } from './gallery.ts';
import { PagePhone } from '../peers/page-phone.ts';

const sizes = {
  'a telephone': { width: 390, height: 844 },
  'a desktop': { width: 1280, height: 800 },
  'the smallest box': { width: 320, height: 320 },
} as const;

test.runIf(hasChromium).each([
  ['light', 'a telephone', () => true],
  // Every sample once in the dark: by turns in the largest box and in the smallest.
  ['dark', 'a desktop', (at: number) => at % 2 === 0],
  ['dark', 'the smallest box', (at: number) => at % 2 === 1],
] as const)(
  'axe-core finds nothing serious on the screens, %s, on %s (P20, P21)',
  async (theme, size, isTaken) => {
    await using world = new World(170_000);
    const chromium = await Chromium.start(world);
    const gallery = await Gallery.open(world, chromium, {
      viewport: sizes[size],
      reducedMotion: 'reduce',
    });
    expect(gallery.names.length).toBeGreaterThan(50);
    const found: Record<string, readonly string[]> = {};
    for (const name of gallery.names.filter((_, at) => isTaken(at))) {
      await gallery.show(name, { theme });
      const problems = await seriousProblems(gallery.page);
      if (problems.length > 0) found[name] = problems;
    }
    expect(found).toEqual({});
    expect(gallery.page.errors).toEqual([]);
  },
  180_000,
);

test.runIf(hasChromium)(
  'No screen is wider than its box, from 320 pixels on (P21)',
  async () => {
    await using world = new World(100_000);
    const chromium = await Chromium.start(world);
    const gallery = await Gallery.open(world, chromium, { reducedMotion: 'reduce' });
    const wide: string[] = [];
    for (const [width, height] of [
      [320, 320],
      [320, 568],
      [640, 360],
      [1024, 768],
    ] as const) {
      await gallery.page.page.setViewportSize({ width, height });
      for (const name of gallery.names) {
        await gallery.show(name);
        for (const what of await gallery.page.page.evaluate(overflowing))
          wide.push(`${name} at ${width}x${height}: ${what}`);
      }
    }
    expect(wide).toEqual([]);
  },
  120_000,
);

// What axe-core leaves open where a background is not one plain colour: the inks of the tokens on every surface.
test.runIf(hasChromium).each(['light', 'dark'] as const)(
  'Every ink is read at 4.5:1 on every surface, and every button on its own colour, %s (P20)',
  async (theme) => {
    await using world = new World();
    const chromium = await Chromium.start(world);
    const gallery = await Gallery.open(world, chromium, {});
    await gallery.show('ready', { theme });
    const surfaces = ['sunken', 'ground', 'surface', 'raised'];
    const pairs = [
      ...['ink', 'ink-soft'].flatMap((ink) => surfaces.map((on) => [ink, on])),
      ...surfaces.slice(1).map((on) => ['accent-ink', on]),
      ...['accent', 'danger', 'wait'].map((tone) => [`${tone}-ink`, `${tone}-wash`]),
      ...['accent', 'accent-strong'].map((on) => ['on-accent', on]),
      ...['danger', 'danger-strong'].map((on) => ['on-danger', on]),
    ];
    const ratios = await gallery.page.page.evaluate(contrasts, pairs);
    expect(ratios.filter(({ ratio }) => ratio < 4.5)).toEqual([]);
  },
);

test.runIf(hasChromium)(
  'axe-core finds nothing serious on the real page either: ready, in a call, and on each of its screens (P20)',
  async () => {
    await using world = new World(80_000);
    const phone = await PagePhone.open(world, { colorScheme: 'dark', reducedMotion: 'reduce' });
    const found: Record<string, readonly string[]> = {};
    const look = async (name: string): Promise<void> => {
      const problems = await seriousProblems(phone.tab);
      if (problems.length > 0) found[name] = problems;
    };
    await look('ready');
    await phone.call('Echo');
    await look('in a call');
    await phone.button('Explain this call').click();
    await look('explain');
    for (const tab of ['Calls', 'Contacts', 'Messages', 'Settings']) {
      await phone.button(tab).click();
      await look(tab);
    }
    await phone.button('Audio check').first().click();
    await look('audio check');
    expect(found).toEqual({});
  },
  90_000,
);

async function seriousProblems({ page }: TestPage): Promise<readonly string[]> {
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ['violations'] })
    .analyze();
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}

/** Elements that stick out of the phone at the side; runs in the page. */
function overflowing(): readonly string[] {
  const page = globalThis as unknown as {
    readonly document: {
      querySelectorAll(selector: string): Iterable<Box>;
      readonly documentElement: { readonly clientWidth: number };
    };
    getComputedStyle(box: Box): { readonly overflowX: string };
  };
  interface Box {
    readonly className: unknown;
    readonly scrollWidth: number;
    readonly clientWidth: number;
    getBoundingClientRect(): {
      readonly left: number;
      readonly right: number;
      readonly width: number;
    };
    closest(selector: string): unknown;
  }
  const width = page.document.documentElement.clientWidth;
  return [...page.document.querySelectorAll('.phone *')]
    .filter((box) => box.closest('.for-readers, .drawn, svg, .cut') === null)
    .filter((box) => {
      const { left, right, width: own } = box.getBoundingClientRect();
      return own > 0 && (left < -0.5 || right > width + 0.5);
    })
    .map((box) => String(box.className));
}

/** The contrast (WCAG 2.2 §1.4.3) of pairs of tokens; runs in the page. */
function contrasts(
  pairs: readonly (readonly string[])[],
): readonly { readonly pair: string; readonly ratio: number }[] {
  const page = globalThis as unknown as {
    readonly document: {
      querySelector(selector: string): Element;
      createElement(name: string): Element & { getContext(kind: '2d'): Canvas };
    };
    getComputedStyle(element: Element): { readonly color: string };
  };
  interface Element {
    readonly style: { color: string };
    append(element: Element): void;
    remove(): void;
  }
  interface Canvas {
    fillStyle: string;
    fillRect(x: number, y: number, width: number, height: number): void;
    getImageData(
      x: number,
      y: number,
      width: number,
      height: number,
    ): { readonly data: Iterable<number> };
  }
  const phone = page.document.querySelector('.phone');
  const canvas = page.document.createElement('canvas').getContext('2d');
  const luminance = (token: string): number => {
    const probe = page.document.createElement('i');
    probe.style.color = `var(--${token})`;
    phone.append(probe);
    canvas.fillStyle = page.getComputedStyle(probe).color;
    probe.remove();
    canvas.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0] = [...canvas.getImageData(0, 0, 1, 1).data].map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  return pairs.map(([ink = '', on = '']) => {
    const [dark = 0, light = 0] = [luminance(ink), luminance(on)].sort((a, b) => a - b);
    return { pair: `${ink} on ${on}`, ratio: (light + 0.05) / (dark + 0.05) };
  });
}
