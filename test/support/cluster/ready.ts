import { get } from "node:https";

/** Whether a server says that it is ready; never throws. It is asked before anybody has its certificate. */
export function isReady(url: string): Promise<boolean> {
  return new Promise((resolve) => {
    const options = { rejectUnauthorized: false, timeout: 1000, agent: false } as const;
    const request = get(url, options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once("timeout", () => request.destroy());
    request.once("error", () => resolve(false));
  });
}
