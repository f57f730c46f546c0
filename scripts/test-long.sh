#!/usr/bin/env bash
# The tests that take hours: those of the lab again and again, at random moments, then long ones of their own (docs/development/testing.md).
set -euo pipefail
cd "$(dirname "$0")/.."

npm run pretest:e2e
for _ in {1..10}; do
  mocha tests/e2e/sharedContent.spec.ts --grep 'is deployed|byte for byte'
done
for _ in {1..5}; do
  npm run test:e2e
  FAULT_SEED=$(date +%s) npm run test:faults
  TEST_AGAIN=1 npm run test:lab
done
for tier in images plugins engine kubernetes-plugin; do
  TEST_AGAIN=1 npm run "test:$tier"
done
# test:lab has removed the lab.
npm run pretest:e2e
mocha 'tests/long/**/*.spec.ts' 'tests/mutation/*.spec.ts'
npm run bench -- --smoke
npm run bench:growth -- --smoke
