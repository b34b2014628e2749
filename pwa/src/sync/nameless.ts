// Twin of sync/nameless.py: read the reasons there. Forms ask it before anything is sent (widgets/nameless.ts); the
// guard over a whole record is the server's alone. Shared cases: tests/vectors/nameless.json.

export type Sort = "phone" | "id" | "plate";

/** What gives somebody away, as it stands in the text. */
export type Trace = readonly [sort: Sort, words: string];

const MOBILE = /(?<![0-9])(?:\+?86[ -]?)?1[3-9][0-9][ -]?[0-9]{4}[ -]?[0-9]{4}(?![0-9])/g;
const IDENTITY =
  /(?<![0-9])[1-9][0-9]{5}[ -]?(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[ -]?[0-9]{3}[0-9Xx](?![0-9])/g;
const PLATE =
  /[京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新][A-HJ-NP-Za-hj-np-z][ .·•-]?(?:[A-HJ-NP-Za-hj-np-z0-9]{5,6}|[A-HJ-NP-Za-hj-np-z0-9]{4}[挂学警港澳])(?![A-Za-z0-9])/g;
const DIGITS_MIN = 3; // of a plate
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS = "10X98765432";

/** List what gives somebody away. */
export function traces(text: string): Trace[] {
  const plain = text.replace(/[\uFF01-\uFF5E]/g, (each) => String.fromCharCode(each.charCodeAt(0) - 0xfee0));
  const found = (sort: Sort, form: RegExp): Trace[] => (plain.match(form) ?? []).map((each) => [sort, each]);
  return [
    ...found("phone", MOBILE),
    ...found("id", IDENTITY).filter(([, each]) => isIdentity(each)),
    ...found("plate", PLATE).filter(([, each]) => each.replace(/[^0-9]/g, "").length >= DIGITS_MIN),
  ];
}

/** Tell whether 18 characters end in the check digit of those before. */
export function isIdentity(text: string): boolean {
  const digits = text.replace(/[ -]/g, "").toUpperCase();
  const total = WEIGHTS.reduce((sum, weight, at) => sum + weight * Number(digits[at]), 0);
  return digits[digits.length - 1] === CHECKS[total % 11];
}
