// The gallery: the real views fed with frozen models, so that every screen and state can be looked at without a server.
import { signal } from '@preact/signals';
import { render } from 'preact';
import type { ComponentChild } from 'preact';
import { PhoneView } from '../phone-view.tsx';
import type { ViewPorts } from '../world.ts';
import '../style/phone.css';
import './gallery.css';
import { moment } from './cast.ts';
import { samples } from './samples.ts';

const ports: ViewPorts = {
  now: signal(moment),
  play: () => {},
  save: () => {},
  copy: () => {},
};

/** One sample, as the query names it; all of them when it names none. */
function shown(query: URLSearchParams): ComponentChild {
  const made = samples[query.get('sample') ?? '']?.(query.get('language') ?? undefined);
  if (made === undefined) return <All query={query} />;
  const theme = query.get('theme');
  if (theme === 'light' || theme === 'dark') made.phone.settings.change({ theme });
  const world = {
    phone: made.phone,
    ports,
    sheet: signal(made.sheet),
    adding: signal(made.adding ?? false),
  };
  return <PhoneView world={world} />;
}

/** All samples side by side, each in a page of its own. */
function All({ query }: { readonly query: URLSearchParams }): ComponentChild {
  return (
    <div class="gallery">
      {Object.keys(samples).map((name) => {
        const own = new URLSearchParams(query);
        own.set('sample', name);
        return (
          <figure key={name}>
            <figcaption>
              <a href={`?${own.toString()}`}>{name}</a>
            </figcaption>
            <iframe title={name} loading="lazy" src={`?${own.toString()}`} />
          </figure>
        );
      })}
    </div>
  );
}

const place = document.getElementById('gallery');
if (place !== null) render(shown(new URLSearchParams(location.search)), place);
