// A message to be read: its first line, its headers in groups that fold, its SDP in blocks; or as it was on the wire.
import { useSignal } from '@preact/signals';
import type { ComponentChild } from 'preact';
import { useMemo } from 'preact/hooks';
import { decodeMessage, decodeSdp } from '../../../../model/trace/draw/decode.ts';
import type { HeaderGroup, SdpBlock } from '../../../../model/trace/draw/decode.ts';
import { shownText } from '../part/shown-text.ts';

/** The message `text` (latin1). */
export function MessageText({ text }: { readonly text: string }): ComponentChild {
  const raw = useSignal(false);
  const shown = useMemo(() => shownText(text), [text]);
  const message = useMemo(() => decodeMessage(shown), [shown]);
  const sdp = decodeSdp(message.body);
  return (
    <section class="message-text" aria-label="The message">
      <header class="part-head">
        <h3>Message</h3>
        <label class="brief">
          <input
            type="checkbox"
            checked={raw.value}
            onChange={() => {
              raw.value = !raw.value;
            }}
          />
          as on the wire
        </label>
      </header>
      {raw.value ? (
        <pre class="raw" tabIndex={0}>
          {shown}
        </pre>
      ) : (
        <>
          <p class="start-line">
            <bdi>{message.startLine}</bdi>
          </p>
          {message.groups.map((group) => (
            <Group key={group.name} of={group} />
          ))}
          {sdp?.map((block) => (
            <Sdp key={block.title} of={block} />
          ))}
          {sdp === undefined && message.body !== '' && (
            <details class="fold" open>
              <summary>Body</summary>
              <pre class="raw" tabIndex={0}>
                {message.body}
              </pre>
            </details>
          )}
        </>
      )}
    </section>
  );
}

function Group({ of }: { readonly of: HeaderGroup }): ComponentChild {
  return (
    <details class="fold" open={of.name !== 'Abilities' && of.name !== 'Other'}>
      <summary>
        {of.name} <span class="soft">{of.headers.length}</span>
      </summary>
      <dl class="headers">
        {of.headers.map(({ name, value, written, lines }, at) => [
          <dt key={at} title={written === undefined ? undefined : `written ${written}`}>
            <bdi>{name}</bdi>
          </dt>,
          <dd key={`${at}=`}>
            <bdi>{value}</bdi>
            {lines > 1 && <span class="soft">{` (folded over ${lines} lines)`}</span>}
          </dd>,
        ])}
      </dl>
    </details>
  );
}

function Sdp({ of }: { readonly of: SdpBlock }): ComponentChild {
  return (
    <details class="fold sdp" open>
      <summary>SDP {of.title.toLowerCase()}</summary>
      <dl class="headers">
        {of.rows.map(({ type, attribute, value }, at) => [
          <dt key={at}>
            <span class="sdp-type">{type}</span>
            {attribute !== undefined && <bdi>{attribute}</bdi>}
          </dt>,
          <dd key={`${at}=`}>
            <bdi>{value}</bdi>
          </dd>,
        ])}
      </dl>
    </details>
  );
}
