import { type ComponentChildren, type VNode } from 'preact';
import { useState } from 'preact/hooks';
import { type Comparison, visiblePieces } from '../words/differences.ts';

/** Longer values are cut until the user asks for all of it. */
const MAX_CHARACTERS = 300;

/** A text from outside. `bdi` keeps its direction from affecting its surroundings; invisible characters appear as codes. */
export function Text({ text }: { readonly text: string }): VNode {
  const pieces = visiblePieces(text);
  return (
    <bdi dir="auto">
      {pieces.map((piece) => (piece.isCode ? <span class="code-point">{piece.text}</span> : piece.text))}
    </bdi>
  );
}

/** A source's value. @param compared its difference from the winner */
export function Value({
  text,
  compared,
}: {
  readonly text: string;
  readonly compared?: Comparison | undefined;
}): VNode {
  const [isExpanded, setExpanded] = useState(false);
  const isLong = text.length > MAX_CHARACTERS;
  return (
    <span class="value">
      {isLong && !isExpanded ? (
        <Text text={`${text.slice(0, MAX_CHARACTERS).replace(/[\uD800-\uDBFF]$/, '')}…`} />
      ) : compared && compared.differing !== '' ? (
        <bdi dir="auto">
          <Text text={compared.before} />
          <mark>
            <Text text={compared.differing} />
          </mark>
          <Text text={compared.after} />
        </bdi>
      ) : (
        <Text text={text} />
      )}
      {isLong && (
        <>
          {' '}
          <button
            type="button"
            class="plain"
            onClick={() => {
              setExpanded(!isExpanded);
            }}
          >
            {isExpanded ? 'Show less' : `Show all ${text.length} characters`}
          </button>
        </>
      )}
    </span>
  );
}

/** For screen readers only. */
export const VisuallyHidden = ({ children }: { readonly children: ComponentChildren }): VNode => (
  <span class="visually-hidden">{children}</span>
);
