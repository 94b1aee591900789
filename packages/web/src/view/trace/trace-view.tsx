// The whole viewer: sources at the top, then the list of calls, or the calls that are looked at.
import type { ComponentChild } from 'preact';
import { ArticlePanel } from './article/article-panel.tsx';
import { CallsPage } from './call/calls-page.tsx';
import { DevicePage } from './device/device-page.tsx';
import { DropTarget } from './drop.tsx';
import { FilesBeside } from './files-beside.tsx';
import { ListPage } from './list/list-page.tsx';
import { Sheets } from './sheets.tsx';
import { TopLine } from './top-line.tsx';
import { TraceContext, useTrace } from './trace-world.ts';
import type { TraceWorld } from './trace-world.ts';
import { Welcome } from './welcome.tsx';

/** The viewer. */
export function TraceView({
  world,
  theme,
}: {
  readonly world: TraceWorld;
  readonly theme: 'system' | 'light' | 'dark';
}): ComponentChild {
  const { words } = world;
  return (
    <TraceContext.Provider value={world}>
      <div
        class="phone viewer"
        data-theme={theme}
        data-colours={world.viewer.colouring.value}
        lang={words.language}
        dir={words.direction}
      >
        <DropTarget>
          <TopLine />
          <FilesBeside />
          <main class="viewer-main">
            {world.article.isOpen.value && (
              <ArticlePanel article={world.article} words={world.articleWords} titled />
            )}
            <Page />
          </main>
        </DropTarget>
        <Sheets />
      </div>
    </TraceContext.Provider>
  );
}

function Page(): ComponentChild {
  const { viewer } = useTrace();
  if (viewer.showsDevices.value) return <DevicePage />;
  if (viewer.opened.value.length > 0) return <CallsPage calls={viewer.opened.value} />;
  return viewer.source.value === undefined ? (
    <Welcome />
  ) : (
    <ListPage source={viewer.source.value} />
  );
}
