// The client: who we are, what we speak, and what has been agreed with one server.

#ifndef MCPICO_CLIENT_HPP
#define MCPICO_CLIENT_HPP

#include "exchange.hpp"

namespace mcpico {

enum class revision : std::uint32_t {
  /// The client speaks all that there are.
  any = 0,
  v2024_11_05 = MCPICO_REVISION_2024_11_05,
  v2025_03_26 = MCPICO_REVISION_2025_03_26,
  v2025_06_18 = MCPICO_REVISION_2025_06_18,
  v2025_11_25 = MCPICO_REVISION_2025_11_25,
  v2026_07_28 = MCPICO_REVISION_2026_07_28,
};

enum class method : std::uint32_t {
  list_tools = MCPICO_METHOD_LIST_TOOLS,
  call_tool = MCPICO_METHOD_CALL_TOOL,
  list_resources = MCPICO_METHOD_LIST_RESOURCES,
  list_resource_templates = MCPICO_METHOD_LIST_RESOURCE_TEMPLATES,
  read_resource = MCPICO_METHOD_READ_RESOURCE,
  list_prompts = MCPICO_METHOD_LIST_PROMPTS,
  get_prompt = MCPICO_METHOD_GET_PROMPT,
  complete_prompt = MCPICO_METHOD_COMPLETE_PROMPT,
  complete_resource = MCPICO_METHOD_COMPLETE_RESOURCE,
  discover = MCPICO_METHOD_DISCOVER,
  ping = MCPICO_METHOD_PING,
  other = MCPICO_METHOD_OTHER,
  subscribe = MCPICO_METHOD_SUBSCRIBE,
  subscribe_resource = MCPICO_METHOD_SUBSCRIBE_RESOURCE,
  unsubscribe_resource = MCPICO_METHOD_UNSUBSCRIBE_RESOURCE,
  set_log_level = MCPICO_METHOD_SET_LOG_LEVEL,
  get_task = MCPICO_METHOD_GET_TASK,
  update_task = MCPICO_METHOD_UPDATE_TASK,
  cancel_task = MCPICO_METHOD_CANCEL_TASK,
};

enum class log_level : std::uint32_t {
  none = 0,
  debug = MCPICO_LOG_DEBUG,
  info = MCPICO_LOG_INFO,
  notice = MCPICO_LOG_NOTICE,
  warning = MCPICO_LOG_WARNING,
  error = MCPICO_LOG_ERROR,
  critical = MCPICO_LOG_CRITICAL,
  alert = MCPICO_LOG_ALERT,
  emergency = MCPICO_LOG_EMERGENCY,
};

/// A request. What the method does not use has to be none; see mcpico_call.
struct call {
  mcpico::method method{};
  /// Name of the tool or prompt, URI of the resource, id of the task.
  std::string_view name{};
  /// A JSON object.
  std::string_view arguments{};
  /// The token to send, without a scheme.
  std::string_view bearer{};
  /// The `inputSchema` of the tool.
  std::string_view input_schema{};
  /// Where the page before ended.
  std::string_view cursor{};
  /// The argument to be completed, and what has been typed of it; `arguments` has the values of others.
  std::string_view argument{};
  std::string_view value{};
  /// What the header `Mcp-Name` says for method::other.
  std::string_view mcp_name{};
  /// An answer under each key, and the state of the event that asked.
  std::string_view input_responses{};
  std::string_view input_state{};
  /// W3C Trace Context and baggage.
  std::string_view trace_parent{};
  std::string_view trace_state{};
  std::string_view baggage{};
  /// Asks for notifications of progress.
  bool progress = false;
  mcpico::log_level log_level = mcpico::log_level::none;
  /// For method::subscribe: MCPICO_SUBSCRIBE_* added together, URIs of resources and ids of tasks.
  std::uint32_t subscribe = 0;
  texts resource_uris{};
  texts task_ids{};

