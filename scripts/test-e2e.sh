#!/usr/bin/env bash
# The specs on the lab's cluster, two at a time. Those that take longest begin first, so that none of them is alone at the end.
# Arguments are options of Mocha.
set -euo pipefail
cd "$(dirname "$0")/.."

longest='interrupted|objectCache|openEbs|pageCache|pageCacheLoad|sharedContent'

mocha --parallel --jobs 2 "$@" "tests/e2e/@($longest).spec.ts" "tests/e2e/!($longest).spec.ts"
