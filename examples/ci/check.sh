#!/usr/bin/env bash
# policy-check.yml for wherever there is a shell: judges Policy files and a Pulumi program before a merge. Ends with 0 when
# both may go in. Runs in the root of the repository after `npm ci`, and needs the Pulumi CLI on the PATH.
#
#   AIFACTORY_URL=… AIFACTORY_ORGANIZATION_ID=… AIFACTORY_TOKEN=… examples/ci/check.sh
#
# EXPECT= (empty) lets new access through; `check.sh policies` and `check.sh program` do one half.
set -euo pipefail

POLICIES=${POLICIES:-examples/ci/policies/*.yaml}
PROGRAM=${PROGRAM:-examples/quickstart}
STACK=${STACK:-dev}
PACK=${PACK:-policypacks/permission-boundary}
REPORT=${REPORT:-policies.sarif}
EXPECT=${EXPECT---expect no-new-access}

# Pulumi runs program and pack under the first node of the PATH; `npm ci` has brought the one that they need.
PATH=$PWD/node_modules/.bin:$PATH

part=${1:-both}
case $part in both | policies | program) ;; *) echo "usage: check.sh [policies|program]" >&2 && exit 2 ;; esac

# Whoever breaks both hears of both at once.
failed=0
if [ "$part" != program ]; then
  # shellcheck disable=SC2086 # options and files: several words each
  npx aifactory-policy check $EXPECT --format sarif --output "$REPORT" $POLICIES || failed=1
fi
if [ "$part" != policies ]; then
  pulumi preview --cwd "$PROGRAM" --stack "$STACK" --policy-pack "$PWD/$PACK" --non-interactive || failed=1
fi
exit "$failed"