  /// It borrows the call.
  mcpico_call raw() const noexcept {
    auto raw = detail::sized<mcpico_call>();
    raw.method = static_cast<std::uint32_t>(method);
    raw.flags = progress ? MCPICO_CALL_PROGRESS : 0;
    raw.log_level = static_cast<std::uint32_t>(log_level);
    raw.name = text(name);
    raw.arguments = text(arguments);
    raw.input_schema = text(input_schema);
    raw.cursor = text(cursor);
    raw.argument = text(argument);
    raw.value = text(value);
    raw.mcp_name = text(mcp_name);
    raw.bearer = text(bearer);
    raw.input_responses = text(input_responses);
    raw.input_state = text(input_state);
    raw.trace_parent = text(trace_parent);
    raw.trace_state = text(trace_state);
    raw.baggage = text(baggage);
    raw.subscribe = subscribe;
    raw.resource_uris = resource_uris.data();
    raw.resource_uri_count = resource_uris.size();
    raw.task_ids = task_ids.data();
    raw.task_id_count = task_ids.size();
    return raw;
  }
};

/// `tools/list`; `cursor` is where the page before ended.
inline call list_tools(std::string_view bearer = {}, std::string_view cursor = {}) noexcept {
  call made;
  made.method = method::list_tools;
  made.bearer = bearer;
  made.cursor = cursor;
  return made;
}

/// `tools/call`; `arguments` is a JSON object.
inline call call_tool(std::string_view name, std::string_view arguments = {}, std::string_view bearer = {}) noexcept {
  call made;
  made.method = method::call_tool;
  made.name = name;
  made.arguments = arguments;
  made.bearer = bearer;
  return made;
}

/// `resources/read`.
inline call read_resource(std::string_view uri, std::string_view bearer = {}) noexcept {
  call made;
  made.method = method::read_resource;
  made.name = uri;
  made.bearer = bearer;
  return made;
}

/// `subscriptions/listen`; `subscribe` is MCPICO_SUBSCRIBE_* added together.
inline call subscribe(std::uint32_t subscribe, std::string_view bearer = {}) noexcept {
  call made;
  made.method = method::subscribe;
  made.subscribe = subscribe;
  made.bearer = bearer;
  return made;
}

/// What goes out and the exchange that takes the answer. It borrows the buffer.
struct outgoing {
  mcpico::post post;
  mcpico::exchange exchange;
};

namespace detail {

/// What a function of C writes as a message.
template <class F>
result<outgoing> message(buffer out, F&& call) noexcept {
  std::size_t len = 0;
  mcpico_post post{};
  mcpico_exchange exchange{};
  const std::int32_t code = call(out.data(), out.size(), &len, &post, &exchange);
  if (code == MCPICO_ERROR_BUFFER_TOO_SMALL) return error(code, len);
  if (code != MCPICO_OK) return error(code);
  return outgoing{mcpico::post(post), mcpico::exchange(exchange)};
}

}  // namespace detail

/// Who the client is and what it speaks. Name and version are borrowed as long as the client is used.
struct client_options {
  std::string_view name{};
  std::string_view version{};
  revision oldest = revision::any;
  revision newest = revision::any;
  /// MCPICO_CAPABILITY_* added together.
  std::uint32_t capabilities = 0;
};

/// A client of one server. `bearer` is the token to send; none sends none. `out` takes headers and body of a message.
class client {
 public:
  /// Errors: OPTION.
  static result<client> make(const client_options& options) noexcept {
    auto raw = detail::sized<mcpico_client_options>();
    raw.capabilities = options.capabilities;
    raw.oldest = static_cast<std::uint32_t>(options.oldest);
    raw.newest = static_cast<std::uint32_t>(options.newest);
    raw.name = text(options.name);
    raw.version = text(options.version);
    client made;
    const std::int32_t code = mcpico_client_init(&made.raw_, &raw);
    if (code != MCPICO_OK) return error(code);
    return made;
  }

  client(const client&) = delete;
  client& operator=(const client&) = delete;
  client(client&& other) noexcept : raw_(other.raw_) { other.raw_ = {}; }
  client& operator=(client&& other) noexcept {
    const mcpico_client taken = other.raw_;
    other.raw_ = {};
    raw_ = taken;
    return *this;
  }
  ~client() = default;

