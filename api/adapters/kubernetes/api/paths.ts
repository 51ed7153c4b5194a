const core = (namespace: string, plural: string, name?: string) =>
  `/api/v1/namespaces/${namespace}/${plural}${name === undefined ? "" : `/${name}`}`;

/** Where the kinds that we use live in the API; without a name, the collection. */
export const paths = {
  nodes: (name?: string) => `/api/v1/nodes${name === undefined ? "" : `/${name}`}`,
  namespaces: (name?: string) => `/api/v1/namespaces${name === undefined ? "" : `/${name}`}`,
  allPods: "/api/v1/pods",
  allServices: "/api/v1/services",
  allRoutes: "/apis/gateway.networking.k8s.io/v1/httproutes",
  allClaims: "/api/v1/persistentvolumeclaims",
  pods: (namespace: string, name?: string) => core(namespace, "pods", name),
  services: (namespace: string, name?: string) => core(namespace, "services", name),
  secrets: (namespace: string, name?: string) => core(namespace, "secrets", name),
  claims: (namespace: string, name?: string) => core(namespace, "persistentvolumeclaims", name),
  serviceAccounts: (namespace: string, name?: string) => core(namespace, "serviceaccounts", name),
  resourceQuotas: (namespace: string, name?: string) => core(namespace, "resourcequotas", name),
  limitRanges: (namespace: string, name?: string) => core(namespace, "limitranges", name),
  networkPolicies: (namespace: string, name: string) =>
    `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies/${name}`,
  httpRoutes: (namespace: string, name: string) =>
    `/apis/gateway.networking.k8s.io/v1/namespaces/${namespace}/httproutes/${name}`,
};
