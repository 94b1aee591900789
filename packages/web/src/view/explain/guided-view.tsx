// The screen of the guided call: what it needs is loaded when it is opened, and closed when it is left.
import { ArrowLeft } from 'lucide';
import type { ComponentChild } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { IconButton } from '../part/icon-button.tsx';
import { usePhone, useWords, useWorld } from '../world.ts';
import type { GuidedViews } from '../world.ts';

/** The guided call in the phone. */
export function GuidedView(): ComponentChild {
  const phone = usePhone();
  const { ports } = useWorld();
  const { labels, language } = useWords();
  const [views, setViews] = useState<GuidedViews>();
  useEffect(() => {
    let opened: GuidedViews | undefined;
    let isWanted = true;
    void ports.guided?.().then(
      (loaded) => {
        if (isWanted) setViews((opened = loaded));
        else loaded.guided.close();
      },
      () => undefined,
    );
    return () => {
      isWanted = false;
      opened?.guided.close();
    };
  }, []);
  return (
    <section class="view" aria-label={labels.guided}>
      <header class="view-head">
        <IconButton
          icon={ArrowLeft}
          turns
          kind="back"
          label={labels.back}
          onClick={() => {
            phone.place.value = { is: 'dial' };
          }}
        />
        <h1 class="title">{labels.guided}</h1>
      </header>
      {views !== undefined && (
        <views.Guided
          guided={views.guided}
          language={language}
          styles={views.styles}
          now={ports.now}
        />
      )}
    </section>
  );
}
