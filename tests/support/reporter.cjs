// Mocha's spec reporter, plus a last line with the same format for every tier: `12 passed, 0 failed`. With TEST_SUMMARY, also writes the
// line to that file.
const { writeFileSync } = require("node:fs");
const { reporters } = require("mocha");

module.exports = class Reporter extends reporters.Spec {
  epilogue() {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    const summary = `${passes} passed, ${failures} failed${pending ? `, ${pending} skipped` : ""}`;
    console.log(summary);
    if (process.env.TEST_SUMMARY) writeFileSync(process.env.TEST_SUMMARY, summary);
  }
};
