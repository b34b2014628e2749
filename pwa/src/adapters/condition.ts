// How this phone is: what the browser says of its storage and of the permission to locate. It asks nobody.

import type { Condition } from "../ports.ts";

/** Read it now; what the browser does not say is left open. */
export async function browserCondition({ storage, permissions } = navigator): Promise<Condition> {
  const none = (): undefined => undefined;
  const estimate = await storage?.estimate?.().catch(none);
  const persisted = await storage?.persisted?.().catch(none);
  const geo = await permissions?.query({ name: "geolocation" }).catch(none);
  const room = { usedBytes: estimate?.usage ?? 0, quotaBytes: estimate?.quota ?? 0 };
  return { ...room, persisted: persisted ?? true, geo: geo?.state ?? "" };
}
