#!/usr/bin/env bash
# The main job by curl, from an empty Organization to an empty Organization. Beside curl it needs node, to read JSON.
#
#   npm start                    # in one terminal
#   ./examples/rest/main.sh      # in another one, in the same folder
#
# Another control plane is named by AIFACTORY_URL, AIFACTORY_ORGANIZATION_ID, AIFACTORY_TOKEN (its Owner's) and
# AIFACTORY_OPERATOR_TOKEN. It has to be a simulated site, for the operator lets an hour pass at once.
set -euo pipefail

local_file=${AIFACTORY_DATA_DIR:-.aifactory}/local.json
from_local_file() { node -p "JSON.parse(require('fs').readFileSync('$local_file'))$1"; }
URL=${AIFACTORY_URL:-$(from_local_file .url)}
ORGANIZATION=${AIFACTORY_ORGANIZATION_ID:-$(from_local_file .organizationId)}
OWNER=${AIFACTORY_TOKEN:-$(from_local_file .ownerToken)}
OPERATOR=${AIFACTORY_OPERATOR_TOKEN:-$(from_local_file .operatorToken)}

# send TOKEN METHOD PATH [BODY [CURL-OPTION…]]: one request; prints the answer, be it a refusal.
send() {
  local token=$1 method=$2 path=$3 body=${4-}
  # The token is not an argument of curl, for everybody on the machine sees those.
  curl -sS "${@:5}" -X "$method" "$URL$path" -H @<(echo "Authorization: Bearer $token") \
    -H "Idempotency-Key: ${IDEMPOTENCY_KEY:-$(new_key)}" ${body:+-H "Content-Type: application/json" -d "$body"}
}

# ask TOKEN METHOD PATH [BODY]: the same, but a refusal ends the script.
ask() {
  local answer
  if ! answer=$(send "$1" "$2" "$3" "${4-}" --fail-with-body); then
    echo "$2 $3 was refused: $answer" >&2
    return 1
  fi
  echo "$answer"
}

# A request that may or may not have arrived is repeated under its key, and takes effect once.
new_key() { node -p 'crypto.randomUUID()'; }

# field EXPRESSION: reads the answer on stdin, `field .id` its id.
field() { node -p "JSON.parse(require('fs').readFileSync(0))$1"; }

# wait_for STATUS PATH: asks once a second, five minutes at most.
wait_for() {
  local answer status said='' attempt
  for attempt in {1..300}; do
    answer=$(ask "$OWNER" GET "$2")
    status=$(field .status <<<"$answer")
    [ "$status" = "$said" ] || echo "  $status: $(field .statusReason.message <<<"$answer")"
    said=$status
    [ "$status" != "$1" ] || return 0
    [ "$status" != FAILED ] || break
    sleep 1
  done
  echo "$2 is $status, and not $1" >&2
  return 1
}

# wait_until_gone PATH: what was deleted answers 410 or 404 once nothing is left of it.
wait_until_gone() {
  local code attempt
  for attempt in {1..300}; do
    code=$(send "$OWNER" GET "$1" '' -o /dev/null -w '%{http_code}')
    case $code in 404 | 410) return 0 ;; esac
    sleep 1
  done
  echo "$1 still answers $code" >&2
  return 1
}

echo "The operator issues a voucher, the Owner redeems it"
CODE=$(ask "$OPERATOR" POST /v1/operator/vouchers \
  '{"amount":{"amount":"100.00","currency":"USD"},"expiresAt":"2099-01-01T00:00:00Z"}' | field .code)
ask "$OWNER" POST "/v1/organizations/$ORGANIZATION/vouchers/redeem" "{\"code\":\"$CODE\"}" >/dev/null
echo "  the Wallet holds $(ask "$OWNER" GET "/v1/organizations/$ORGANIZATION/wallet" | field .total.amount) USD"

echo "A Workspace with AI Notebooks in both regions"
WORKSPACE=$(ask "$OWNER" POST "/v1/organizations/$ORGANIZATION/workspaces" '{"name":"rest"}' | field .id)
ask "$OWNER" PUT "/v1/workspaces/$WORKSPACE/services/notebook" '{"regions":["hanoi","tokyo"]}' >/dev/null
echo "  $WORKSPACE"

