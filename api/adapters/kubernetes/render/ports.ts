import type { Port } from "#ports/cluster.ts";

export const portName = ({ port, protocol }: Port): string => `${protocol.toLowerCase()}-${port}`;

/** A Pod says which ports were asked for, so that what is missing around it is noticed. */
export const portsAnnotation = (ports: Port[]): string =>
  ports.map(({ port, protocol }) => `${port}/${protocol}`).join(",");

export function portsOf(annotation: string): Port[] {
  return annotation
    .split(",")
    .filter((it) => it !== "")
    .map((it) => {
      const [port, protocol] = it.split("/") as [string, Port["protocol"]];
      return { port: Number(port), protocol };
    });
}
