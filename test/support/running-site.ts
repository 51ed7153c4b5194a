import { advanceClock } from "../../api/domain/clock/advance.ts";
import type { Mail, Mailer } from "../../api/ports/mailer.ts";
import { createWorker } from "../../api/worker/create-worker.ts";
import { workHandlers } from "../../api/worker/work-handlers.ts";
import { fund } from "./fixture.ts";
import type { Answer, RequestOptions } from "./request.ts";
import { startTestSite, type TestSite, type TestSiteOptions } from "./site.ts";

/** A control plane over real HTTP whose worker runs when a test says so. */
export interface RunningSite extends TestSite {
  /** Lets so many seconds of site time pass, and everything that is due in them happen. */
  pass(seconds: number): Promise<void>;
  /** What the worker has sent, unless another mailer was given. */
  readonly mails: readonly Mail[];
  /** One request as the Organization's Owner, or as whoever is named. */
  ask(method: string, path: string, body?: unknown, token?: string): Promise<Answer>;
}

/** Starts one for a test file; its Organization has credit unless `funded` is false. */
export async function startRunningSite(
  options: TestSiteOptions & { funded?: boolean; mailer?: Mailer } = {},
): Promise<RunningSite> {
  const started = await startTestSite(options);
  const { database, clusters, catalogue } = started.site;
  const errors: unknown[] = [];
  const mails: Mail[] = [];
  const mailer = options.mailer ?? { send: async (mail: Mail) => void mails.push(mail) };
  const worker = createWorker({
    database,
    clusters,
    handlers: workHandlers({ database, clusters, catalogue, mailer }),
    onError: (error) => errors.push(error),
  });
  if (options.funded !== false) await fund(started);
  return {
    ...started,
    mails,
    async pass(seconds) {
      await advanceClock({ site: started.site, worker, seconds });
      if (errors.length > 0) throw new AggregateError(errors.splice(0), "the worker failed");
    },
    ask(method, path, body, token = started.ownerToken) {
      const request: RequestOptions = body === undefined ? { token } : { token, body };
      return started.request(method, path, request);
    },
    async stop() {
      await worker.drain();
      await started.stop();
    },
  };
}
