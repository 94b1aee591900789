// The chats, the one with the newest message first.
import { MessageSquare } from 'lucide';
import type { ComponentChild } from 'preact';
import { Avatar } from '../part/avatar.tsx';
import { Icon } from '../part/icon.tsx';
import { clock, day } from '../part/time.ts';
import { usePhone, useWords, useWorld } from '../world.ts';

/** The list of chats. */
export function ChatsView(): ComponentChild {
  const { chats, place } = usePhone();
  const { ports } = useWorld();
  const words = useWords();
  const { labels, sentences } = words;
  const all = chats.entries.value;
  return (
    <section class="view" aria-label={labels.chats}>
      <header class="view-head">
        <h1 class="title">{labels.chats}</h1>
      </header>
      <div class="scroll">
        {all.length === 0 && (
          <p class="empty">
            <Icon of={MessageSquare} />
            {labels['no messages yet']}
          </p>
        )}
        <ul class="rows">
          {all.map(({ with: party, messages, unread }) => {
            const last = messages.at(-1);
            const title = last === undefined ? '' : day(words, last.at, ports.now.value);
            return (
              <li class="row" key={party.address}>
                <Avatar name={party.name} />
                <span class="what">
                  <span class="line">
                    <strong class="cut">
                      <bdi>{party.name}</bdi>
                    </strong>
                    {last !== undefined && (
                      <span class="when">
                        {title === labels.today ? clock(words, last.at) : title}
                      </span>
                    )}
                  </span>
                  <span class="soft">
                    <bdi class="cut">{last?.text}</bdi>
                  </span>
                </span>
                <button
                  type="button"
                  class="whole"
                  aria-label={
                    unread === 0 ? party.name : `${party.name}: ${sentences.unreadMessages(unread)}`
                  }
                  onClick={() => {
                    place.value = { is: 'chat', address: party.address };
                  }}
                />
                {unread > 0 && (
                  <span class="badge" aria-hidden="true">
                    {unread}
                  </span>
                )}
              </li>
            );
          })}
        </ul>
      </div>
    </section>
  );
}
