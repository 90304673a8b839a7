-- libmcpico by LuaJIT's FFI: what a gateway needs. Verify an Authorization header, authorize, mask for the log.
--
-- The library is the one that MCPICO_LIBRARY names, or else the one that the system finds. In nginx the variable has to be
-- let through: `env MCPICO_LIBRARY;`.
local ffi = require("ffi")

ffi.cdef [[
typedef struct { const char *data; size_t len; } mcpico_str;
typedef struct { uint64_t opaque[24]; } mcpico_key;
typedef struct { mcpico_str kid; const mcpico_key *key; } mcpico_named_key;
typedef struct {
  uint32_t struct_size, flags, leeway, max_lifetime; size_t max_token_len; mcpico_str typ, issuer, subject;
  const mcpico_str *audiences; size_t audience_count; const mcpico_str *required; size_t required_count;
  const mcpico_str *allowed; size_t allowed_count;
} mcpico_policy;
typedef struct {
  uint32_t struct_size, reserved; const mcpico_named_key *keys; size_t key_count; const mcpico_policy *policy;
  mcpico_str scope, realm, resource_metadata;
} mcpico_guard;
typedef struct { uint64_t opaque[32]; } mcpico_token;
typedef struct { uint64_t opaque[36]; } mcpico_grant;
typedef struct { uint64_t opaque[18]; } mcpico_denial;

const char *mcpico_strerror(int32_t status);
int32_t mcpico_abi_check(uint32_t version_number, const size_t *sizes, size_t size_count);
int32_t mcpico_key_init(mcpico_key *key, const char *secret, size_t secret_len);
int32_t mcpico_key_wipe(mcpico_key *key);
int32_t mcpico_bearer_parse(const char *value, size_t value_len, mcpico_str *token);
int32_t mcpico_mask(const char *token, size_t token_len, char *buf, size_t cap, size_t *out_len);
int32_t mcpico_redact(const mcpico_str *secrets, size_t secret_count, const char *text, size_t text_len, char *buf,
                      size_t cap, size_t *out_len);
int32_t mcpico_guard_check(const mcpico_guard *guard, const mcpico_str *authorization, size_t authorization_count,
                           int64_t now, char *scratch, size_t scratch_len, mcpico_grant *grant, mcpico_denial *denial);
int32_t mcpico_grant_token(const mcpico_grant *grant, mcpico_token *token);
int32_t mcpico_grant_allows(const mcpico_grant *grant, const char *scope, size_t scope_len, int32_t *allowed);
int32_t mcpico_claim_string(const mcpico_token *token, const char *name, size_t name_len, char *buf, size_t cap,
                            size_t *out_len);
int32_t mcpico_denial_status(const mcpico_denial *denial, uint32_t *http_status);
int32_t mcpico_denial_code(const mcpico_denial *denial, mcpico_str *code);
int32_t mcpico_denial_challenge(const mcpico_denial *denial, char *buf, size_t cap, size_t *out_len);
int32_t mcpico_denial_body(const mcpico_denial *denial, char *buf, size_t cap, size_t *out_len);
]]

local lib = ffi.load(os.getenv("MCPICO_LIBRARY") or "mcpico")
local VERSION = 0x000100
local NOT_FOUND, DENIED, BUFFER_TOO_SMALL = -13, -70, -9
local MAX_TOKEN = 8192

local function check(status, what)
  if status ~= 0 then
    error("mcpico: " .. what .. ": " .. ffi.string(lib.mcpico_strerror(status)), 3)
  end
end
check(lib.mcpico_abi_check(VERSION, nil, 0), "the library")

-- Buffers that are used again for every request: nothing is allocated but the strings that come out.
local scratch = ffi.new("char[?]", MAX_TOKEN)
local out = ffi.new("char[?]", 4096)
local out_len = ffi.new("size_t[1]")
local grant = ffi.new("mcpico_grant")
local denial = ffi.new("mcpico_denial")
local token = ffi.new("mcpico_token")
local number = ffi.new("int32_t[1]")
local status_number = ffi.new("uint32_t[1]")
local str = ffi.new("mcpico_str")
local no_headers = ffi.new("mcpico_str[1]")

