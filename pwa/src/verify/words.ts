// What the verifier's page says, in both languages; backend/testimony.py says the same on the command line.

import type { Fault, Why } from "../sync/bundle.ts";
import type { PhotoProof, Proof } from "../sync/proof.ts";

export type Language = "zh" | "en";
type Both = readonly [zh: string, en: string];

const WORDS = {
  title: ["核对证据包", "Check an evidence bundle"],
  other: ["English", "中文"],
  lead: [
    "选一个前哨导出的证据包，看它有没有被改过。文件只在这台设备上读，不会传出去。",
    "Choose an evidence bundle that Qianshao exported, to see whether it was changed. It is read on this device only.",
  ],
  pick: ["选证据包文件", "Choose a bundle"],
  busy: ["正在核对", "Checking"],
  ok: ["没有被改动", "Nothing was changed"],
  bad: ["被改动过", "It was changed"],
  alien: ["这不是证据包", "This is no evidence bundle"],
  look: ["有 {0} 处要看一看，写在下面", "{0} things below are worth a look"],
  unable: [
    "这个浏览器在这里不能核对签名。请把这一页存到电脑上，用 Chrome 或 Firefox 打开。",
    "This browser cannot check signatures here. Save this page and open it with Chrome or Firefox on a computer.",
  ],
  byte: ["第 {0} 字节", "Byte {0}"],
  bytes: ["第 {0}–{1} 字节之间", "Within bytes {0}–{1}"],
  within: ["在{0}里", "In {0}"],
  record: ["记录", "Record"],
  entries: ["流水 {0} 条，照片 {1} 张", "{0} entries, {1} photos"],
  exported: ["导出时间", "Exported at"],
  server: ["签名的服务器", "Signed by the server"],
  compare: [
    "请与镇里公布的一串核对，一样才算数。",
    "Compare this with what the town has published: only then does it count.",
  ],
  photo: ["照片 {0}", "Photo {0}"],
  received: ["服务器收到", "Received by the server"],
  says: ["手机自己说的拍摄时间（不能证明）", "Taken, as the phone says (not proven)"],
  stranger: ["签收用的是另一把服务器钥匙", "The receipt is by another server key"],
  gap: ["手机 {0} 的照片第 {1} 号没有送来", "Not sent of the photos of phone {0}: {1}"],
  fork: ["手机 {0} 的第 {1} 张接不上前一张", "Photo {1} of phone {0} does not follow the one before"],
  limits: ["这能证明什么", "What this proves"],
  proves: [
    "能证明：这些内容自服务器收到以后没有变过；收到的时间和次序；手机签名有效的，自手机存下以后没有变过。",
    "Proven: nothing changed since the server received it; when and in what order it was received; what the phone signed did not change since the phone stored it.",
  ],
  proves_not: [
    "不能证明：照片是什么时候、在哪里拍的，拍的是不是真事；服务器的钥匙有没有被人拿走。",
    "Not proven: when and where a photo was taken, or that what it shows is true; that nobody else holds the server's key.",
  ],
  keep: ["这一页可以存下来，不连网也能用。", "This page can be saved; it works without a network."],
} satisfies { [name: string]: Both };

const PARTS: { readonly [name: string]: Both } = {
  head: ["文件头和签名", "head and signature"],
  index: ["目录", "index"],
  log: ["流水", "log"],
  photos: ["照片清单", "list of photos"],
  keys: ["手机公钥", "keys of the phones"],
  links: ["照片链", "chain of photos"],
  screen: ["照片", "photo"],
  original: ["原图", "original of photo"],
  "": ["文件末尾之后", "after the end"],
};

