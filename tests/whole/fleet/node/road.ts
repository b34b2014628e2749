// The way between a phone and the real server: the browser's fetch, and on it whatever the simulator has
// drawn for the request. A request to a captive portal really goes to one.

/** What happens to a request. */
export interface Fate {
  readonly times: number; // how often it arrives; 0: never
  readonly take?: number; // which of the answers comes back
  readonly mute?: boolean; // none does
  readonly cut?: number; // bytes of the body that arrive
  readonly torn?: number; // share of the answer that arrives
  readonly portal?: string; // who answers instead of the server
  readonly after?: boolean; // something else happens before the answer arrives
}

/** One request, or, without a path, that one has been answered. */
export interface Asked {
  readonly path: string;
  readonly token: string;
  readonly type: string;
  readonly encoding: string;
  readonly body: string; // base64
}

type Draw = (asked: Asked | null) => Promise<Fate>;

/** A fetch that asks the simulator about every request. */
export const road =
  (base: string, draw: Draw): typeof fetch =>
  async (input, init = {}) => {
    const path = String(input);
    const headers = new Headers(init.headers);
    const bytes = init.body ? Buffer.from(await new Response(init.body).arrayBuffer()) : null;
    const fate = await draw({
      path,
      token: (headers.get("authorization") ?? "").replace("Bearer ", ""),
      type: headers.get("content-type") ?? "",
      encoding: headers.get("content-encoding") ?? "",
      body: bytes?.toString("base64") ?? "",
    });
    const body = bytes && new Uint8Array(bytes.subarray(0, fate.cut ?? bytes.length));
    const answers: Response[] = [];
    for (let time = 0; time < fate.times; time++)
      answers.push(await whole(base + (fate.portal ?? path), { ...init, headers, body }));
    if (fate.after) await draw(null);
    const answer = answers[fate.take ?? 0];
    if (!answer || fate.mute || answer.headers.has("x-died")) throw new TypeError("fetch failed");
    return fate.torn === undefined ? answer : torn(answer, fate.torn);
  };

/** Fetch, and wait for the last byte. */
async function whole(url: string, init: RequestInit): Promise<Response> {
  const answer = await fetch(url, init);
  const { status, headers } = answer;
  const body = await answer.arrayBuffer();
  return new Response(status === 304 ? null : body, { status, headers });
}

async function torn(answer: Response, share: number): Promise<Response> {
  const body = await answer.arrayBuffer();
  const { status, headers } = answer;
  return new Response(body.slice(0, Math.floor(share * (body.byteLength + 1))), { status, headers });
}
