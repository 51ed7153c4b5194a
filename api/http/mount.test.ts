import { Hono } from "hono";
import { expect, test } from "vitest";
import { createNotebook } from "../contract/notebooks.ts";
import { mountChange, type Mounting } from "./mount.ts";

test("POL-3 a creation that does not say in which region it asks cannot be mounted", () => {
  const mounting = { app: new Hono() } as unknown as Mounting;
  const handler = () => Promise.reject(new Error("never called"));
  expect(() => mountChange(mounting, createNotebook, handler)).toThrow(
    "createNotebook does not say in which region it asks for notebook:create",
  );
  const region = ({ body }: { body: { region: string } }) => body.region;
  expect(() => mountChange(mounting, createNotebook, handler, { region })).not.toThrow();
});
