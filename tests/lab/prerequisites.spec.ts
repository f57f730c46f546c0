import * as assert from "node:assert/strict";
import { findings, isConflicting, type Machine } from "../../lab/cluster/prerequisites";
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

/** The findings on a machine with these deviations from a suitable one. */
const findingsWith = (bad: Partial<Machine>) => findings({ ...good, ...bad });

describe("prerequisites of the lab", () => {
  it("have no finding on a suitable machine", () => assert.deepEqual(findings(good), []));

  it("report an operating system other than Linux, and nothing else then", () => {
    assert.deepEqual(findingsWith({ platform: "darwin", isRoot: false }), [
      "this is darwin: the lab needs Linux, e.g. Debian 12 in a virtual machine",
    ]);
  });

  it("report a user other than root", () => {
    assert.deepEqual(findingsWith({ isRoot: false }), [
      "the lab needs root, for namespaces and mounts: sudo --preserve-env=PATH npm run lab -- up",
    ]);
  });

  const goRemedy = "install Go 1.26 or newer (https://go.dev/doc/install) and put its bin folder on PATH";

  it("report that Go is not on PATH, and how to install it", () => {
    const problem = `Go, which builds the lab's programs, is not on PATH: ${goRemedy}`;
    assert.equal(goProblem(undefined), problem);
    assert.deepEqual(findingsWith({ goProblem: problem }), [problem]);
  });

  it("report a Go that is too old, and accept one that is new enough", () => {
    for (const version of ["go1.25.9", "go1.4", "devel"]) {
      assert.equal(goProblem(version), `Go on PATH is ${version}, but the lab's programs need 1.26: ${goRemedy}`);
    }
    for (const version of ["go1.26", "go1.26.3", "go1.100.0", "go2.0"]) assert.equal(goProblem(version), undefined);
  });

  it("report a missing package only if apt-get is missing, too", () => {
    assert.deepEqual(findingsWith({ missingPackages: ["runc"] }), []);
    assert.deepEqual(findingsWith({ missingPackages: ["runc", "socat"], hasAptGet: false }), [
      "apt-get is missing, so the lab cannot install runc, socat: install them yourself, or use Debian or Ubuntu",
    ]);
  });

  it("report too little disk space, adding up the needs on one file system", () => {
    const need = (path: string, device: number) => ({ ...good.space[0]!, path, device, freeBytes: 3e9 });
    assert.deepEqual(findingsWith({ space: [need("/a", 1), need("/b", 2)] }), []);
    assert.deepEqual(findingsWith({ space: [need("/a", 1), need("/b", 1)] }), [
      "not enough disk space: 3.0 GB free, but the lab needs 2.0 GB in /a for the running lab and 2.0 GB in /b for the running lab: free some space",
    ]);
  });

  for (const [port, what] of [
    [30007, "the site's"],
    [6443, "the API server's"],
  ] as const) {
    it(`report that another process uses ${what} port`, () => {
      const listener = { address: "*", port, inode: "1" };
      assert.ok(isConflicting(listener));
      assert.deepEqual(findingsWith({ listeners: [{ ...listener, pid: 4711, command: "nginx: master" }] }), [
        `port ${port} is in use by PID 4711 (nginx: master): end it, e.g. kill 4711`,
      ]);
      assert.deepEqual(findingsWith({ listeners: [{ ...listener, address: "127.0.0.1" }] }), [
        `port ${port} of 127.0.0.1 is in use; only root can see by which process: sudo ss --listening --tcp --processes`,
      ]);
    });
  }

  it("ignore ports that the lab does not use, and those of other addresses", () => {
    assert.ok(!isConflicting({ address: "*", port: 8080, inode: "1" }));
    assert.ok(!isConflicting({ address: "192.0.2.2", port: 6443, inode: "1" }));
    assert.ok(isConflicting({ address: "127.0.0.1", port: 6443, inode: "1" }));
  });

  it("report a network of the machine with the lab's addresses, unless it is the lab's", () => {
    assert.deepEqual(findingsWith({ addresses: [{ name: "wordpress-lab", address: "10.86.0.1" }] }), []);
    const remedy = "is in 10.86.0.0/16 or 10.87.0.0/16, which the lab uses: disable that network while the lab runs";
    const addresses = [
      { name: "tun0", address: "10.86.4.1" },
      { name: "tun1", address: "10.87.4.1" },
    ];
    assert.deepEqual(findingsWith({ addresses }), [`10.86.4.1 on tun0 ${remedy}`, `10.87.4.1 on tun1 ${remedy}`]);
  });

  it("report another running lab command", () => {
    assert.deepEqual(findingsWith({ lockProblem: "another lab command is running" }), [
      "another lab command is running",
    ]);
  });

  it("report each missing kernel feature, with its remedy", () => {
    assert.deepEqual(
      findingsWith({ missingControllers: ["cpuset", "pids"], hasOverlay: false, lockedSettings: ["/proc/sys/a"] }),
      [
        "control groups lack cpuset, pids: enable them at boot; a container must be privileged and share the host's control groups",
        "the kernel has no overlay file system: run modprobe overlay",
        "/proc/sys/a is missing or not writable: run modprobe br_netfilter; a container must be privileged",
      ],
    );
  });

  it("report all problems of a machine at once", () => {
    assert.equal(findingsWith({ isRoot: false, goProblem: "no Go", hasOverlay: false, lockProblem: "busy" }).length, 4);
  });
});
