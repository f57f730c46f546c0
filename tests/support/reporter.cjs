// Mocha's spec reporter, with a last line that is the same for every tier: `12 passed, 0 failed`. With TEST_SUMMARY the line goes
// into that file too.
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
