/**
 * Writes JSON with the members of objects, and the items of lists, in one order: values that differ only in order have the same text. It
 * keeps the texts of lists, because a long list may be part of several values; so none of them may change meanwhile.
 */
export class OrderedJson {
  private readonly lists = new Map<readonly unknown[], string>();

  /** Members without a value are left out; a missing value is null. */
  textOf(value: unknown): string {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null);
    return Array.isArray(value) ? this.textOfList(value) : textOfMembers(this.membersOf(value));
  }

  /** The texts of the members of an object that have a value, by name. */
  membersOf(object: object): ReadonlyMap<string, string> {
    const texts = new Map<string, string>();
    for (const [name, member] of Object.entries(object)) if (member !== undefined) texts.set(name, this.textOf(member));
    return texts;
  }

  private textOfList(list: readonly unknown[]): string {
    const known = this.lists.get(list);
    if (known !== undefined) return known;
    const text = textOfItems(list.map((item) => this.textOf(item)));
    this.lists.set(list, text);
    return text;
  }
}

/** The text of an object with these members. */
export const textOfMembers = (texts: ReadonlyMap<string, string>): string =>
  `{${Array.from(texts, ([name, text]) => `${JSON.stringify(name)}:${text}`)
    .sort()
    .join()}}`;

/** The text of a list with these items. */
export const textOfItems = (texts: readonly string[]): string => `[${texts.toSorted().join()}]`;
