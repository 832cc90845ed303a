-- wrk: POST 100 bytes to PATH of HOST; prints what ./dev bench reads.
wrk.method = "POST"
wrk.path = os.getenv("BENCH_PATH")
wrk.body = string.rep("x", 100)
wrk.headers["Host"] = os.getenv("BENCH_HOST")

function done(summary, latency, requests)
  local wrong = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format('RESULT {"requests": %d, "us": %d, "wrong": %d, "p50_us": %d, "p99_us": %d}\n',
    summary.requests, summary.duration, wrong, latency:percentile(50), latency:percentile(99)))
end
