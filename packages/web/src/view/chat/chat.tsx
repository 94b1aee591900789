// One chat: the messages, how far each came, and the field to write in.
import { ArrowLeft, Check, Clock, CloudUpload, Phone, Send, TriangleAlert } from 'lucide';
import type { IconNode } from 'lucide';
import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { ChatMessage, MessageState } from '../../model/phone.ts';
import { sentenceOf } from '../../words/words.ts';
import type { Label } from '../../words/words.ts';
import { shownAddress } from '../part/address.ts';
import { Icon } from '../part/icon.tsx';
import { IconButton } from '../part/icon-button.tsx';
import { clock, day } from '../part/time.ts';
import { usePhone, useWords, useWorld } from '../world.ts';

/** The chat with `address`. */
export function ChatView({ address }: { readonly address: string }): ComponentChild {
  const phone = usePhone();
  const { ports } = useWorld();
  const words = useWords();
  const { labels } = words;
  const chat = phone.chats.entries.value.find(({ with: party }) => party.address === address);
  const messages = chat?.messages ?? [];
  const known = phone.contacts.entries.value.find((one) => one.addresses.includes(address));
  const name = chat?.with.name ?? known?.name ?? shownAddress(address);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    end.current?.scrollTo({ top: end.current.scrollHeight });
    if ((chat?.unread ?? 0) > 0) phone.chats.read(address);
  }, [messages.length, address]);
  let last = '';
  return (
    <section class="chat" aria-label={name}>
      <header class="view-head">
        <IconButton
          icon={ArrowLeft}
          turns
          kind="back wide-hidden"
          label={labels.back}
          onClick={() => {
            phone.place.value = { is: 'chats' };
          }}
        />
        <h1 class="title cut">
          <bdi>{name}</bdi>
        </h1>
        <IconButton
          icon={Phone}
          kind="call"
          label={`${labels.call}: ${name}`}
          onClick={() => phone.call(address)}
        />
      </header>
      <div class="bubbles scroll" ref={end} role="log" tabIndex={0} aria-label={labels.chats}>
        {messages.length === 0 && <p class="empty">{labels['no messages yet']}</p>}
        {messages.flatMap((message) => {
          const title = day(words, message.at, ports.now.value);
          const head =
            title === last
              ? []
              : [
                  <p class="day" key={title}>
                    {title}
                  </p>,
                ];
          last = title;
          return [...head, <Bubble key={message.id} message={message} address={address} />];
        })}
      </div>
      <Compose address={address} />
    </section>
  );
}

function Bubble({
  message,
  address,
}: {
  readonly message: ChatMessage;
  readonly address: string;
}): ComponentChild {
  const phone = usePhone();
  const words = useWords();
  const mine = message.from === 'me';
  const failed = message.state === 'failed';
  const [icon, label] = fates[message.state];
  return (
    <div class={`bubble${mine ? ' mine' : ''}${failed ? ' failed' : ''}`}>
      <p dir="auto">{message.text}</p>
      <span class="fate">
        <span>{clock(words, message.at)}</span>
        {mine && <Icon of={icon} />}
        {mine &&
          (failed && message.trouble !== undefined
            ? sentenceOf(words, message.trouble)
            : words.labels[label])}
        {failed && (
          <button
            type="button"
            class="again"
            onClick={() => phone.chats.retry(address, message.id)}
          >
            {words.labels['send again']}
          </button>
        )}
      </span>
    </div>
  );
}

const fates: Readonly<Record<MessageState, readonly [IconNode, Label]>> = {
  waiting: [Clock, 'waiting for the network'],
  sending: [CloudUpload, 'sending'],
  delivered: [Check, 'delivered'],
  kept: [Clock, 'kept for later'],
  failed: [TriangleAlert, 'not sent'],
};

function Compose({ address }: { readonly address: string }): ComponentChild {
  const { chats } = usePhone();
  const { labels } = useWords();
  const text = useSignal('');
  const send = (): void => {
    if (text.value.trim() === '') return;
    chats.send(address, text.value.trim());
    text.value = '';
  };
  return (
    <form
      class="compose"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        class="input"
        rows={1}
        dir="auto"
        aria-label={labels['write a message']}
        placeholder={labels['write a message']}
        value={text.value}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          send();
        }}
      />
      <IconButton
        icon={Send}
        turns
        label={labels.send}
        disabled={text.value.trim() === ''}
        onClick={send}
      />
    </form>
  );
}