  /// The next message of the handshake. Errors: NOTHING_TO_SEND when the client is ready, NEGOTIATION, BEARER,
  /// BUFFER_TOO_SMALL.
  result<outgoing> connect(std::string_view bearer, buffer out) noexcept {
    return detail::message(out, [&](auto... to) { return mcpico_client_connect(&raw_, bearer.data(), bearer.size(), to...); });
  }
  /// Errors: those of mcpico_client_request.
  result<outgoing> request(const call& call, buffer out) noexcept {
    const auto raw_call = call.raw();
    return detail::message(out, [&](auto... to) { return mcpico_client_request(&raw_, &raw_call, to...); });
  }
  /// A stream of what the server says unasked, up to 2025-11-25. Errors: NOT_READY, BEARER, BUFFER_TOO_SMALL.
  result<outgoing> listen(std::string_view bearer, buffer out) const noexcept {
    return detail::message(out, [&](auto... to) { return mcpico_client_listen(&raw_, bearer.data(), bearer.size(), to...); });
  }
  /// Resumes an event stream that ended before the response. Errors: NOTHING_TO_SEND, NOT_READY, BEARER,
  /// BUFFER_TOO_SMALL.
  result<outgoing> resume(const exchange& interrupted, std::string_view bearer, buffer out) const noexcept {
    return detail::message(out, [&](auto... to) {
      return mcpico_client_resume(&raw_, interrupted.raw(), bearer.data(), bearer.size(), to...);
    });
  }
  /// Answers a request of the server with a JSON document, up to 2025-11-25. Errors: those of mcpico_client_answer.
  result<outgoing> answer(const event& request, std::string_view result_json, std::string_view bearer,
                          buffer out) noexcept {
    return detail::message(out, [&](auto... to) {
      return mcpico_client_answer(&raw_, request.raw(), result_json.data(), result_json.size(), 0, nullptr, 0,
                                  bearer.data(), bearer.size(), to...);
    });
  }
  /// Answers a request of the server with an error of JSON-RPC. Errors: those of mcpico_client_answer.
  result<outgoing> refuse(const event& request, std::int64_t code, std::string_view message, std::string_view bearer,
                          buffer out) noexcept {
    return detail::message(out, [&](auto... to) {
      return mcpico_client_answer(&raw_, request.raw(), nullptr, 0, code, message.data(), message.size(),
                                  bearer.data(), bearer.size(), to...);
    });
  }
  /// Says that an answer is not wanted any more, up to 2025-11-25. Errors: NOTHING_TO_SEND, BEARER, BUFFER_TOO_SMALL.
  result<outgoing> cancel(const exchange& cancelled, std::string_view reason, std::string_view bearer,
                          buffer out) noexcept {
    return detail::message(out, [&](auto... to) {
      return mcpico_client_cancel(&raw_, cancelled.raw(), reason.data(), reason.size(), bearer.data(), bearer.size(),
                                  to...);
    });
  }
  /// The same over a stream of lines, in every revision. Errors: NOTHING_TO_SEND, BUFFER_TOO_SMALL.
  result<outgoing> cancel_line(const exchange& cancelled, std::string_view reason, buffer out) noexcept {
    return detail::message(out, [&](auto... to) {
      return mcpico_client_cancel_line(&raw_, cancelled.raw(), reason.data(), reason.size(), to...);
    });
  }
  /// Ends the session. Errors: NOTHING_TO_SEND when there is none, BEARER, BUFFER_TOO_SMALL.
  result<outgoing> end(std::string_view bearer, buffer out) noexcept {
    return detail::message(out, [&](auto... to) { return mcpico_client_end(&raw_, bearer.data(), bearer.size(), to...); });
  }

  /// Takes over what an exchange has taught; whether the handshake has got further. Errors: NO_COMMON_REVISION.
  result<bool> settle(const exchange& exchange) noexcept {
    return detail::flag([&](auto* out) { return mcpico_client_settle(&raw_, exchange.raw(), out); });
  }
  /// A client that has agreed on the same; the next `ids` requests are its.
  result<client> beside(std::uint32_t ids) noexcept {
    client other;
    const std::int32_t code = mcpico_client_beside(&raw_, ids, &other.raw_);
    if (code != MCPICO_OK) return error(code);
    return other;
  }

  /// Errors: NOT_READY.
  result<mcpico::revision> revision() const noexcept {
    return detail::get<std::uint32_t>([&](auto* out) {
             return mcpico_client_revision(&raw_, out);
           }).transform([](std::uint32_t value) { return static_cast<mcpico::revision>(value); });
  }
  /// Whether a server may ask for this, by the capabilities of the client. Errors: JSON.
  result<bool> allows(std::string_view method, json params) const noexcept {
    return detail::flag([&](auto* out) {
      return mcpico_client_allows(&raw_, method.data(), method.size(), params.text().data(), params.text().size(), out);
    });
  }
  /// Whether the next message of the handshake is `initialize`.
  result<bool> is_initializing() const noexcept {
    return detail::flag([&](auto* out) { return mcpico_client_is_initializing(&raw_, out); });
  }
  result<bool> has_session() const noexcept {
    return detail::flag([&](auto* out) { return mcpico_client_has_session(&raw_, out); });
  }

  mcpico_client* raw() noexcept { return &raw_; }
  const mcpico_client* raw() const noexcept { return &raw_; }

 private:
  client() noexcept : raw_() {}

  mcpico_client raw_;
};

inline result<void> exchange::on_head(client& client, const head& head) noexcept {
  return detail::done(mcpico_exchange_on_head(&raw_, client.raw(), head.raw()));
}

inline result<void> exchange::on_header(client& client, std::string_view name, std::string_view value) noexcept {
  return detail::done(
      mcpico_exchange_on_header(&raw_, client.raw(), name.data(), name.size(), value.data(), value.size()));
}

}  // namespace mcpico

#endif
