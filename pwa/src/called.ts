// What the worker does with a call: shows it, and opens what it is about. Whatever comes is shown, for a
// browser takes the right to be called away from a page that shows nothing.

const RECORD = /^[0-9a-f]{16}\.[0-9]{1,16}$/;
const NAME = "前哨";
const WORDS_MAX = 120; // characters; the server sends 82 at most

/** What a notification says. */
export interface Called {
  readonly title: string;
  readonly body: string;
  readonly record: string; // "" if none is named
  readonly urgent: boolean;
}

/** Read what was sent; of what cannot be read only the name of the app is left. */
export function calledOf(text: string | undefined): Called {
  const none = { title: NAME, body: "", record: "", urgent: false };
  try {
    const { title, body, record, urgent } = JSON.parse(text ?? "");
    return {
      title: wordsOf(title) || NAME,
      body: wordsOf(body),
      record: RECORD.test(record) ? record : "",
      urgent: urgent === true,
    };
  } catch {
    return none;
  }
}

const wordsOf = (value: unknown): string => (typeof value === "string" ? value.slice(0, WORDS_MAX) : "");

/** Show it: one notification a record, and one that is urgent stays until it is looked at. */
export function show(
  shell: Pick<ServiceWorkerRegistration, "showNotification">,
  text?: string,
): Promise<void> {
  const { title, body, record, urgent } = calledOf(text);
  const tag = record ? { tag: record, renotify: urgent } : {};
  return shell.showNotification(title, {
    body,
    data: record,
    icon: "/icon-192.png",
    requireInteraction: urgent,
    ...tag,
  } as NotificationOptions);
}

/** Open the record in the app that is open, or open the app with it. */
export async function open(
  clients: Pick<Clients, "matchAll" | "openWindow">,
  record: unknown,
): Promise<void> {
  const path = typeof record === "string" && RECORD.test(record) ? `/#/story/${record}` : "/";
  const [page] = await clients.matchAll({ type: "window" });
  const shown = await page?.navigate(path).catch(() => null);
  if (shown) await shown.focus();
  else await clients.openWindow(path);
}
