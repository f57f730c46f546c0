#!/bin/sh
# The `kubectl` of the engine tests: hands KUBECONFIG and its arguments to the small cluster that the test holds, and prints the
# answer. No program starts faster, and there are about ten calls to each `up`.
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
