// mcpico.hpp: mcpico.h in C++17. Header only; include this, link libmcpico.
//
// RULES, besides those at the top of mcpico.h
//
//  1. Texts go in as std::string_view. One whose data() is nullptr, as a default one, stands for "none" where a text may
//     be left out; an empty text is something else, and mostly an error.
//  2. Functions return mcpico::result<T>: a value or a mcpico::error. It must not be ignored. Nothing throws; whoever takes
//     the value of a result that has none ends the program (MCPICO_ABORT).
//  3. Texts are written into a mcpico::buffer: an array, std::array, std::vector, std::string or std::span<char> of yours.
//     Nothing is allocated. With `{}` as the buffer, error().needed() is the size that suffices. No text that a call is
//     given may lie in its buffer or scratch: OVERLAP.
//  4. A std::string_view in a result borrows what the function was given: the buffer, the scratch, the inbox.
//  5. Keys, clients, inboxes and what reads a stream cannot be copied, only moved. A key wipes itself.
//  6. Ranges (events, members, elements, headers, parameters) are read once and keep their own state.
//
// Call mcpico::check_header() once at the start.

#ifndef MCPICO_HPP
#define MCPICO_HPP

#include "mcpico/result.hpp"
#include "mcpico/text.hpp"
#include "mcpico/json.hpp"
#include "mcpico/jwt.hpp"
#include "mcpico/secret.hpp"
#include "mcpico/auth.hpp"
#include "mcpico/http1.hpp"
#include "mcpico/exchange.hpp"
#include "mcpico/result_stream.hpp"
#include "mcpico/client.hpp"
#include "mcpico/subscription.hpp"
#include "mcpico/content.hpp"
#include "mcpico/stream.hpp"
#include "mcpico/run.hpp"

#endif
