-- wrk script: password grants of a thousand users, one after the other. BASIC is the app's HTTP Basic credential.
-- The requests are those with which the peers are measured.
-- Prints: RESULT requests duration_us answers_over_399 socket_errors p50_us p99_us max_us
local requests, next_request = {}, 0

function init(args)
  local fields = {
    ["Authorization"] = "Basic " .. os.getenv("BASIC"),
    ["Content-Type"] = "application/x-www-form-urlencoded",
  }
  for i = 1, 1000 do
    local body = "grant_type=password&username=user" .. i .. "&password=pw" .. i .. "&scope=api"
    requests[i] = wrk.format("POST", wrk.path, fields, body)
  end
end

function request()
  next_request = next_request % #requests + 1
  return requests[next_request]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", summary.requests, summary.duration,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
