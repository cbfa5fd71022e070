#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# Builds everything and runs every test suite; ends with the summary of the release build's tests.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

usage() {
    cat <<END
Usage: ./test.sh [--full]

Installs the packages that the tests need if some are missing, builds the release, and runs all
suites and a short fuzz run. Ends with 0 if everything passed.

  --full   also the AddressSanitizer and ThreadSanitizer builds, soaks and long runs
  --help   this text
END
}

full=false
for argument in "$@"; do
    case $argument in
    --full) full=true ;;
    --help | -h)
        usage
        exit 0
        ;;
    *)
        echo "test.sh: unknown argument '$argument'; see --help" >&2
        exit 2
        ;;
    esac
done

# install_modules FOLDER: what its lock file names. Installed once for each version of that file.
install_modules() {
    local suite=$root/$1
    command -v node >/dev/null || "$root/.ci/install-packages" nodejs
    command -v npm >/dev/null || "$root/.ci/install-packages" npm
    cmp -s "$suite/package-lock.json" "$suite/node_modules/.installed-lock.json" && return
    (cd "$suite" && npm ci --no-audit --no-fund && cp package-lock.json node_modules/.installed-lock.json)
}

failed=()
# run_suites PRESET [CTEST ARGUMENT...]: a failure is remembered, so that the other runs still happen.
run_suites() {
    local preset=$1
    shift
    echo "== Tests: $preset"
    (cd "$root" && ctest --preset "$preset" "$@") || failed+=("$preset")
}

"$root/.ci/install-packages" "$root/.ci/packages-build.txt" "$root/.ci/packages-test.txt"
install_modules tests/interop # the released JavaScript client
install_modules tests/helm || echo "Without helm the tests of the chart are skipped."
"$root/.ci/build" release

if "$full"; then
    export NEXTCHAT_TEST_LONG=1
    for preset in asan tsan; do
        "$root/.ci/build" "$preset"
        # There is nothing to measure there, and a soak would take too long.
        run_suites "$preset" --label-exclude '^(bench|long)$'
    done
fi
if command -v clang++-16 >/dev/null; then
    "$root/.ci/build" fuzz fuzzers
    run_suites fuzz --label-regex '^fuzz$' --no-tests=ignore
else
    echo "No fuzz run: there is no clang++-16."
fi

[ ${#failed[@]} -eq 0 ] || echo "Failed before: ${failed[*]}"
if "$full"; then
    run_suites release
else
    run_suites release --label-exclude '^long$'
fi
[ ${#failed[@]} -eq 0 ]
