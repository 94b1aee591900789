// The gallery: the real views fed with frozen models, so that every screen and state can be looked at without a server.
import { signal } from '@preact/signals';
import { render } from 'preact';
import type { ComponentChild } from 'preact';
import { faultWordsIn } from '../../words/fault/languages.ts';
import { Explained } from '../explain/explained.tsx';
import { PhoneView } from '../phone-view.tsx';
import type { ViewPorts } from '../world.ts';
import '../style/phone.css';
import '../trace/draw/style/draw.css';
import '../explain/explained.css';
import './gallery.css';
import { moment } from './cast.ts';
import { samples } from './samples.ts';
import { TraceSample, traceSamples } from './trace/trace-samples.tsx';

const ports: ViewPorts = {
  now: signal(moment),
  play: () => {},
  loudness: () => () => {},
  offerForLinks: () => {},
  save: () => {},
  copy: () => {},
  viewerOf: () => '#',
  explaining: async () => ({ Explained, styles: '' }),
  faultWords: async (language) => faultWordsIn(language),
};

/** The sample that the part of the address behind `#` names; all of them when it names none. */
function shown(wish: URLSearchParams): ComponentChild {
  const name = wish.get('sample') ?? '';
  const traced = traceSamples[name];
  if (traced !== undefined) return <TraceSample key={name} of={traced} theme={wish.get('theme')} />;
  const made = samples[name]?.(wish.get('language') ?? undefined);
  if (made === undefined) return <All wish={wish} />;
  const theme = wish.get('theme');
  if (theme === 'light' || theme === 'dark') made.phone.settings.change({ theme });
  const world = {
    phone: made.phone,
    ports,
    sheet: signal(made.sheet),
    adding: signal(made.adding ?? false),
  };
  return <PhoneView world={world} />;
}

/** All samples side by side, each in a page of its own; with `names`, their names alone. */
function All({ wish }: { readonly wish: URLSearchParams }): ComponentChild {
  return (
    <div class="gallery">
      {[...Object.keys(samples), ...Object.keys(traceSamples)].map((name) => {
        const own = new URLSearchParams(wish);
        own.set('sample', name);
        return (
          <figure key={name}>
            <figcaption>
              <a href={`#${own.toString()}`}>{name}</a>
            </figcaption>
            {!wish.has('names') && (
              <iframe title={name} loading="lazy" src={`#${own.toString()}`} />
            )}
          </figure>
        );
      })}
    </div>
  );
}

function show(place: HTMLElement): void {
  render(null, place);
  render(shown(new URLSearchParams(location.hash.slice(1))), place);
}

const place = document.getElementById('gallery');
if (place !== null) {
  show(place);
  addEventListener('hashchange', () => show(place));
}
