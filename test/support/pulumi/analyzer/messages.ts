import messages from "@pulumi/pulumi/proto/analyzer_pb.js";
import { toStruct } from "../grpc.ts";
import type { AnalyzedResource, Violation } from "./policy-pack.ts";

/** The request for one resource's policies. */
export function analyzeRequest(resource: AnalyzedResource) {
  const request = new messages.AnalyzeRequest();
  request.setUrn(resource.urn);
  request.setType(resource.type);
  request.setName(resource.name);
  request.setProperties(toStruct(resource.properties));
  request.setOptions(options(resource));
  return request;
}

/** One of the resources that a stack policy is shown. */
export function analyzerResource(resource: AnalyzedResource) {
  const message = new messages.AnalyzerResource();
  message.setUrn(resource.urn);
  message.setType(resource.type);
  message.setName(resource.name);
  message.setProperties(toStruct(resource.properties));
  message.setOptions(options(resource));
  message.setParent(resource.parent);
  message.setDependenciesList([...resource.dependencies]);
  for (const [key, urns] of Object.entries(resource.propertyDependencies)) {
    const dependencies = new messages.AnalyzerPropertyDependencies();
    dependencies.setUrnsList([...urns]);
    message.getPropertydependenciesMap().set(key, dependencies);
  }
  return message;
}

function options(resource: AnalyzedResource) {
  const message = new messages.AnalyzerResourceOptions();
  message.setParent(resource.parent);
  return message;
}

/** What the pack found; a finding that names no resource is about `urn`. */
export function violationsOf(
  response: InstanceType<typeof messages.AnalyzeResponse>,
  urn: string,
): Violation[] {
  return response.getDiagnosticsList().map((found) => ({
    pack: found.getPolicypackname(),
    policy: found.getPolicyname(),
    level:
      found.getEnforcementlevel() === messages.EnforcementLevel.ADVISORY ? "advisory" : "mandatory",
    message: found.getMessage(),
    urn: found.getUrn() || urn,
  }));
}
