-- wrk: METHOD and PATH of HOST, with a body of so many bytes; prints what ./dev bench reads.
wrk.method = os.getenv("BENCH_METHOD")
wrk.path = os.getenv("BENCH_PATH")
wrk.body = wrk.method == "POST" and string.rep("x", tonumber(os.getenv("BENCH_BODY"))) or nil
for name, value in string.gmatch(os.getenv("BENCH_HEADERS"), "([^:\n]+): ([^\n]*)\n") do
  wrk.headers[name] = value
end
wrk.headers["Host"] = os.getenv("BENCH_HOST")

function done(summary, latency, requests)
  local wrong = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('RESULT {"requests": %d, "us": %d, "wrong": %d, "p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, wrong, latency:percentile(50), latency:percentile(99)))
end
