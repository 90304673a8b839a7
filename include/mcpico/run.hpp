// Over a connection of yours: an answer as a range of events, and a whole call in one function.
//
// A connection is any object with
//
//     std::ptrdiff_t read(char* data, std::size_t size);          // bytes, 0 when the peer has closed, below 0: failed
//     std::ptrdiff_t write(const char* data, std::size_t size);   // bytes, 0 or below: failed
//
// both of which wait. They must not throw.

#ifndef MCPICO_RUN_HPP
#define MCPICO_RUN_HPP

#include "client.hpp"
#include "result_stream.hpp"

namespace mcpico {

/// Reads one HTTP/1.1 response: its head goes to the exchange, its body to the inbox.
class response {
 public:
  /// The inbox is to be empty.
  static result<response> make() noexcept {
    return detail::get<mcpico_response>(mcpico_response_init).transform([](const mcpico_response& raw) {
      return response(raw);
    });
  }

  /// Takes bytes that were read into inbox::spare; 0: the peer has closed. Errors: those of mcpico_response_received.
  result<void> received(client& client, exchange& exchange, inbox& inbox, std::size_t count) noexcept {
    return detail::done(mcpico_response_received(&raw_, client.raw(), exchange.raw(), inbox.raw(), count));
  }
  result<body_state> state() const noexcept { return detail::state(mcpico_response_state, raw_); }

