-- Check-outs of customers at random, one in BUYS of them an order; adds up what each answer says of its scoring.

local threads = {}
function setup(thread) table.insert(threads, thread) end

function init(arguments)
  path = arguments[1]
  buys = tonumber(arguments[2] or "0")
  math.randomseed(1)
  scoring, serving, answers, scored = 0, 0, 0, {}
end

function request()
  local line = function()
    return string.format("%d:%.2f:%d", math.random(0, 499), math.random(500, 9000) / 100, math.random(0, 9))
  end
  local basket = line() .. "," .. line() .. "," .. line()
  local buy = buys > 0 and math.random(buys) == 1 and "&buy=1" or ""
  return wrk.format("GET", path .. "?customer=" .. math.random(0, 4999) .. "&basket=" .. basket .. buy)
end

function response(status, headers)
  local took = tonumber(headers["X-Scoring"] or "0")
  answers = answers + 1
  scored[answers] = took
  scoring = scoring + took
  serving = serving + tonumber(headers["X-Request"] or "0")
end

function done(summary, latency)
  -- wrk is run with one thread.
  local scored, served = threads[1]:get("scoring"), threads[1]:get("serving")
  local each, number = threads[1]:get("scored"), threads[1]:get("answers")
  table.sort(each)
  local refused = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.timeout
  io.write(string.format(
    "%.0f requests/s, p50 %.1f ms, p99 %.1f ms; scoring %d us a request in the median, %.0f in the mean, "
      .. "%.0f %% of it; %d refused\n",
    summary.requests / summary.duration * 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    each[math.ceil(number / 2)] or 0, scored / number, 100 * scored / served, refused))
end
