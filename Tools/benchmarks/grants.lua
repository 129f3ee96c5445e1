-- wrk script: the grants that nobody outside is asked about, and introspection. Settings come from the environment:
-- BASIC  the asker's credential for HTTP Basic
-- MODE   client_credentials, refresh or introspect
-- TOKENS a file with a token a line: what is refreshed or introspected, in turn
-- KEEP   a file that gets the first thousand access tokens of the answers
-- Prints: RESULT requests duration_us answers_over_399 socket_errors p50_us p99_us max_us
local mode, tokens, next_token, keep, kept = os.getenv("MODE"), {}, 0, nil, 0

local fields = {
  ["Authorization"] = "Basic " .. os.getenv("BASIC"),
  ["Content-Type"] = "application/x-www-form-urlencoded",
}

function init(args)
  if os.getenv("TOKENS") then
    for line in io.lines(os.getenv("TOKENS")) do tokens[#tokens + 1] = line end
  end
  if os.getenv("KEEP") then keep = io.open(os.getenv("KEEP"), "w") end
  if mode == "introspect" then
    for i = 1, #tokens do tokens[i] = wrk.format("POST", wrk.path, fields, "token=" .. tokens[i]) end
  elseif mode == "client_credentials" then
    tokens[1] = wrk.format("POST", wrk.path, fields, "grant_type=client_credentials&scope=api")
  end
end

function request()
  if mode == "refresh" then
    -- Each answer brings the next token; there are more of them than connections.
    local token = table.remove(tokens, 1)
    return wrk.format("POST", wrk.path, fields, "grant_type=refresh_token&refresh_token=" .. token)
  end
  next_token = next_token % #tokens + 1
  return tokens[next_token]
end

if mode == "refresh" or os.getenv("KEEP") then
  function response(status, headers, body)
    if mode == "refresh" then
      local token = body:match('"refresh_token":"([^"]*)"')
      if token then tokens[#tokens + 1] = token end
    elseif kept < 1000 then
      local token = body:match('"access_token":"([^"]*)"')
      if token then
        kept = kept + 1
        keep:write(token, "\n")
        if kept == 1000 then keep:close() end
      end
    end
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT\t%d\t%d\t%d\t%d\t%d\t%d\t%d\n", summary.requests, summary.duration,
    errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99), latency.max))
end
