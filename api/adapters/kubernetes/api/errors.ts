/** The API server answered, and said no. */
export class KubernetesRefusal extends Error {
  override readonly name = "KubernetesRefusal";
  /** HTTP status. */
  readonly status: number;
  /** Kubernetes' own word, for example `NotFound`. */
  readonly reason: string;
  readonly causes: readonly string[];

  constructor(status: number, body: StatusBody) {
    super(body.message ?? `Kubernetes answered ${status}`);
    this.status = status;
    this.reason = body.reason ?? "";
    this.causes = (body.details?.causes ?? []).flatMap(({ reason }) => reason ?? []);
  }
}

/** What the API server sends with an error. */
export interface StatusBody {
  code?: number;
  message?: string;
  reason?: string;
  details?: { causes?: { reason?: string }[]; retryAfterSeconds?: number };
}

export function isRefusal(error: unknown, ...statuses: number[]): error is KubernetesRefusal {
  return error instanceof KubernetesRefusal && statuses.includes(error.status);
}