-- What a function writes into the buffer, or nil for what is not there.
local function written(what, call, ...)
  local arguments, count = { ... }, select("#", ...)
  arguments[count + 1], arguments[count + 2], arguments[count + 3] = out, 4096, out_len
  local status = call(unpack(arguments, 1, count + 3))
  if status == NOT_FOUND then return nil end
  check(status, what)
  return ffi.string(out, out_len[0])
end

local mcpico = {}

-- A token as it may be logged.
function mcpico.mask(text)
  return written("mask", lib.mcpico_mask, text, #text)
end

-- The token of an Authorization header as it may be logged; whatever is no token does not come out.
function mcpico.mask_header(value)
  if not value then return "(none)" end
  if lib.mcpico_bearer_parse(value, #value, str) ~= 0 then return "***" end
  return written("mask", lib.mcpico_mask, str.data, str.len)
end

-- A text without what looks like a credential; nil when it is longer than 4096 bytes.
function mcpico.redact(text)
  local status = lib.mcpico_redact(nil, 0, text, #text, out, 4096, out_len)
  if status == BUFFER_TOO_SMALL then return nil end
  check(status, "redact")
  return ffi.string(out, out_len[0])
end

local Guard = {}
Guard.__index = Guard

-- What guards a resource: { secret = , issuer = , audience = , scope = , realm = , leeway = }. Made once, kept for all
-- requests; the secret is not kept.
function mcpico.guard(options)
  -- Every text that the C structures point to is kept alive by this table.
  local self = { kept = {} }
  local function text(value)
    if not value then return ffi.new("mcpico_str") end
    table.insert(self.kept, value)
    return ffi.new("mcpico_str", value, #value)
  end
  self.key = ffi.gc(ffi.new("mcpico_key"), lib.mcpico_key_wipe)
  check(lib.mcpico_key_init(self.key, options.secret, #options.secret), "the secret")
  self.keys = ffi.new("mcpico_named_key[1]")
  self.keys[0].key = self.key
  self.policy = ffi.new("mcpico_policy")
  self.policy.struct_size = ffi.sizeof("mcpico_policy")
  self.policy.leeway = options.leeway or 0
  self.policy.issuer = text(options.issuer)
  if options.audience then
    self.audiences = ffi.new("mcpico_str[1]", { text(options.audience) })
    self.policy.audiences, self.policy.audience_count = self.audiences, 1
  end
  self.raw = ffi.new("mcpico_guard")
  self.raw.struct_size = ffi.sizeof("mcpico_guard")
  self.raw.keys, self.raw.key_count, self.raw.policy = self.keys, 1, self.policy
  self.raw.scope, self.raw.realm = text(options.scope), text(options.realm)
  return setmetatable(self, Guard)
end

-- Judges a request by its Authorization headers (nil, a string, or a table of strings) and the time in seconds. Gives
-- { sub = , allows = function(scope) } , or nil and { status = , challenge = , body = , code = }. `allows` is for this
-- request, before the next one is judged.
function Guard:check(authorization, now)
  local values = type(authorization) == "table" and authorization or { authorization }
  local headers = no_headers
  if #values > 0 then
    headers = ffi.new("mcpico_str[?]", #values)
    for index, value in ipairs(values) do
      headers[index - 1].data, headers[index - 1].len = value, #value
    end
  end
  local status = lib.mcpico_guard_check(self.raw, headers, #values, now, scratch, MAX_TOKEN, grant, denial)
  if status == DENIED then
    check(lib.mcpico_denial_status(denial, status_number), "status")
    check(lib.mcpico_denial_code(denial, str), "code")
    return nil, {
      status = status_number[0],
      code = ffi.string(str.data, str.len),
      challenge = written("challenge", lib.mcpico_denial_challenge, denial),
      body = written("body", lib.mcpico_denial_body, denial),
    }
  end
  check(status, "the guard")
  check(lib.mcpico_grant_token(grant, token), "token")
  return {
    sub = written("sub", lib.mcpico_claim_string, token, "sub", 3),
    allows = function(scope)
      check(lib.mcpico_grant_allows(grant, scope, #scope, number), "scope")
      return number[0] == 1
    end,
  }
end

return mcpico