echo "Its boundary: notebooks in hanoi, and nothing else"
POLICY=$(ask "$OWNER" POST "/v1/organizations/$ORGANIZATION/policies" '{
  "name": "rest-hanoi",
  "statements": [{ "effect": "Allow", "service": "notebook", "regions": ["hanoi"], "actions": "*" }]
}' | field .id)
# The answer says what a Member gains and loses by it.
ask "$OWNER" PUT "/v1/workspaces/$WORKSPACE/policies/$POLICY" |
  field '.lost.map(({ action, region }) => `  no more ${action} in ${region}`).filter((line) => /notebook/.test(line)).join("\n")'

echo "Its Quota: 25 USD a day"
ask "$OWNER" PUT "/v1/workspaces/$WORKSPACE/quota" '{"period":"day","limitUsd":"25.00"}' >/dev/null

echo "A program joins as Member, with a token of its own for an hour"
ACCOUNT=$(ask "$OWNER" POST "/v1/organizations/$ORGANIZATION/service-accounts" '{"name":"trainer"}' | field .id)
ask "$OWNER" PUT "/v1/workspaces/$WORKSPACE/members/$ACCOUNT" '{"role":"Member"}' >/dev/null
PROGRAM=$(ask "$OWNER" POST "/v1/service-accounts/$ACCOUNT/tokens" \
  "{\"name\":\"rest\",\"expiresInSeconds\":3600,\"workspaceId\":\"$WORKSPACE\"}" | field .token)

NOTEBOOKS=/v1/workspaces/$WORKSPACE/notebooks
notebook() { # notebook REGION FLAVOR
  echo "{\"name\":\"research\",\"region\":\"$1\",\"flavor\":\"$2\",\"image\":\"jupyter-pytorch\",\"homeVolume\":{\"sizeGib\":50}}"
}

echo "A notebook in tokyo is refused: programs decide by the code, people read the detail"
REFUSAL=$(send "$PROGRAM" POST "$NOTEBOOKS" "$(notebook tokyo h200-sxm5-1)")
[ "$(field .code <<<"$REFUSAL")" = policy_denied ]
echo "  $(field .status <<<"$REFUSAL") $(field .code <<<"$REFUSAL") by the $(field .layer <<<"$REFUSAL")"
echo "  $(field .detail <<<"$REFUSAL")"

echo "A notebook in hanoi: asked for twice under one key, there is one"
IDEMPOTENCY_KEY=$(new_key)
NOTEBOOK=$(ask "$PROGRAM" POST "$NOTEBOOKS" "$(notebook hanoi h100-sxm5-1)" | field .id)
AGAIN=$(ask "$PROGRAM" POST "$NOTEBOOKS" "$(notebook hanoi h100-sxm5-1)" | field .id)
unset IDEMPOTENCY_KEY
[ "$NOTEBOOK" = "$AGAIN" ]
echo "  $NOTEBOOK"
wait_for RUNNING "/v1/notebooks/$NOTEBOOK"
echo "  $(ask "$PROGRAM" GET "/v1/notebooks/$NOTEBOOK/access" | field '.endpoints[0].address')"

echo "An hour passes, and is charged minute by minute"
ask "$OPERATOR" POST /v1/operator/clock/advance '{"seconds":3600}' >/dev/null
ask "$OWNER" GET "/v1/workspaces/$WORKSPACE/usage" |
  field '.items.map(({ kind, minutes, amount }) => `  ${minutes} minutes of ${kind}: ${amount.amount} ${amount.currency}`).join("\n")'
echo "  of the Quota, $(ask "$OWNER" GET "/v1/workspaces/$WORKSPACE/quota" | field .spentUsd) USD are spent"

echo "The notebook stops; its home volume stays"
ask "$PROGRAM" POST "/v1/notebooks/$NOTEBOOK/stop" >/dev/null
wait_for STOPPED "/v1/notebooks/$NOTEBOOK"

echo "Everything goes away"
ask "$PROGRAM" DELETE "/v1/notebooks/$NOTEBOOK" >/dev/null
wait_until_gone "/v1/notebooks/$NOTEBOOK"
ask "$OWNER" DELETE "/v1/service-accounts/$ACCOUNT" >/dev/null
ask "$OWNER" DELETE "/v1/workspaces/$WORKSPACE" >/dev/null
wait_until_gone "/v1/workspaces/$WORKSPACE"
ask "$OWNER" DELETE "/v1/policies/$POLICY" >/dev/null
echo "  the Wallet holds $(ask "$OWNER" GET "/v1/organizations/$ORGANIZATION/wallet" | field .total.amount) USD"
