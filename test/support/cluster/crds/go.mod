// What the tests install beside the API server's own kinds. A module apart from the tools, whose dependencies it would move.
module aifactory/test/crds

go 1.26.0

require sigs.k8s.io/gateway-api v1.5.1