const WHY: { readonly [why in Why]: Both } = {
  alien: ["这不是证据包", "This is no evidence bundle"],
  changed: ["这里的内容被改过", "Bytes were changed here"],
  dropped: ["从这里起少了 {0} 字节", "{0} bytes are missing from here on"],
  inserted: ["这里多出 {0} 字节", "{0} bytes were put in here"],
  moved: ["这里放的是别处的内容，次序被换过", "What stands here belongs elsewhere: the order was changed"],
  cut: ["文件到这里就断了，后面的没有了", "The file ends here, the rest is missing"],
  added: ["文件末尾多出 {0} 字节", "{0} bytes were added after the end"],
  forged: [
    "校验和对得上，但与签名不符：有人有意改过",
    "The sums fit but the signature does not: changed on purpose",
  ],
};

const PROOFS: { readonly [proof: string]: Both } = {
  "signed yes": ["手机签名有效", "Signed by the phone"],
  "signed no": ["手机没有签名", "Not signed by the phone"],
  "signed bad": [
    "手机签名对不上，收到时就是这样",
    "The phone's signature does not hold, and did not on arrival",
  ],
  "signed no_key": [
    "手机的公钥没有登记，签名无法核对",
    "The phone's key is not known, its signature cannot be checked",
  ],
  "receipt yes": ["服务器签收有效", "Signed for by the server"],
  "receipt none": ["服务器没有签收", "Not signed for by the server"],
  "receipt bad": ["服务器签收的不是这一张", "What the server signed is not this"],
  "screen same": ["照片与签收的一致", "The photo is the one received"],
  "screen other": ["照片不是签收的那一张", "The photo is not the one received"],
  "screen absent": ["包里没有这张照片的文件", "The photo's file is not in the bundle"],
  "original same": ["原图与手机当时算的一致", "The original is the file the phone hashed"],
  "original other": ["原图不是手机当时的那个文件", "The original is not the file the phone hashed"],
  "original absent": ["包里没有原图", "The original is not in the bundle"],
  "original none": ["没有登记原图", "No original was named"],
  "log fits": ["与流水的次序相符", "It fits the order of the log"],
  "log not_shown": ["流水中这一段没有附上", "That stretch of the log is not shown"],
  "log other": ["与流水对不上", "It contradicts the log"],
};

const inWords = (both: Both, language: Language, parts: readonly (string | number)[]): string =>
  parts.reduce<string>(
    (text, part, at) => text.replace(`{${at}}`, String(part)),
    both[language === "zh" ? 0 : 1],
  );

/** Say something, with `parts` in the places that are numbered. */
export const say = (
  language: Language,
  key: keyof typeof WORDS,
  ...parts: readonly (string | number)[]
): string => inWords(WORDS[key], language, parts);

/** Say what is wrong and where. */
export function sayFault(
  language: Language,
  fault: Fault,
): readonly [where: string, part: string, why: string] {
  const [sort = "", key = ""] = fault.part.split("/");
  const name = `${inWords(PARTS[sort] ?? [sort, sort], language, [])} ${key}`.trim();
  const exact = fault.to === fault.at + 1;
  const where = exact ? say(language, "byte", fault.at) : say(language, "bytes", fault.at, fault.to - 1);
  return [where, say(language, "within", name), inWords(WHY[fault.why], language, [fault.count])];
}

/** How many things are no change since the server signed, and yet odd. */
export const toLookAt = ({ photos, forks }: Proof): number =>
  forks.length +
  photos.filter(({ signed, receipt, sameServer }) => signed === "bad" || (receipt === "yes" && !sameServer))
    .length;

/** Say what is proven of a photo, a line each. */
export function sayPhoto(language: Language, photo: PhotoProof): readonly string[] {
  const names = ["receipt", "screen", "original", "log", "signed"] as const;
  const lines = names.flatMap((name) => {
    const words = PROOFS[`${name} ${photo[name]}`];
    return words ? [inWords(words, language, [])] : [];
  });
  const strange = photo.receipt === "yes" && !photo.sameServer;
  return strange ? [...lines, say(language, "stranger")] : lines;
}

/** Say a time as the clocks of Beijing showed it. */
export const sayTime = (ms: number): string =>
  ms > 0 && ms < 4_102_444_800_000
    ? new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ")
    : "?";
