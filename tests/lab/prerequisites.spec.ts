import * as assert from "node:assert/strict";
import { findings, isInTheWay, type Machine } from "../../lab/cluster/prerequisites";
import { goProblem } from "../../lab/support/goPrograms";

const good: Machine = {
  platform: "linux",
  isRoot: true,
  goProblem: undefined,
  missingPackages: [],
  hasAptGet: true,
  space: [{ path: "/var/lib/lab", purpose: "the running lab", neededBytes: 2e9, freeBytes: 2e9, device: 1 }],
  listeners: [],
  addresses: [{ name: "eth0", address: "192.0.2.2" }],
  lockProblem: undefined,
  missingControllers: [],
  hasOverlay: true,
  lockedSettings: [],
};

/** What is found on a machine that is good but for this. */
const findingsWith = (bad: Partial<Machine>) => findings({ ...good, ...bad });

describe("what keeps the lab from running", () => {
  it("is nothing on a good machine", () => assert.deepEqual(findings(good), []));

  it("is another system than Linux, and then nothing else is said", () => {
    assert.deepEqual(findingsWith({ platform: "darwin", isRoot: false }), [
      "this is darwin: the lab needs Linux, e.g. Debian 12 in a virtual machine",
    ]);
  });

  it("is not being root", () => {
    assert.deepEqual(findingsWith({ isRoot: false }), [
      "the lab needs root, for namespaces and mounts: sudo --preserve-env=PATH npm run lab -- up",
    ]);
  });

  const goRemedy = "install Go 1.26 or newer (https://go.dev/doc/install) and put its bin folder on PATH";

  it("is no Go on PATH, with the way to install it", () => {
    const problem = `there is no Go on PATH, which builds the lab's programs: ${goRemedy}`;
    assert.equal(goProblem(undefined), problem);
    assert.deepEqual(findingsWith({ goProblem: problem }), [problem]);
  });

  it("is a Go that is too old, and none that is new enough", () => {
    for (const version of ["go1.25.9", "go1.4", "devel"]) {
      assert.equal(goProblem(version), `the Go on PATH is ${version}, and the lab's programs need 1.26: ${goRemedy}`);
    }
    for (const version of ["go1.26", "go1.26.3", "go1.100.0", "go2.0"]) assert.equal(goProblem(version), undefined);
  });

  it("is a package that is missing where no apt-get can install it", () => {
    assert.deepEqual(findingsWith({ missingPackages: ["runc"] }), []);
    assert.deepEqual(findingsWith({ missingPackages: ["runc", "socat"], hasAptGet: false }), [
      "there is no apt-get to install runc, socat with: install them yourself, or take Debian or Ubuntu",
    ]);
  });

  it("is too little space: needs on one file system add up, those on two do not", () => {
    const need = (path: string, device: number) => ({ ...good.space[0]!, path, device, freeBytes: 3e9 });
    assert.deepEqual(findingsWith({ space: [need("/a", 1), need("/b", 2)] }), []);
    assert.deepEqual(findingsWith({ space: [need("/a", 1), need("/b", 1)] }), [
      "there is too little space: 3.0 GB free, needed are 2.0 GB in /a for the running lab and 2.0 GB in /b for the running lab: make room",
    ]);
  });

  for (const [port, what] of [
    [30007, "the site's"],
    [6443, "the API server's"],
  ] as const) {
    it(`is ${what} port, taken by another process`, () => {
      const listener = { address: "*", port, inode: "1" };
      assert.ok(isInTheWay(listener));
      assert.deepEqual(findingsWith({ listeners: [{ ...listener, pid: 4711, command: "nginx: master" }] }), [
        `port ${port} is taken by PID 4711 (nginx: master): end it, e.g. with kill 4711`,
      ]);
      assert.deepEqual(findingsWith({ listeners: [{ ...listener, address: "127.0.0.1" }] }), [
        `port ${port} of 127.0.0.1 is taken, by whom only root can see: sudo ss --listening --tcp --processes`,
      ]);
    });
  }

  it("is no port that the lab does not use, nor one of another address", () => {
    assert.ok(!isInTheWay({ address: "*", port: 8080, inode: "1" }));
    assert.ok(!isInTheWay({ address: "192.0.2.2", port: 6443, inode: "1" }));
    assert.ok(isInTheWay({ address: "127.0.0.1", port: 6443, inode: "1" }));
  });

  it("is a network of the machine's with the lab's addresses, unless it is the lab's own", () => {
    assert.deepEqual(findingsWith({ addresses: [{ name: "wordpress-lab", address: "10.86.0.1" }] }), []);
    const remedy = "is in 10.86.0.0/16 or 10.87.0.0/16, which the lab uses: take that network down while the lab runs";
    const addresses = [
      { name: "tun0", address: "10.86.4.1" },
      { name: "tun1", address: "10.87.4.1" },
    ];
    assert.deepEqual(findingsWith({ addresses }), [`10.86.4.1 on tun0 ${remedy}`, `10.87.4.1 on tun1 ${remedy}`]);
  });

  it("is another command of the lab", () => {
    assert.deepEqual(findingsWith({ lockProblem: "another command of the lab runs" }), [
      "another command of the lab runs",
    ]);
  });

  it("is a kernel that lacks something, each with its remedy", () => {
    assert.deepEqual(
      findingsWith({ missingControllers: ["cpuset", "pids"], hasOverlay: false, lockedSettings: ["/proc/sys/a"] }),
      [
        "control groups lack cpuset, pids: boot with them on, or, in a container, start that one privileged and with the host's control groups",
        "the kernel has no overlay file system: modprobe overlay",
        "/proc/sys/a is missing or cannot be written: modprobe br_netfilter, or, in a container, start that one privileged",
      ],
    );
  });

  it("is four problems at once where a machine has four", () => {
    assert.equal(findingsWith({ isRoot: false, goProblem: "no Go", hasOverlay: false, lockProblem: "busy" }).length, 4);
  });
});
