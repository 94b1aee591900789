// Where one dials: a field, keys, and those whom one may mean.
import { Delete, Phone as PhoneIcon, X } from 'lucide';
import type { ComponentChild } from 'preact';
import { sentenceOf } from '../../words/words.ts';
import { Icon } from '../part/icon.tsx';
import { IconButton } from '../part/icon-button.tsx';
import { usePhone, useWords, useWorld } from '../world.ts';
import { Keypad } from './keypad.tsx';
import { Directory, Suggestions } from './people.tsx';

/** The dial screen. */
export function DialPane(): ComponentChild {
  const { dial } = usePhone();
  const { adding } = useWorld();
  const words = useWords();
  const { labels } = words;
  const text = dial.text.value;
  const trouble = dial.trouble.value;
  const call = (): void => {
    if (dial.call() !== undefined) adding.value = false;
  };
  return (
    <section class="dial" data-empty={text === ''} aria-label={labels.dial}>
      <div class="people scroll">
        {text === '' ? (
          <div class="wide-hidden">
            <Directory />
          </div>
        ) : (
          <Suggestions />
        )}
      </div>
      <form
        class="dial-field"
        onSubmit={(event) => {
          event.preventDefault();
          call();
        }}
      >
        <input
          class={text.length > 15 ? 'long address' : 'address'}
          type="text"
          inputMode="tel"
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          enterkeyhint="go"
          aria-label={labels['number or name']}
          aria-invalid={trouble !== undefined}
          placeholder={labels['number or name']}
          value={text}
          onInput={(event) => {
            dial.text.value = event.currentTarget.value;
          }}
          onPaste={(event) => {
            event.preventDefault();
            dial.paste(event.clipboardData?.getData('text') ?? '');
          }}
        />
        {text !== '' && (
          <IconButton icon={Delete} turns label={labels.erase} onClick={() => dial.erase()} />
        )}
      </form>
      <div class="dial-trouble" role="alert">
        {trouble !== undefined && sentenceOf(words, trouble)}
      </div>
      <Keypad onKey={(key) => dial.press(key)} />
      <div class="dial-actions">
        {adding.value && (
          <button
            type="button"
            class="button large"
            onClick={() => {
              adding.value = false;
            }}
          >
            <Icon of={X} />
            <span>{labels.cancel}</span>
          </button>
        )}
        <button type="button" class="button main large" onClick={call}>
          <Icon of={PhoneIcon} />
          <span>{text === '' ? labels['last number'] : labels.call}</span>
        </button>
      </div>
    </section>
  );
}
