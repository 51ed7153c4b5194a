import { AiFactoryError, GoneError, NotFoundError } from "./errors.ts";
import type { Problem } from "./generated/types.gen.ts";

/** The error that an answer other than 2xx stands for. What is no problem document (a proxy's page) becomes `unexpected_answer`. */
export function refusal(response: Response, text: string, url: string): AiFactoryError {
  const problem = parseProblem(text);
  if (problem === null) return unexpectedAnswer(response, url);
  return problemError({ ...problem, status: response.status });
}

/** The error that a problem document stands for. */
export function problemError(problem: Problem): AiFactoryError {
  const { status } = problem;
  const details = {
    code: problem.code,
    status,
    detail: problem.detail,
    requestId: problem.requestId,
    problem,
  };
  if (status === 404) return new NotFoundError(details);
  if (status === 410) return new GoneError(details);
  return new AiFactoryError(details);
}

/** An answer that the API does not give: something stands between, or the URL is another server's. */
export function unexpectedAnswer(response: Response, url: string): AiFactoryError {
  const redirected =
    response.type === "opaqueredirect" || (response.status >= 300 && response.status < 400);
  const what = redirected
    ? "a redirect, which is not followed"
    : `${response.status} and no answer of the AI Factory API`;
  const detail = `${url} answered ${what}. Check the URL, and what stands between.`;
  return new AiFactoryError({ code: "unexpected_answer", status: response.status, detail });
}

function parseProblem(text: string): Problem | null {
  try {
    const value: unknown = JSON.parse(text);
    return isProblem(value) ? value : null;
  } catch {
    return null;
  }
}

function isProblem(value: unknown): value is Problem {
  if (typeof value !== "object" || value === null) return false;
  const { code, detail, requestId } = value as Partial<Problem>;
  return typeof code === "string" && typeof detail === "string" && typeof requestId === "string";
}
