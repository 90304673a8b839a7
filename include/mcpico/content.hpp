// What results, errors and notifications say, read by their kind; messages of JSON-RPC by themselves.

#ifndef MCPICO_CONTENT_HPP
#define MCPICO_CONTENT_HPP

#include "client.hpp"
#include "result_stream.hpp"

namespace mcpico {

/// How far a request is. Numbers are JSON: they may have a fraction.
struct progress {
  /// The id of the request; none when the token is no number.
  std::optional<std::int64_t> id;
  json done;
  json total;
  json message;
};

/// Reads a notification of progress. Errors: WRONG_TYPE, PEER_RESULT, JSON.
inline result<progress> progress_of(const event& event) noexcept {
  auto raw = detail::sized<mcpico_progress>();
  const std::int32_t code = mcpico_event_progress(event.raw(), &raw);
  if (code != MCPICO_OK) return error(code);
  std::optional<std::int64_t> id;
  if (raw.id_kind == MCPICO_ID_NUMBER) id = raw.id_number;
  return progress{id, json(view(raw.progress)), json(view(raw.total)), json(view(raw.message))};
}

struct log_message {
  log_level level;
  /// A JSON string, or none.
  json logger;
  /// Any JSON.
  json content;
};

/// Reads a log message. Errors: WRONG_TYPE, PEER_RESULT, JSON.
inline result<log_message> log_of(const event& event) noexcept {
  std::uint32_t level = 0;
  mcpico_str logger{};
  mcpico_str content{};
  const std::int32_t code = mcpico_event_log(event.raw(), &level, &logger, &content);
  if (code != MCPICO_OK) return error(code);
  return log_message{static_cast<log_level>(level), json(view(logger)), json(view(content))};
}

enum class refusal_kind : std::uint32_t {
  none = MCPICO_REFUSAL_NONE,
  header_mismatch = MCPICO_REFUSAL_HEADER_MISMATCH,
  missing_capability = MCPICO_REFUSAL_MISSING_CAPABILITY,
  unsupported_revision = MCPICO_REFUSAL_UNSUPPORTED_REVISION,
};

struct refusal {
  refusal_kind kind;
  /// Capabilities, or an array of revisions.
  json wanted;
  json requested;
};

/// Reads why a server of 2026-07-28 refuses a request. Errors: WRONG_TYPE, PEER_RESULT, JSON.
inline result<refusal> refusal_of(const event& event) noexcept {
  std::uint32_t kind = 0;
  mcpico_str wanted{};
  mcpico_str requested{};
  const std::int32_t code = mcpico_event_refusal(event.raw(), &kind, &wanted, &requested);
  if (code != MCPICO_OK) return error(code);
  return refusal{static_cast<refusal_kind>(kind), json(view(wanted)), json(view(requested))};
}

struct tool_result {
  bool is_error;
  /// An array, or none.
  json content;
  json structured_content;
};

/// Reads the result of a tool. Errors: JSON, PEER_RESULT.
inline result<tool_result> tool_result_of(json document) noexcept {
  std::int32_t is_error = 0;
  mcpico_str content{};
  mcpico_str structured{};
  const auto text = document.text();
  const std::int32_t code = mcpico_result_tool(text.data(), text.size(), &is_error, &content, &structured);
  if (code != MCPICO_OK) return error(code);
  return tool_result{is_error != 0, json(view(content)), json(view(structured))};
}

struct page {
  json items;
  /// A JSON string, or none.
  json next_cursor;
};

/// Reads one page of a list: tools, resources, resourceTemplates or prompts. Errors: OPTION, JSON, PEER_RESULT.
inline result<page> page_of(json document, std::string_view list) noexcept {
  mcpico_str items{};
  mcpico_str cursor{};
  const auto text = document.text();
  const std::int32_t code =
      mcpico_result_page(text.data(), text.size(), list.data(), list.size(), &items, &cursor);
  if (code != MCPICO_OK) return error(code);
  return page{json(view(items)), json(view(cursor))};
}

struct cache_hint {
  /// Milliseconds.
  std::uint64_t ttl;
  bool is_public;
};

/// Reads how long a result may be kept. Errors: JSON, PEER_RESULT.
inline result<cache_hint> cache_hint_of(json document) noexcept {
  std::uint64_t ttl = 0;
  std::int32_t is_public = 0;
  const auto text = document.text();
  const std::int32_t code = mcpico_result_cache(text.data(), text.size(), &ttl, &is_public);
  if (code != MCPICO_OK) return error(code);
  return cache_hint{ttl, is_public != 0};
}

enum class task_status : std::uint32_t {
  working = MCPICO_TASK_WORKING,
  input_required = MCPICO_TASK_INPUT_REQUIRED,
  completed = MCPICO_TASK_COMPLETED,
  failed = MCPICO_TASK_FAILED,
  cancelled = MCPICO_TASK_CANCELLED,
};

struct task {
  /// A JSON string.
  json id;
  task_status status;
  json message;
  /// Milliseconds from when it was made; none without a limit.
  std::optional<std::uint64_t> ttl;
  /// Milliseconds; 0 when the server does not say.
  std::uint64_t poll_interval;
};

/// Reads where a task stands. Errors: JSON, PEER_RESULT.
inline result<task> task_of(json document) noexcept {
  auto raw = detail::sized<mcpico_task>();
  const auto text = document.text();
  const std::int32_t code = mcpico_task_read(text.data(), text.size(), &raw);
  if (code != MCPICO_OK) return error(code);
  std::optional<std::uint64_t> ttl;
  if (raw.ttl != UINT64_MAX) ttl = raw.ttl;
  return task{json(view(raw.id)), static_cast<task_status>(raw.status), json(view(raw.message)), ttl, raw.poll_interval};
}

namespace detail {

template <class F>
result<event> event_of(std::string_view text, F&& call) noexcept {
  event read;
  const std::int32_t code = call(text.data(), text.size(), read.raw());
  if (code != MCPICO_OK) return error(code);
  return read;
}

}  // namespace detail

/// What has come of a task: the event that the call would have ended with; task while it works, closed when it was
/// cancelled. Errors: JSON, PEER_RESULT.
inline result<event> task_outcome_of(json document) noexcept { return detail::event_of(document.text(), mcpico_task_outcome); }

/// Reads one message of JSON-RPC, of whoever: server_request, notification, result or error. Errors: PEER_MESSAGE.
inline result<event> parse_message(std::string_view text) noexcept { return detail::event_of(text, mcpico_rpc_parse); }

/// Writes the object that fills a form with its defaults; `params` are those of the `elicitation/create`. Errors: JSON,
/// WRONG_TYPE, ELICITATION, BUFFER_TOO_SMALL.
inline result<std::string_view> elicitation_defaults(json params, buffer out) noexcept {
  return detail::put(out, [&](char* buf, std::size_t cap, std::size_t* len) {
    return mcpico_elicitation_defaults(params.text().data(), params.text().size(), buf, cap, len);
  });
}

/// How many arguments of a tool go into headers, by its `inputSchema`. Errors: JSON, PARAM_HEADER.
inline result<std::size_t> param_header_count(json input_schema) noexcept {
  return detail::get<std::size_t>([&](auto* out) {
    return mcpico_param_header_count(input_schema.text().data(), input_schema.text().size(), out);
  });
}

/// Reads one JSON document of any size that comes in pieces of any size.
class json_stream {
 public:
  static result<json_stream> make() noexcept {
    return detail::get<mcpico_json_stream>(mcpico_json_stream_init).transform([](const mcpico_json_stream& raw) {
      return json_stream(raw);
    });
  }

