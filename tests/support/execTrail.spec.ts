import * as assert from "node:assert/strict";
import { commandLinesOf } from "./execTrail";

describe("command lines in the kernel's audit records", () => {
  it("are read from quoted and from hexadecimal arguments", () => {
    const log = [
      'type=SYSCALL msg=audit(1.1:7): arch=c000003e comm="sh"',
      'type=EXECVE msg=audit(1.1:7): argc=3 a0="sh" a1="-c" a2=6563686F20227822',
      'type=EXECVE msg=audit(1.2:8): argc=1 a0="true"',
    ].join("\n");
    assert.deepEqual(commandLinesOf(log), ['sh -c echo "x"', "true"]);
  });

  it("are joined from the parts and records of a long argument", () => {
    const log = [
      'type=EXECVE msg=audit(1.1:7): argc=3 a0="sh" a1_len=6 a1[0]="abc"',
      'type=EXECVE msg=audit(1.1:7): a1[1]="def"',
      'type=EXECVE msg=audit(1.1:7): a2="g"',
    ].join("\n");
    assert.deepEqual(commandLinesOf(log), ["sh abcdef g"]);
  });
});
