// The whole phone: one box that lays itself out by its own size.
import type { ComponentChild } from 'preact';
import { CallStage } from './call/call-stage.tsx';
import { ChatView } from './chat/chat.tsx';
import { ChatsView } from './chat/chats.tsx';
import { DialPane } from './dial/dial-pane.tsx';
import { Directory } from './dial/people.tsx';
import { ExplainView } from './explain/explain-view.tsx';
import { GuidedView } from './explain/guided-view.tsx';
import { Notes } from './notes.tsx';
import { Sound } from './part/media.tsx';
import { ContactsView } from './people/contacts.tsx';
import { HistoryView } from './people/history.tsx';
import { AudioCheck } from './setting/audio-check.tsx';
import { SettingsView } from './setting/settings.tsx';
import { TabBar } from './tab-bar.tsx';
import { TopBar } from './top-bar.tsx';
import { usePhone, useWords, WorldContext } from './world.ts';
import type { World } from './world.ts';

/** The phone. */
export function PhoneView({ world }: { readonly world: World }): ComponentChild {
  const { phone } = world;
  const words = phone.words.value;
  return (
    <WorldContext.Provider value={world}>
      <div
        class="phone"
        data-theme={phone.settings.values.value.theme}
        lang={words.language}
        dir={words.direction}
      >
        <Shell world={world} />
        {phone.calls.value.map((call) => (
          <Sound key={call.id} call={call} />
        ))}
      </div>
    </WorldContext.Provider>
  );
}

function Shell({ world }: { readonly world: World }): ComponentChild {
  const { phone, adding } = world;
  const place = phone.place.value;
  const call = adding.value ? undefined : phone.current.value;
  const lists = place.is === 'history' || place.is === 'contacts' || place.is === 'chats';
  // A list leaves room for the call beside it; what fills the stage itself hides the call.
  const staged = call !== undefined && (lists || place.is === 'dial');
  return (
    <div class="shell" data-shows={lists ? 'list' : 'stage'}>
      <TopBar />
      <Notes beside={staged ? (lists ? 'in wide boxes' : 'always') : 'never'} />
      <main class="panes">
        <div class="list-pane">
          <ListPane />
        </div>
        <div class="stage-pane">{staged ? <CallStage call={call} /> : <StagePane />}</div>
      </main>
      <TabBar />
    </div>
  );
}

function ListPane(): ComponentChild {
  const { labels } = useWords();
  const place = usePhone().place.value;
  switch (place.is) {
    case 'contacts':
      return <ContactsView />;
    case 'chats':
    case 'chat':
      return <ChatsView />;
    case 'history':
    case 'explain':
      return <HistoryView />;
    case 'dial':
    case 'guided':
    case 'settings':
    case 'audio check':
      return (
        <section class="view" aria-label={labels.directory}>
          <header class="view-head">
            <h2 class="title">{labels.phone}</h2>
          </header>
          <div class="scroll">
            <Directory />
          </div>
        </section>
      );
  }
}

function StagePane(): ComponentChild {
  const place = usePhone().place.value;
  switch (place.is) {
    case 'settings':
      return <SettingsView />;
    case 'audio check':
      return <AudioCheck />;
    case 'chat':
      return <ChatView key={place.address} address={place.address} />;
    case 'explain':
      return <ExplainView key={place.callId} callId={place.callId} />;
    case 'guided':
      return <GuidedView />;
    case 'dial':
    case 'history':
    case 'contacts':
    case 'chats':
      return <DialPane />;
  }
}
