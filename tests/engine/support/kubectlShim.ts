import * as fs from "node:fs";
import * as http from "node:http";

// The `kubectl` of the engine tests: hands its arguments to the small cluster that the test holds, and prints the answer.
const args = process.argv.slice(2);
const readsInput = args.includes("--filename=-") || args.includes("--stdin=true");
const input = readsInput ? fs.readFileSync(0, "utf8") : "";
const request = http.request({ port: process.env.SMALL_CLUSTER_PORT, method: "POST" }, (response) => {
  response.pipe(response.statusCode === 200 ? process.stdout : process.stderr);
  process.exitCode = response.statusCode === 200 ? 0 : 1;
});
request.on("error", (error) => {
  process.stderr.write(`The test's small cluster is gone: ${error.message}\n`);
  process.exitCode = 1;
});
request.end(JSON.stringify({ args, input }));
