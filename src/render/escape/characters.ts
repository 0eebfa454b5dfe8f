/**
 * Text of a pull request as one line in which every character is seen: line breaks and tabs become spaces, control characters
 * their pictures, bidirectional, zero-width and other invisible characters their code in ‹›, and piles of combining marks are cut.
 */
export function visible(text: string): string {
  return shown(text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ")).trim();
}

/** The lines of a text, each with every character seen; tabs stay. */
export function visibleLines(text: string): string[] {
  return text.split(/\r\n|[\n\r\u2028\u2029]/).map(shown);
}

/** At most `limit` code points: the head and the end of a longer text, with … between them. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const points = [...text];
  if (points.length <= limit) return text;
  const tail = Math.floor((limit - 1) / 4);
  return `${points.slice(0, limit - 1 - tail).join("")}…${tail > 0 ? points.slice(-tail).join("") : ""}`;
}

/** Cuts each word (text without a space) to `limit` code points. */
export function cutWords(text: string, limit: number): string {
  return text.length <= limit ? text : text.replace(/\S+/g, (word) => cut(word, limit));
}

const HIDDEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Default_Ignorable_Code_Point}]/gu;

function shown(text: string): string {
  return text
    .replace(/\p{Cs}/gu, "\uFFFD")
    .replace(/[\uFE0E\uFE0F]|(?<=\p{Extended_Pictographic})\u200D/gu, "")
    .replace(HIDDEN, picture)
    .replace(/(\p{M}{4})\p{M}+/gu, "$1");
}

function picture(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  if (point === 0x09) return character;
  if (point < 0x20) return String.fromCodePoint(0x2400 + point);
  if (point === 0x7f) return "\u2421";
  return `‹U+${point.toString(16).toUpperCase().padStart(4, "0")}›`;
}
