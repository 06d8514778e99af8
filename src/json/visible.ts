/** A character that a reader sees: no space, control or format character, filler or half a surrogate pair. */
export const VISIBLE = /(?!\u{16fe4}|\u{1d159})[^\s\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\ufff9-\ufffc\u2800]/u;

/** The text without invisible characters at its ends, including spaces. */
export function withoutInvisibleEnds(text: string): string {
  const characters = Array.from(text);
  const isVisible = (character: string): boolean => VISIBLE.test(character);
  // From -1 to 0 is nothing.
  return characters.slice(characters.findIndex(isVisible), characters.findLastIndex(isVisible) + 1).join('');
}
