// The network's part of the audio check: under which address the page is seen, and what stands between.
import { Network } from 'lucide';
import type { ComponentChild } from 'preact';
import { Icon } from '../part/icon.tsx';
import { usePhone, useWords } from '../world.ts';

/** A card with a button that looks, and what came of it. */
export function NetworkCard(): ComponentChild {
  const { network } = usePhone();
  const { labels, network: sentences, sentences: withGaps } = useWords();
  const looking = network.looking.value;
  const seenAs = network.seenAs.value;
  return (
    <div class="card">
      <button type="button" class="button" aria-busy={looking} onClick={() => network.look()}>
        <Icon of={Network} />
        {labels['check the network']}
      </button>
      <div role="status">
        {looking ? (
          <p class="soft small">{sentences.looking}</p>
        ) : (
          <>
            {seenAs !== undefined && <p>{withGaps.seenAs(seenAs)}</p>}
            {network.findings.value.map((finding) => (
              <p key={finding}>{sentences[finding]}</p>
            ))}
          </>
        )}
      </div>
    </div>
  );
}
