// Takes the value of a result that has none; the program ends with the number of the status.
#define MCPICO_ABORT(code) std::exit(-(code))
#include "mcpico.hpp"

int main() {
  const mcpico::result<int> none = mcpico::error(MCPICO_ERROR_TOKEN_EXPIRED);
  return *none;
}
