#pragma once
/// Questions to the user.

#include <string>
#include <string_view>

#include "cli/output/console.hpp"
#include "hoist/base/result.hpp"

namespace hoist::cli {

/// Whether somebody is there to answer: standard input and output are terminals.
[[nodiscard]] bool is_interactive(Console& console);

/// One line from standard input, the question on standard error. A secret is not shown while it is typed. ECANCELED
/// when the input ends.
[[nodiscard]] Result<std::string> ask(Console& console, std::string_view question, bool secret = false);

/// Asks until there is an answer.
[[nodiscard]] Result<std::string> ask_password(Console& console, std::string_view question = "Password: ");
/// Digits (spaces are taken out) or a recovery code of 64 hexadecimal digits.
[[nodiscard]] Result<std::string> ask_one_time_password(Console& console, std::string_view question);

}  // namespace hoist::cli
