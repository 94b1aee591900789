// The screens of the phone, side by side.
import { BookUser, Grid3x3, History, MessageSquare, Settings } from 'lucide';
import type { IconNode } from 'lucide';
import type { ComponentChild } from 'preact';
import type { Place } from '../model/phone.ts';
import { Icon } from './part/icon.tsx';
import { usePhone, useWords } from './world.ts';

type Tab = 'dial' | 'history' | 'contacts' | 'chats' | 'settings';

const tabs: readonly (readonly [Tab, IconNode])[] = [
  ['dial', Grid3x3],
  ['history', History],
  ['contacts', BookUser],
  ['chats', MessageSquare],
  ['settings', Settings],
];

/** The way from screen to screen. */
export function TabBar(): ComponentChild {
  const phone = usePhone();
  const { labels, sentences } = useWords();
  const here = tabOf(phone.place.value);
  const news: Readonly<Partial<Record<Tab, readonly [number, (count: number) => string]>>> = {
    history: [phone.history.freshCount.value, sentences.missedCalls],
    chats: [phone.chats.unread.value, sentences.unreadMessages],
  };
  return (
    <nav class="tabs" aria-label={labels.phone}>
      {tabs.map(([tab, icon]) => {
        const [count, said] = news[tab] ?? [0, String];
        const name = tab === 'dial' ? labels.phone : labels[tab];
        return (
          <button
            type="button"
            key={tab}
            class={tab === 'settings' ? 'tab last' : 'tab'}
            aria-current={tab === here ? 'page' : undefined}
            aria-label={count > 0 ? `${name}, ${said(count)}` : name}
            onClick={() => {
              phone.place.value = { is: tab };
            }}
          >
            <Icon of={icon} />
            <span class="name" aria-hidden="true">
              {name}
            </span>
            {count > 0 && (
              <span class="badge" aria-hidden="true">
                {count}
              </span>
            )}
          </button>
        );
      })}
    </nav>
  );
}

/** The tab that a place belongs to. */
export function tabOf(place: Place): Tab {
  switch (place.is) {
    case 'chat':
      return 'chats';
    case 'audio check':
      return 'settings';
    case 'explain':
      return 'history';
    case 'guided':
      return 'dial';
    case 'dial':
    case 'history':
    case 'contacts':
    case 'chats':
    case 'settings':
      return place.is;
  }
}