 private:
  explicit response(const mcpico_response& raw) noexcept : raw_(raw) {}
  mcpico_response raw_;
};

/// Writes all of a text. Errors: WRITE.
template <class Connection>
result<void> write_all(Connection& connection, std::string_view text) noexcept {
  while (!text.empty()) {
    const auto count = connection.write(text.data(), text.size());
    if (count <= 0 || static_cast<std::size_t>(count) > text.size()) return error(MCPICO_ERROR_WRITE);
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

namespace detail {

/// What comes over a connection in answer to one request, until the exchange is over.
template <class Connection>
class reception {
 public:
  /// The error that ended the answer, if one did: READ, and those of exchange::next and response::received.
  result<void> status() const noexcept { return done(code_); }
  /// Whether the connection can carry another request.
  bool reusable() const noexcept {
    const auto state = detail::state(mcpico_response_state, response_);
    return code_ == MCPICO_OK && state && state->reusable;
  }

 protected:
  reception(Connection& connection, client& client, exchange& exchange, inbox& inbox) noexcept
      : connection_(&connection),
        client_(&client),
        exchange_(&exchange),
        inbox_(&inbox),
        response_(),
        code_(mcpico_response_init(&response_)) {
    if (code_ == MCPICO_OK) code_ = inbox.reset().code();
  }

  /// Keeps the next thing that `next` finds in `current`; `event` is the event in it.
  template <class V, class Next, class Event>
  bool advance(V& current, Next&& next, Event&& event) noexcept {
    while (code_ == MCPICO_OK) {
      const auto found = next(*exchange_, *inbox_);
      code_ = found.code();
      if (!found || event(*found).is(event_kind::closed)) return false;
      if (!event(*found).is(event_kind::need_data)) {
        current = *found;
        return true;
      }
      code_ = receive();
    }
    return false;
  }

 private:
  std::int32_t receive() noexcept {
    const auto spare = inbox_->spare();
    if (!spare) return spare.code();
    // A read of no bytes would look like a connection that has closed.
    if (spare->size() == 0) return MCPICO_ERROR_MESSAGE_TOO_LARGE;
    const auto count = connection_->read(spare->data(), spare->size());
    if (count < 0) return MCPICO_ERROR_READ;
    return mcpico_response_received(&response_, client_->raw(), exchange_->raw(), inbox_->raw(),
                                    static_cast<std::size_t>(count));
  }

  Connection* connection_;
  client* client_;
  exchange* exchange_;
  inbox* inbox_;
  mcpico_response response_;
  std::int32_t code_;
};

}  // namespace detail

/// The events of an answer, read from a connection until the exchange is over.
///
///     mcpico::answer answer(connection, client, exchange, inbox);
///     for (const auto& event : answer) { ... }      // event is valid until the next round
///     if (!answer.status()) ...
///     client.settle(exchange);
///     if (answer.reusable()) ...                    // another request may go out on the connection
template <class Connection>
class answer : public detail::reception<Connection> {
 public:
  answer(Connection& connection, client& client, exchange& exchange, inbox& inbox) noexcept
      : detail::reception<Connection>(connection, client, exchange, inbox), event_() {}

  bool advance() noexcept {
    return detail::reception<Connection>::advance(
        event_, [](exchange& exchange, inbox& inbox) noexcept { return exchange.next(inbox); },
        [](const event& event) noexcept -> const mcpico::event& { return event; });
  }
  const event& current() const noexcept { return event_; }
  detail::iterator<answer> begin() noexcept { return detail::iterator<answer>(this); }
  detail::sentinel end() const noexcept { return {}; }

 private:
  event event_;
};

/// The same for an answer that may be larger than the inbox, by a result_stream.
///
///     auto pointers = *mcpico::pointers("/content/0/text");
///     mcpico::streamed_answer answer(connection, client, exchange, inbox, pointers);
///     for (const auto& [event, part] : answer) {
///       if (event.is(event_kind::result_part) && part.selected() && part.is(part_kind::string)) ...  // part.text()
///       if (event.is(event_kind::result_complete)) ...                                               // it was the result
///     }
template <class Connection, std::size_t N>
class streamed_answer : public detail::reception<Connection> {
 public:
  streamed_answer(Connection& connection, client& client, exchange& exchange, inbox& inbox,
                  json_pointers<N>& pointers) noexcept
      : detail::reception<Connection>(connection, client, exchange, inbox),
        pointers_(&pointers),
        stream_(result_stream::make().value()),
        found_() {}

  bool advance() noexcept {
    return detail::reception<Connection>::advance(
        found_,
        [this](exchange& exchange, inbox& inbox) noexcept { return stream_.next(exchange, inbox, *pointers_); },
        [](const streamed& found) noexcept -> const event& { return found.event; });
  }
  const streamed& current() const noexcept { return found_; }
  detail::iterator<streamed_answer> begin() noexcept { return detail::iterator<streamed_answer>(this); }
  detail::sentinel end() const noexcept { return {}; }

 private:
  json_pointers<N>* pointers_;
  result_stream stream_;
  streamed found_;
};

/// The end of a call. The texts of the event are valid until the next call on the inbox.
struct outcome {
  mcpico::event event;
  /// Whether the connection can carry another call.
  bool reusable;
};

/// Sees no event.
struct unobserved {
  void operator()(const event&) const noexcept {}
};

/// Makes a call and waits for its end, the handshake included, over one connection. `out` takes the requests, `observe`
/// each event that is not the end. Errors: those of mcpico_run.
template <class Connection, class Observe = unobserved>
result<outcome> run(Connection& connection, std::string_view host, std::string_view target, client& client,
                    const call& call, buffer out, inbox& inbox, Observe&& observe = {}) noexcept {
  struct context {
    Connection* connection;
    std::remove_reference_t<Observe>* observe;
  } both{&connection, &observe};
  auto io = detail::sized<mcpico_io>();
  io.context = &both;
  io.host = text(host);
  io.target = text(target);
  io.read = [](void* at, char* data, std::size_t size) noexcept -> std::ptrdiff_t {
    return static_cast<std::ptrdiff_t>(static_cast<context*>(at)->connection->read(data, size));
  };
  io.write = [](void* at, const char* data, std::size_t size) noexcept -> std::ptrdiff_t {
    return static_cast<std::ptrdiff_t>(static_cast<context*>(at)->connection->write(data, size));
  };
  io.observe = [](void* at, const mcpico_event* seen) noexcept { (*static_cast<context*>(at)->observe)(event(*seen)); };

  const auto raw_call = call.raw();
  outcome end{event(), false};
  std::int32_t reusable = 0;
  std::size_t needed = 0;
  const std::int32_t code = mcpico_run(&io, client.raw(), &raw_call, out.data(), out.size(), &needed, inbox.raw(),
                                       end.event.raw(), &reusable);
  if (code != MCPICO_OK) return error(code, needed);
  end.reusable = reusable != 0;
  return end;
}

}  // namespace mcpico

#endif
