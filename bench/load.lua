-- wrk's requests: random paths from those after `--`, with the cookies of BENCH_COOKIES. Prints one line of JSON at the end.
local paths = {}

function init(args)
  math.randomseed(os.time())
  for _, path in ipairs(args) do paths[#paths + 1] = path end
  wrk.headers["Accept-Encoding"] = "gzip"
  local cookies = os.getenv("BENCH_COOKIES")
  if cookies then wrk.headers["Cookie"] = cookies end
end

function request()
  return wrk.format("GET", paths[math.random(#paths)])
end

function done(summary, latency)
  local errors = summary.errors
  print(string.format(
    '{"requests":%d,"microseconds":%d,"p99":%d,"failed":%d,"cut":%d}',
    summary.requests, summary.duration, latency:percentile(99),
    errors.connect + errors.status + errors.timeout, errors.read + errors.write
  ))
end
