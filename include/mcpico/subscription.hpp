// What a server tells of its own accord: subscriptions since 2026-07-28, notifications before.

#ifndef MCPICO_SUBSCRIPTION_HPP
#define MCPICO_SUBSCRIPTION_HPP

#include "client.hpp"

namespace mcpico {

enum class update_kind : std::uint32_t {
  nothing = MCPICO_UPDATE_NOTHING,
  acknowledged = MCPICO_UPDATE_ACKNOWLEDGED,
  ended = MCPICO_UPDATE_ENDED,
  prompts_changed = MCPICO_UPDATE_PROMPTS_CHANGED,
  resources_changed = MCPICO_UPDATE_RESOURCES_CHANGED,
  tools_changed = MCPICO_UPDATE_TOOLS_CHANGED,
  resource_updated = MCPICO_UPDATE_RESOURCE_UPDATED,
  task = MCPICO_UPDATE_TASK,
  stray = MCPICO_UPDATE_STRAY,
  unknown = MCPICO_UPDATE_UNKNOWN,
};

enum class ending : std::uint32_t {
  none = 0,
  cancelled = MCPICO_ENDING_CANCELLED,
  completed = MCPICO_ENDING_COMPLETED,
  interrupted = MCPICO_ENDING_INTERRUPTED,
  refused = MCPICO_ENDING_REFUSED,
};

/// What an event tells. Its texts borrow what the event borrows; one that the kind does not have is none.
class update {
 public:
  update() noexcept : raw_(detail::sized<mcpico_update>()) {}

  update_kind kind() const noexcept { return static_cast<update_kind>(raw_.kind); }
  bool is(update_kind kind) const noexcept { return raw_.kind == static_cast<std::uint32_t>(kind); }
  mcpico::ending ending() const noexcept { return static_cast<mcpico::ending>(raw_.ending); }
  /// MCPICO_SUBSCRIBE_* added together, of an acknowledgement.
  std::uint32_t granted() const noexcept { return raw_.granted; }
  /// Whether an acknowledgement grants everything that the call has asked for. Errors: OPTION, JSON, PEER_RESULT.
  result<bool> grants(const call& call) const noexcept {
    const auto asked = call.raw();
    return detail::flag([&](auto* out) { return mcpico_update_is_granted(&raw_, &asked, out); });
  }
  /// The URI of a resource, a JSON string.
  mcpico::json uri() const noexcept { return mcpico::json(view(raw_.uri)); }
  std::string_view method() const noexcept { return view(raw_.method); }
  /// What was granted, a task, or the parameters of an unknown notification.
  mcpico::json json() const noexcept { return mcpico::json(view(raw_.json)); }

  mcpico_update* raw() noexcept { return &raw_; }

 private:
  mcpico_update raw_;
};

/// Reads the events of an exchange that was begun with method::subscribe. It borrows nothing.
class subscription {
 public:
  static result<subscription> of(const exchange& exchange) noexcept {
    return detail::get<mcpico_subscription>([&](auto* out) {
             return mcpico_subscription_init(out, exchange.raw());
           }).transform([](const mcpico_subscription& raw) { return subscription(raw); });
  }

  /// What an event of the exchange says. Errors: PEER_RESULT, JSON.
  result<update> read(const event& event) noexcept {
    update read;
    const std::int32_t code = mcpico_subscription_read(&raw_, event.raw(), read.raw());
    if (code != MCPICO_OK) return error(code);
    return read;
  }
  result<bool> is_acknowledged() const noexcept {
    return detail::flag([&](auto* out) { return mcpico_subscription_is_acknowledged(&raw_, out); });
  }

 private:
  explicit subscription(const mcpico_subscription& raw) noexcept : raw_(raw) {}
  mcpico_subscription raw_;
};

/// What a notification tells, whatever subscription it belongs to. Errors: WRONG_TYPE for another event, PEER_RESULT,
/// JSON.
inline result<update> told(const event& event) noexcept {
  update read;
  const std::int32_t code = mcpico_event_update(event.raw(), read.raw());
  if (code != MCPICO_OK) return error(code);
  return read;
}

}  // namespace mcpico

#endif
