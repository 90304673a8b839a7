-- The access phase of an OpenResty gateway: lets a request through with a good token, answers the others itself, and logs
-- the token masked. `init(options)` goes into init_by_lua, `access()` into access_by_lua.
local mcpico = require("mcpico")

local gateway = {}
local guard

function gateway.init(options)
  guard = mcpico.guard(options)
end

function gateway.access()
  -- All of them: a request with two Authorization headers is refused, not judged by one.
  local authorization = ngx.req.get_headers()["authorization"]
  local granted, denied = guard:check(authorization, ngx.time())
  local first = type(authorization) == "table" and authorization[1] or authorization
  ngx.log(ngx.NOTICE, "token ", mcpico.mask_header(first), " ", granted and "granted" or denied.code)
  if granted then
    ngx.req.set_header("X-Authenticated-Subject", granted.sub)
    return
  end
  ngx.status = denied.status
  ngx.header["WWW-Authenticate"] = denied.challenge
  ngx.header["Content-Type"] = "application/json"
  ngx.print(denied.body)
  return ngx.exit(denied.status)
end

return gateway
