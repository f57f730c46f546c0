#!/bin/sh
# The `kubectl` of the engine tests: passes KUBECONFIG and its arguments to the small cluster of the test, and prints the
# answer. It is a shell script because that starts fastest, and each `up` makes about ten calls.
answer=$(
  {
    printf '%s\0' "${KUBECONFIG-}" "$#" "$@"
    case " $* " in *" --filename=- "* | *" --stdin=true "*) cat ;; esac
  } | curl --silent --show-error --fail-with-body --data-binary @- "http://127.0.0.1:$SMALL_CLUSTER_PORT"
) || {
  printf '%s\n' "$answer" >&2
  exit 1
}
printf '%s\n' "$answer"
