import * as assert from "node:assert/strict";
import { findRefusedWords } from "../../scripts/checkWords";

describe("findRefusedWords", () => {
  for (const [text, words, replacement] of [
    ["It is mended.", "mended", "fix, or invalid"],
    ["Made Anew", "Anew", "again, recreate or replace"],
    ["pages of before", "of before", "previous"],
    ["the former one", "former", "previous"],
    ["the one before", "the one before", "the previous one"],
    ["a class comes along", "comes along", "install, or manage"],
    ["the chart has brought it", "brought", "installed, or managed"],
    ["the chart brings a class", "brings", "installs, or manages"],
    ["Whoever asks", "Whoever", "the actor: the client, the visitor, the user"],
    ["nobody's file", "nobody's", "the actor: no visitor, no process, no pod"],
    ["if somebody asks", "somebody", "the actor: you, a user, a visitor"],
    ["const patienceSeconds = 3", "patienceSeconds", "timeout"],
    ["whole or not at all", "whole or not at all", "atomic"],
    ["It did not end well", "did not end well", "failed"],
    ["it is away", "is away", "is unavailable"],
    ["which are gone", "are gone", "is deleted, or has ended"],
    ["objects of foreign kinds", "foreign kinds", "custom kinds, or whose they are"],
    ["a secret in clear", "in clear", "in plain text"],
    ["to be had", "to be had", "available"],
    ["an administrator's rights", "rights", "permissions"],
    ["no leftovers", "leftovers", "orphaned resources"],
    ["a class for many nodes", "class for many nodes", "a ReadWriteMany storage class"],
    ["as in the chapter", "the chapter", "the tutorial"],
    ["refusalOfManyNodes()", "refusalOfManyNodes", "a verb, as in probeRwx"],
    ["podsAfter", "podsAfter", "dependsOn"],
  ] as const) {
    it(`refuses "${words}" in "${text}"`, () => {
      assert.deepEqual(findRefusedWords("a.ts", text), [`a.ts:1: "${words}": write ${replacement}`]);
    });
  }

  it("accepts ordinary words that contain or resemble refused ones", () => {
    const text =
      "Look up a key. It goes to the pod. Recommended amendment. A copyrights list. The site is brought up, and brought " +
      "down. A performer. The configuration key is left out. Canewood. Far away. The chapters.";
    assert.deepEqual(findRefusedWords("a.md", text), []);
  });

  it("accepts names that are in the state of stacks", () => {
    const text =
      'a "former-users", storage-openebs-leftovers, `${this.name}-leftovers` and storage-guard; user: "nobody"';
    assert.deepEqual(findRefusedWords("a.ts", text), []);
    assert.equal(findRefusedWords("a.ts", "former-users and former users").length, 1);
  });

  it("names the line of each, in their order", () => {
    assert.deepEqual(
      findRefusedWords("a.md", "fine\nrights\n\nanew, nobody\n").map((line) => line.slice(0, 16)),
      ['a.md:2: "rights"', 'a.md:4: "anew": ', 'a.md:4: "nobody"'],
    );
  });

  it("finds words that a line break separates, in comments too", () => {
    for (const text of ["pages of\nbefore", " * pages of\n * before", "  // of\n  // before", "# of\n# before"]) {
      assert.match(findRefusedWords("a.ts", text)[0] ?? "", /^a\.ts:1: "of before": write previous$/);
    }
    assert.deepEqual(findRefusedWords("a.md", "the end of\n\nbefore"), []);
  });
});
