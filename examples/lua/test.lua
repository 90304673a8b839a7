-- Tests of the binding, with the tokens of the demo server.
local mcpico = require("mcpico")

local checks = 0
local function check(good, what)
  checks = checks + 1
  if not good then error("FAILED " .. what, 2) end
end

local function read(name)
  local file = assert(io.open(os.getenv(name), "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

-- What is declared by hand is as large as in the header; of structures, struct_size says so.
local header = assert(io.open("../../include/mcpico.h")):read("*a")
for _, object in ipairs { "key", "token", "grant", "denial" } do
  local words = header:match("#define MCPICO_" .. object:upper() .. "_WORDS (%d+)")
  check(require("ffi").sizeof("mcpico_" .. object) == tonumber(words) * 8, object .. " has another size")
end

local secret, token = read("MCPICO_SECRET_FILE"), read("MCPICO_TOKEN_FILE"):gsub("%s+$", "")
local guard = mcpico.guard { secret = secret, audience = "demo", realm = "mcp" }
local now = os.time()

local granted = guard:check("Bearer " .. token, now)
check(granted and #granted.sub > 0, "a token of the demo server is granted")
check(not granted.allows("admin"), "it has no scope admin")

local function denied(authorization, at, status, code, what, by)
  local let_in, answer = (by or guard):check(authorization, at)
  check(let_in == nil and answer.status == status and answer.code == code, what .. ": " .. (answer or {}).code)
  check(answer.challenge:find('^Bearer realm="mcp"'), what .. ": " .. answer.challenge)
  check(answer.body:find('"code":"' .. code .. '"', 1, true), what .. ": " .. answer.body)
  check(not (answer.challenge .. answer.body):find(token, 1, true), what .. ": no byte of the request")
end
denied(nil, now, 401, "missing_token", "no header")
denied("Bearer " .. token, now + 3600, 401, "expired_token", "an hour later")
denied("Bearer " .. token:sub(1, -3) .. "AA", now, 401, "invalid_signature", "another signature")
denied({ "Bearer " .. token, "Bearer " .. token }, now, 401, "repeated_header", "two headers")
denied("Bearer " .. token, now, 403, "insufficient_scope", "a scope that it lacks",
  mcpico.guard { secret = secret, audience = "demo", realm = "mcp", scope = "admin" })
denied("Bearer " .. token, now, 401, "wrong_audience", "for somebody else",
  mcpico.guard { secret = secret, audience = "other", realm = "mcp" })
denied("Bearer " .. token, now, 401, "invalid_signature", "another secret",
  mcpico.guard { secret = "another secret, as long as it should be", audience = "demo", realm = "mcp" })

check(not pcall(mcpico.guard, { secret = "short" }), "a short secret is no key")
check(mcpico.mask("eyJhbGciOiJIUzI1NiJ9") == "eyJh...NiJ9", "a token is masked")
check(mcpico.mask_header("Bearer " .. token) == token:sub(1, 4) .. "..." .. token:sub(-4), "a header is masked")
check(mcpico.mask_header("Basic dXNlcjpwYXNz") == "***" and mcpico.mask_header(nil) == "(none)", "so is another one")
check(mcpico.redact("GET / Authorization: Bearer " .. token):find(token, 1, true) == nil, "a line of a log is redacted")

-- Compiled, since garbage and reused buffers show only then.
for _ = 1, 5000 do
  check(guard:check("Bearer " .. token, now), "again and again")
  check(not guard:check("Bearer " .. token .. "A", now), "again and again")
end
print(checks .. " checks passed")