  json_stream(const json_stream&) = delete;
  json_stream& operator=(const json_stream&) = delete;
  json_stream(json_stream&&) noexcept = default;
  json_stream& operator=(json_stream&&) noexcept = default;
  ~json_stream() = default;

  /// The next part, taken off the front of `piece`. Errors: INCOMPLETE when the piece is used up, JSON, JSON_DUPLICATE.
  result<json_part> next(std::string_view& piece) noexcept { return next(piece, nullptr, 0); }
  template <std::size_t N>
  result<json_part> next(std::string_view& piece, json_pointers<N>& pointers) noexcept {
    return next(piece, pointers.raw(), N);
  }
  /// Says that no more pieces will come. Errors: JSON, JSON_DUPLICATE.
  result<json_part> finish() noexcept { return finish(nullptr, 0); }
  template <std::size_t N>
  result<json_part> finish(json_pointers<N>& pointers) noexcept {
    return finish(pointers.raw(), N);
  }

 private:
  explicit json_stream(const mcpico_json_stream& raw) noexcept : raw_(raw) {}

  result<json_part> next(std::string_view& piece, mcpico_json_pointer* pointers, std::size_t count) noexcept {
    json_part part;
    std::size_t used = 0;
    const std::int32_t code =
        mcpico_json_stream_next(&raw_, piece.data(), piece.size(), pointers, count, &used, part.raw());
    if (code != MCPICO_OK) return error(code);
    piece.remove_prefix(used);
    return part;
  }
  result<json_part> finish(mcpico_json_pointer* pointers, std::size_t count) noexcept {
    json_part part;
    const std::int32_t code = mcpico_json_stream_finish(&raw_, pointers, count, part.raw());
    if (code != MCPICO_OK) return error(code);
    return part;
  }

  mcpico_json_stream raw_;
};

}  // namespace mcpico

#endif
